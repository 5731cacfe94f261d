"""The table of captures: the CDX index of the archive's own WARC files."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base

# Keys are compared byte by byte, so that a range of them is a host or a domain. SQLite does so by itself.
KEY = Text().with_variant(Text(collation="C"), "postgresql")


class CaptureRow(Base):
    """A response or revisit record, as an answer to the question what there is of a URL and when."""

    __tablename__ = "capture"
    __table_args__ = (Index("ix_capture_urlkey", "urlkey", "captured_at", "record_id"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True, autoincrement=False)
    urlkey: Mapped[str] = mapped_column(KEY)
    """`storage.surt`."""
    captured_at: Mapped[datetime]
    """The record's."""
    status: Mapped[int | None]
    """HTTP status. None: not known, as the record is from before this table."""
    mime: Mapped[str | None]
    """The media type that the server named, without parameters. None: it named none, or it is not known."""
