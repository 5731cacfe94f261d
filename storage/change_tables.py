"""The table of changes: what differs between two successive snapshots of a page, worked out once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Table


class ChangeRow(Table):
    """A change. Replaced when the snapshot before becomes another one, or both get renditions of a newer version."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_captured_at", "captured_at", "id"),)

    new_snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), unique=True)
    old_snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), index=True)
    old_rendition_id: Mapped[int] = mapped_column(ForeignKey("rendition.id"))
    new_rendition_id: Mapped[int] = mapped_column(ForeignKey("rendition.id"))
    """Of one version, as the old one."""
    engine: Mapped[str]
    """The version of the comparison."""
    captured_at: Mapped[datetime]
    """Of the new snapshot."""
    worked_out_at: Mapped[datetime]
    kinds: Mapped[dict[str, int]]
    """Empty: nothing differs in renditions of the same version, so that it was no edit."""
    words_added: Mapped[int]
    words_removed: Mapped[int]
    substantive: Mapped[bool]
    reason: Mapped[str]
    stealth: Mapped[bool]
    redated: Mapped[bool]
    headline: Mapped[bool]
    returns_to: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    """An earlier snapshot with the same content: the page went back and forth."""
    summary: Mapped[str]
