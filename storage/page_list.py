"""The pages of an archive, or all their snapshots, one after the other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, tuple_

from storage.cursor import Cursor
from storage.finding import must_know
from storage.links import pages_of
from storage.snapshot_views import SnapshotView, as_view, snapshots
from storage.tables import SnapshotRow, SourceRow, UTCDateTime


def listed(
    connection: Connection, *, all_versions: bool, source: str | None, limit: int | None, newest_first: bool
) -> Iterator[SnapshotView]:
    """The newest snapshot of each page, or every one. Oldest first; newest first where limited. Raises SourceNotFound,
    and Withheld where the source is hidden, at the first step."""
    query = snapshots(all_versions=all_versions)
    if source is not None:
        must_know(connection, source)
        query = query.where(SourceRow.name == source)
    order = (SnapshotRow.captured_at, SnapshotRow.id)
    if limit is not None or newest_first:
        query = query.order_by(*(column.desc() for column in order)).limit(limit)
    else:
        query = query.order_by(*order)
    yield from map(as_view, connection.execution_options(yield_per=500).execute(query))


_NEWEST_FIRST = (
    snapshots()
    .where(
        SnapshotRow.captured_at >= bindparam("since", type_=UTCDateTime()),
        SnapshotRow.captured_at <= bindparam("until", type_=UTCDateTime()),
        tuple_(SnapshotRow.captured_at, SnapshotRow.id)
        < tuple_(bindparam("at", type_=UTCDateTime()), bindparam("id", type_=Integer())),
    )
    .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    .limit(bindparam("limit"))
)
_BY_NUMBERS = snapshots(all_versions=True).where(SnapshotRow.id.in_(bindparam("snapshots", expanding=True)))
BEGINNING, END = Cursor.parse("0-0"), Cursor.parse("253402300799999999-999999999999999999")


def newest_first(
    connection: Connection,
    *,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
    after: Cursor | None = None,
) -> tuple[list[SnapshotView], Cursor | None]:
    """Pages whose newest snapshot was captured in a time, ends included, each with it: the latest first; and where the
    next part begins."""
    place = after or END
    values = {"since": since or BEGINNING.at, "until": until or END.at, "at": place.at, "id": place.id}
    found = [as_view(row) for row in connection.execute(_NEWEST_FIRST, values | {"limit": limit + 1})]
    more, found = len(found) > limit, found[:limit]
    return found, Cursor(found[-1].captured_at, found[-1].snapshot) if more else None


def by_numbers(connection: Connection, numbers: Sequence[int]) -> list[SnapshotView]:
    """These snapshots, in this order; without those that are withheld."""
    found = {row.id: as_view(row) for row in connection.execute(_BY_NUMBERS, {"snapshots": list(numbers)})}
    return [found[number] for number in numbers if number in found]


def folded(
    connection: Connection, *, all_versions: bool, source: str | None, limit: int, fold: bool
) -> Iterator[tuple[SnapshotView, int]]:
    """Like `listed`, newest first, each with 0; or one for each story, its latest, with the number of its other
    pages."""
    rows = listed(
        connection, all_versions=all_versions, source=source, limit=None if fold else limit, newest_first=True
    )
    if not fold:
        yield from ((one, 0) for one in rows)
        return
    seen: Counter[str] = Counter()
    kept: list[SnapshotView] = []
    for one in rows:
        if one.story is None or not seen[one.story]:
            if len(kept) == limit:
                break
            kept.append(one)
        if one.story is not None:
            seen[one.story] += 1
    for one in kept:
        yield one, pages_of(connection, one.story) - 1 if one.story is not None else 0
