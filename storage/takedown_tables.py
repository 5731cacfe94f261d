"""The tables of takedowns: pages that were gone, and texts that stood in the place of others."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Table


class TakedownRow(Table):
    """A page that was there and then was not: from the first visit that saw it gone until it was back."""

    __tablename__ = "takedown"
    __table_args__ = (
        Index("ix_takedown_page_id", "page_id"),
        Index("ix_takedown_confirmed_at", "confirmed_at"),
        Index("ix_takedown_suspected_at", "suspected_at", "id"),
    )

    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"))
    sign: Mapped[str]
    """Of the first visit (`storage.takedowns.Sign`)."""
    status: Mapped[int | None]
    """HTTP status of the first visit."""
    suspected_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """None: it is only suspected."""
    back_at: Mapped[datetime | None]
    """None: it is gone still."""
    back_status: Mapped[int | None]
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    """The last good one before."""


class ReplacedTextRow(Table):
    """A text that stood all of a sudden in the place of another: on several pages it is what a site says of those that
    it has not."""

    __tablename__ = "replaced_text"
    __table_args__ = (UniqueConstraint("site", "digest", "page_id"),)

    site: Mapped[str]
    digest: Mapped[str]
    """`sha256:` of the text."""
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"))
    replaced_at: Mapped[datetime]
    before_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    """The page's last snapshot with a text of its own."""
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    """The one with the new text. None: it was not kept, as the text was known."""
