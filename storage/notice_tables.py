"""The tables of notices: what waits to be told, and the digests that tell it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base, Table


class NoticeRow(Table):
    """Something that happened and that a rule asks to be told: the outbox. Inserted once, sent with a digest."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("rule", "event"), Index("ix_notice_rule_digest_id", "rule", "digest_id"))

    rule: Mapped[str]
    """The name of the rule in `notices.toml`."""
    event: Mapped[str]
    """What happened, as one word that tells it from everything else: "visit:17", "run:4", "drift:…"."""
    on: Mapped[str]
    """`change`, `takedown`, `drift` or `failed_run`."""
    at: Mapped[datetime]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON())
    added_at: Mapped[datetime]
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digest.id"))
    """None: it waits."""


class DigestRow(Table):
    """The notices of one rule that are sent together."""

    __tablename__ = "digest"
    __table_args__ = (Index("ix_digest_rule_made_at", "rule", "made_at"),)

    rule: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    """The same in every attempt, so that a receiver can tell a second one."""
    made_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    reached: Mapped[list[str]]
    """The ways it has gone out already, as digests of their addresses."""
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


class NoticeMarkRow(Base):
    """How far the archive was looked through for what a rule may ask for."""

    __tablename__ = "notice_mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    reached: Mapped[int]
