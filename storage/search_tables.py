"""The tables of the search: which snapshot stands at which place in the full-text index, and the index itself."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class SearchRow(Base):
    """A snapshot's place in the full-text index, which is the virtual table `search` with `doc` as its rowid."""

    __tablename__ = "search_row"
    __table_args__ = (Index("ix_search_row_page_id", "page_id", "captured_at"),)

    doc: Mapped[int] = mapped_column(primary_key=True)
    """In the order of captures, as far as `storage.search.places` says."""
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"), unique=True)
    """None: the place is spent. What was indexed here could not be taken out again, and stays until `reindex`."""
    rendition_id: Mapped[int | None] = mapped_column(ForeignKey("rendition.id"))
    """Whose text is indexed; None with the snapshot."""
    digest: Mapped[bytes] = mapped_column(LargeBinary(8))
    """Of what was indexed: the index can only be told to forget exactly that."""
    page_id: Mapped[int]
    """The alias's page, over again so that a search need not look for it. No foreign key: pages are merged."""
    captured_at: Mapped[datetime]
    added_at: Mapped[datetime]
    newest: Mapped[bool]
    """No snapshot of its page was captured later."""
    access: Mapped[str]
    language: Mapped[str | None]
    """As the page says, in lower case."""
    section: Mapped[str]
    """Its words as they are indexed, between spaces. Empty: it has none."""


# `search` is no table of the object mapper, and its own tables belong to SQLite.
FULL_TEXT = "search"
SHADOWS = tuple(f"{FULL_TEXT}_{part}" for part in ("data", "idx", "docsize", "config"))

# Its words are made by us (`storage.search.form`), so that SQLite splits at spaces and does nothing else. Its content
# is the view `search_content`: nothing is stored twice. The functions that the view calls are known to our connections
# alone, which keeps other programs from making the index anew in their own way. The migration has the statements.
