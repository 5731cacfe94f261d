"""The tables of the site memory. A row never says less than it did: what a generation knew can be read back."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Dialect, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from storage.tables import Table


class LineKey(TypeDecorator[int]):
    """The key of a line (`storage.leaves`): unsigned here, two's complement in the database, which has no unsigned."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        return value if value is None or value < 1 << 63 else value - (1 << 64)

    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:
        return value if value is None or value >= 0 else value + (1 << 64)


class GenerationRow(Table):
    """What the archive knew of its sites at one moment. Its id is the number that renditions carry."""

    __tablename__ = "generation"

    closed_at: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    """The run that it closed after. None: an overruling."""
    last_snapshot: Mapped[int]
    """The newest snapshot that it has learnt from; 0 for none."""
    model: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The classifier of lines, where this generation trained one. None: the one before stays in force."""
    model_lines: Mapped[int] = mapped_column(default=0)
    """Boilerplate lines that its model has learnt from; 0 without a model of its own."""


class SiteGenerationRow(Table):
    """A generation in which the knowledge of a site changed."""

    __tablename__ = "site_generation"
    __table_args__ = (
        UniqueConstraint("site", "generation_id"),
        Index("ix_site_generation_recleaned", "recleaned"),
    )

    site: Mapped[str]
    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"))
    since: Mapped[datetime]
    """The change concerns captures from then on; older ones keep the generation that they have."""
    known: Mapped[int]
    """Distinct articles of the site that were compared, in the window that held most."""
    pages: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """The pages of these articles where they are few. None: more than memory.EXACT articles."""
    recleaned: Mapped[bool] = mapped_column(default=False)
    """Whether the captures that it concerns have been cleaned again."""


class MemoryRow(Table):
    """A line that stands on several articles of a site, as known from one generation to another."""

    __tablename__ = "memory"
    __table_args__ = (
        UniqueConstraint("site", "key", "generation_id"),
        Index("ix_memory_key", "key"),
    )

    site: Mapped[str]
    key: Mapped[int] = mapped_column(LineKey)
    text: Mapped[str | None]
    """The line, as a block of an article has it. None: it stands outside the articles' text."""
    articles: Mapped[int]
    """Distinct articles it stands on, in the window that held most."""
    pages: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """The pages of these articles where they are few. None: more than memory.EXACT articles."""
    first_seen_at: Mapped[datetime]
    """Capture of the earliest article that has it."""
    last_seen_at: Mapped[datetime]
    """Capture of the latest. The only column that moves while a row stands: nothing is cleaned by it until then."""
    forgotten: Mapped[bool] = mapped_column(default=False)
    """It is no longer on the site's articles: true only of captures up to `last_seen_at`."""
    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"))
    """The generation that learnt this."""
    superseded_in: Mapped[int | None] = mapped_column(ForeignKey("generation.id"))
    """The generation that learnt better. None: it stands."""


class KinRow(Table):
    """Two sites with a common template: what repeats on `other` is known on `site` too."""

    __tablename__ = "kin"
    __table_args__ = (UniqueConstraint("site", "other", "generation_id"), Index("ix_kin_other", "other"))

    site: Mapped[str]
    other: Mapped[str]
    lines: Mapped[int]
    """Long lines of `site` that `other` repeats, when they were first found to be kin."""
    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"))


class OverrulingRow(Table):
    """What the archive's owner decided about a line of a site. Goes before everything that was learnt."""

    __tablename__ = "overruling"
    __table_args__ = (Index("ix_overruling_site_key", "site", "key"),)

    site: Mapped[str]
    key: Mapped[int] = mapped_column(LineKey)
    text: Mapped[str | None]
    cut: Mapped[bool]
    at: Mapped[datetime]
    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"))
    lifted_in: Mapped[int | None] = mapped_column(ForeignKey("generation.id"))
    """The generation from which it no longer holds. None: it holds."""
