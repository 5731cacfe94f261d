"""The tables of labels: the owner's own words about pages and snapshots, which are never part of a text."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Table


class TagRow(Table):
    """A tag on a page, or on one snapshot of it."""

    __tablename__ = "tag"
    __table_args__ = (Index("ix_tag_folded", "folded"), Index("ix_tag_alias_id", "alias_id"))

    alias_id: Mapped[int] = mapped_column(ForeignKey("alias.id"))
    """A URL of the page: where it is split off or pages become one, the tag goes along."""
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    """None: it is on the whole page."""
    name: Mapped[str]
    """As it was given."""
    folded: Mapped[str]
    """Without case and accents, which is what makes two the same."""
    added_at: Mapped[datetime]


class NoteRow(Table):
    """A note on a page, or on one snapshot of it."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_alias_id", "alias_id"),)

    alias_id: Mapped[int] = mapped_column(ForeignKey("alias.id"))
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    """None: it is on the whole page."""
    text: Mapped[str]
    words: Mapped[str]
    """As they are searched for (`storage.search.form`), between spaces."""
    added_at: Mapped[datetime]
