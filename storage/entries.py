"""Pages as a list shows them: with the snapshot that is told of, and without its text."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs
from sqlalchemy import BindParameter, and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import aliased

from storage import database
from storage.archive import Archive
from storage.cursor import Cursor
from storage.finding import source_id
from storage.snapshot_views import NEWEST_RENDITION, NEWEST_SNAPSHOT
from storage.tables import AliasRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow, SourceRow, UTCDateTime
from storage.withholding import visible, visible_snapshot

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Entry:
    """A snapshot in a list."""

    snapshot: int
    url: str
    """The page's."""
    source: str | None
    title: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    captured_at: datetime
    language: str | None
    access: str
    words: int


@attrs.frozen(kw_only=True)
class Part(Generic[T]):
    """A part of a list."""

    entries: tuple[T, ...]
    next: Cursor | None
    """Where the next part begins. None: this is the last."""


AT: BindParameter[datetime] = bindparam("at", type_=UTCDateTime())
ID: BindParameter[int] = bindparam("id")
SINCE, UNTIL = bindparam("since", type_=UTCDateTime()), bindparam("until", type_=UTCDateTime())
LIMIT: BindParameter[int] = bindparam("limit")

# Later than every capture.
END = Cursor.parse("253402300799000000-999999999999999999")
BEGINNING = Cursor.parse("0-0").at

_earlier, _earlier_alias = aliased(SnapshotRow), aliased(AliasRow)
# The first snapshot of its page.
FIRST = ~(
    select(_earlier.id)
    .join(_earlier_alias, _earlier_alias.id == _earlier.alias_id)
    .where(
        _earlier_alias.page_id == AliasRow.page_id,
        or_(
            _earlier.captured_at < SnapshotRow.captured_at,
            and_(_earlier.captured_at == SnapshotRow.captured_at, _earlier.id < SnapshotRow.id),
        ),
    )
    .correlate(AliasRow, SnapshotRow)
    .exists()
)

# One row per snapshot that is not withheld, in its newest rendition. No order.
ENTRIES = (
    select(
        SnapshotRow.id,
        PageRow.url,
        SourceRow.name.label("source"),
        ExtractionRow.title,
        ExtractionRow.authors,
        ExtractionRow.published_at,
        SnapshotRow.captured_at,
        ExtractionRow.language,
        SnapshotRow.access,
        RenditionRow.words,
    )
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .join(PageRow, PageRow.id == AliasRow.page_id)
    .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
    .join(RenditionRow, RenditionRow.id == NEWEST_RENDITION)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .where(visible())
)
_NEW = (
    ENTRIES.where(
        SnapshotRow.captured_at >= SINCE,
        SnapshotRow.captured_at < UNTIL,
        tuple_(SnapshotRow.captured_at, SnapshotRow.id) < tuple_(AT, ID),
        FIRST,
    )
    .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    .limit(LIMIT)
)
# By the page's number: the index of a source's pages has them in this order.
_OF_SOURCE = (
    ENTRIES.add_columns(PageRow.id.label("page"), PageRow.added_at)
    .where(PageRow.source_id == bindparam("source"), PageRow.id < ID, SnapshotRow.id == NEWEST_SNAPSHOT)
    .order_by(PageRow.id.desc())
    .limit(LIMIT)
)

_oldest, _oldest_alias = aliased(SnapshotRow), aliased(AliasRow)
_FIRST_SHOWN = (
    select(_oldest.id)
    .join(_oldest_alias, _oldest_alias.id == _oldest.alias_id)
    .where(_oldest_alias.page_id == PageRow.id, visible_snapshot(_oldest.id))
    .order_by(_oldest.captured_at, _oldest.id)
    .limit(1)
    .correlate(PageRow)
    .scalar_subquery()
)
_NEW_OF_SOURCE = (
    ENTRIES.where(PageRow.source_id == bindparam("source"), SnapshotRow.id == _FIRST_SHOWN)
    .order_by(PageRow.id.desc())
    .limit(LIMIT)
)


def as_entry(row: Any) -> Entry:
    """A row of `ENTRIES` as a value."""
    return Entry(
        snapshot=row.id, url=row.url, source=row.source, title=row.title, authors=tuple(row.authors),
        published_at=row.published_at, captured_at=row.captured_at, language=row.language, access=row.access,
        words=row.words,
    )  # fmt: skip


def part_of(rows: Sequence[Any], limit: int, made: Callable[[Any], T], place: Callable[[Any], Cursor]) -> Part[T]:
    """A part of at most `limit` out of rows of which one more was asked for."""
    more = len(rows) > limit
    return Part(entries=tuple(map(made, rows[:limit])), next=place(rows[limit - 1]) if more else None)


def new_pages(
    archive: Archive,
    *,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
    after: Cursor | None = None,
) -> Part[Entry]:
    """Pages that were captured for the first time, each with its first snapshot. Newest first."""
    with database.reading(archive.engine) as connection:
        rows = connection.execute(_NEW, window(since, until, after, limit)).all()
    return part_of(rows, limit, as_entry, lambda row: Cursor(row.captured_at, row.id))


def pages_of_source(archive: Archive, source: str, *, limit: int, after: Cursor | None = None) -> Part[Entry]:
    """A source's pages, each with its newest snapshot; those taken in last first. Raises SourceNotFound."""
    with database.reading(archive.engine) as connection:
        values = {"source": source_id(connection, source), "id": (after or END).id, "limit": limit + 1}
        rows = connection.execute(_OF_SOURCE, values).all()
    return part_of(rows, limit, as_entry, lambda row: Cursor(row.added_at, row.page))


def new_pages_of_source(archive: Archive, source: str, *, limit: int) -> tuple[Entry, ...]:
    """A source's latest pages, each with its first snapshot; those taken in last first. Raises SourceNotFound."""
    with database.reading(archive.engine) as connection:
        values = {"source": source_id(connection, source), "limit": limit}
        return tuple(map(as_entry, connection.execute(_NEW_OF_SOURCE, values)))


def window(since: datetime | None, until: datetime | None, after: Cursor | None, limit: int) -> Mapping[str, object]:
    """The values of a statement that goes by time."""
    place = after or END
    return {"since": since or BEGINNING, "until": until or END.at, "at": place.at, "id": place.id, "limit": limit + 1}
