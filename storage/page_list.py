"""The pages of an archive, or all their snapshots, one after the other."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection

from storage.finding import must_know
from storage.links import pages_of
from storage.snapshot_views import SnapshotView, as_view, snapshots
from storage.tables import SnapshotRow, SourceRow


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
