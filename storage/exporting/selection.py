"""Which snapshots are exported, in which order, and from where on."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import attrs
from sqlalchemy import Connection, select, tuple_

from storage.exporting.cursor import Position
from storage.exporting.rows import BATCH
from storage.finding import must_know
from storage.search import Search, cursors
from storage.search.select import ids as found
from storage.snapshot_views import NEWEST_SNAPSHOT
from storage.tables import AliasRow, PageRow, SnapshotRow, SourceRow
from storage.withholding import visible

# A page of numbers; short enough that no reading transaction holds the database's journal for long.
PAGE = 10_000


@attrs.frozen(kw_only=True)
class Selection:
    """What a user asked for."""

    query: str = ""
    """In the language of docs/search.md. Empty: everything."""
    all_versions: bool = False
    """Every snapshot, not only the newest of each page."""
    as_of: datetime | None = None
    """The newest of each page that the archive held then."""
    source: str | None = None

    @property
    def question(self) -> str:
        """The same for the same filters."""
        return json.dumps(attrs.asdict(self), sort_keys=True, default=str)


def ids(connection: Connection, selection: Selection, after: Position | None = None) -> Iterator[int]:
    """The snapshots' numbers by time of capture, from after a position on; none that is withheld.

    Raises SourceNotFound, Withheld and UsageError, at the first step.
    """
    if selection.source is not None:
        must_know(connection, selection.source)
    if selection.query.strip() or selection.as_of is not None:
        return _found(connection, selection, after)
    return _all(connection, selection, after)


def _found(connection: Connection, selection: Selection, after: Position | None) -> Iterator[int]:
    """What the search finds."""
    scope: Any = "as_of" if selection.as_of is not None else "all" if selection.all_versions else "newest"
    search = Search(query=selection.query, scope=scope, as_of=selection.as_of)
    if after is not None:
        place = cursors.Cursor(captured_at=_moment(after), snapshot=after.snapshot)
        search = attrs.evolve(search, cursor=cursors.written(place, search))
    numbers = found(connection, search)
    return numbers if selection.source is None else _of_source(connection, numbers, selection.source)


def _of_source(connection: Connection, numbers: Iterator[int], source: str) -> Iterator[int]:
    query = (
        select(SnapshotRow.id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .join(SourceRow, SourceRow.id == PageRow.source_id)
        .where(SourceRow.name == source)
    )
    for batch in batches(numbers):
        own = set(connection.execute(query.where(SnapshotRow.id.in_(batch))).scalars())
        yield from (number for number in batch if number in own)


def _moment(position: Position) -> datetime:
    return datetime.fromisoformat(position.captured_at).replace(tzinfo=UTC)


def _all(connection: Connection, selection: Selection, after: Position | None) -> Iterator[int]:
    query = (
        select(SnapshotRow.id, SnapshotRow.captured_at)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(visible())
        .order_by(SnapshotRow.captured_at, SnapshotRow.id)
        .limit(PAGE)
    )
    if selection.source is not None:
        query = query.join(SourceRow, SourceRow.id == PageRow.source_id).where(SourceRow.name == selection.source)
    if not selection.all_versions:
        query = query.where(SnapshotRow.id == NEWEST_SNAPSHOT)
    place = None if after is None else (_moment(after), after.snapshot)
    while True:
        page = query
        if place is not None:
            page = query.where(tuple_(SnapshotRow.captured_at, SnapshotRow.id) > place)
        rows = connection.execute(page).all()
        yield from (row.id for row in rows)
        if len(rows) < PAGE:
            return
        place = (rows[-1].captured_at, rows[-1].id)


def batches(numbers: Iterator[int]) -> Iterator[Sequence[int]]:
    """The numbers in lists of what one query reads."""
    while batch := list(islice(numbers, BATCH)):
        yield batch
