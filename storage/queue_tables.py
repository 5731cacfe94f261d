"""The table of the queue: what readers asked for, until a worker has seen to it and after."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Table


class JobRow(Table):
    """A URL that is to be archived."""

    __tablename__ = "queue"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        Index(
            "ix_queue_open",
            "key",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
        Index("ix_queue_state", "state", "id"),
    )

    url: Mapped[str]
    key: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """How often a worker took it and was gone before it ended."""
    outcome: Mapped[str | None]
    """As its visit ended."""
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    error: Mapped[str | None]
