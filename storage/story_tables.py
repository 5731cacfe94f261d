"""The tables of keys that moved, and of fingerprints, links and stories. The latter can be made anew from snapshots."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base, Table


class AliasMoveRow(Table):
    """An alias that was moved from one page to another."""

    __tablename__ = "alias_move"

    alias_id: Mapped[int] = mapped_column(ForeignKey("alias.id"), index=True)
    from_page: Mapped[int]
    """Need not be there any more: a page whose last alias has left is removed."""
    from_url: Mapped[str]
    """The canonical URL of the page that it left."""
    to_page: Mapped[int]
    reason: Mapped[str]
    """"same key" after rules of URLs had changed, "canonical" where a claim was not borne out, "split", "join"."""
    at: Mapped[datetime]


class ApartRow(Base):
    """A URL that is a page of its own, whatever its key."""

    __tablename__ = "apart"

    url: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class BookmarkRow(Base):
    """How far work has come that is done in steps."""

    __tablename__ = "bookmark"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class BodyRow(Table):
    """A text that some snapshots have, apart from case, signs and spaces."""

    __tablename__ = "body"
    __table_args__ = (Index("ix_body_unplaced", "state", sqlite_where=text("state < 2")),)

    digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    """The first half of SHA-256 of its folded words."""
    rendition_id: Mapped[int] = mapped_column(ForeignKey("rendition.id"))
    """Where it can be read."""
    tokens: Mapped[int]
    """Words; characters in scripts without spaces."""
    month: Mapped[int]
    """The partition of its fingerprints: 12 × year + month of the capture it was first met in, from 0."""
    state: Mapped[int] = mapped_column(default=0)
    """0 has its fingerprints, 1 has its edges, 2 has its place in a story or none."""
    story: Mapped[str | None] = mapped_column(index=True)
    """None: nothing else has this text or one like it."""
    relation: Mapped[str | None]
    """To the story's origin: origin, same_text, near_duplicate."""
    share: Mapped[float | None]
    """How much of the shorter of the two stands in the other, 0 to 1."""


class SnapshotBodyRow(Base):
    """Which text a snapshot has, in the rendition that readers see."""

    __tablename__ = "snapshot_body"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), primary_key=True)
    rendition_id: Mapped[int] = mapped_column(ForeignKey("rendition.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), index=True)
    agency: Mapped[str | None]
    """The news agency that its credit line names."""


class FingerprintRow(Base):
    """A key of a text (`storage.fingerprints`): 20 bytes, and some 52 of them to an article."""

    __tablename__ = "fingerprint"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own name, read once

    month: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    body_id: Mapped[int] = mapped_column(primary_key=True)


class FullKeyRow(Base):
    """A key that so many texts of a month have that no more are noted."""

    __tablename__ = "full_key"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own name, read once

    month: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class EdgeRow(Base):
    """Two texts of which one holds a good part of the other; `one` is the smaller id."""

    __tablename__ = "edge"
    __table_args__ = (Index("ix_edge_other", "other"), {"sqlite_with_rowid": False})

    one: Mapped[int] = mapped_column(primary_key=True)
    other: Mapped[int] = mapped_column(primary_key=True)
    jaccard: Mapped[float]
    containment: Mapped[float]
