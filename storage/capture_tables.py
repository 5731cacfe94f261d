"""The tables of captures: the CDX index of the archive's own WARC files, and what pages need of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base, Table

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


class AssetRow(Table):
    """An image, a style sheet or a font that a snapshot's page names, and the record that has it."""

    __tablename__ = "asset"
    __table_args__ = (UniqueConstraint("snapshot_id", "url"), Index("ix_asset_record_id", "record_id"))

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    url: Mapped[str]
    """As the page names it; the record's may be another after a redirect."""
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
