"""Answers a search with a page of hits."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, select

from storage.errors import BackissueError
from storage.search import cursors
from storage.search import select as finding
from storage.search.cursors import Cursor
from storage.search.index import is_current
from storage.search.plan import Plan, plan
from storage.search.query import Words, parse
from storage.search.request import Facets, Found, Hit, Search
from storage.search.select import Place
from storage.search.snippets import marks, snippet
from storage.snapshot_views import SnapshotView, as_view, snapshots
from storage.story_tables import BodyRow, SnapshotBodyRow
from storage.tables import SnapshotRow

# Put together once.
_VIEWS = snapshots(all_versions=True).where(SnapshotRow.id.in_(bindparam("ids", expanding=True)))


class NotIndexed(BackissueError):
    """The full-text index is not made yet, or in another version's form."""

    def __init__(self) -> None:
        super().__init__(
            "The archive's search index is not complete: it is made when the archive is next opened for writing. Run "
            "`backissue reindex`, or any crawl."
        )


def must_be_indexed(connection: Connection) -> None:
    """Raises NotIndexed where a search would miss snapshots."""
    if not is_current(connection):
        raise NotIndexed


def find(connection: Connection, search: Search) -> Found:
    """A page of hits. Raises UsageError, and NotIndexed."""
    must_be_indexed(connection)
    made, after = plan(connection, search), cursors.read(search)
    newest, bounded = None, False
    if search.order == "relevance" and made.match is not None:
        ranking = finding.best_first(
            connection, made, None if search.fold else after, None if search.fold else search.limit + 1
        )
        newest, bounded = ranking.newest, ranking.bounded
        if search.fold:
            found = _best_of_stories(connection, ranking.places)
            ahead = _behind(found, after)
        else:
            ahead = ((place, 0) for place in ranking.places)
    elif search.fold:
        ahead = _latest_of_stories(connection, made, after)
    else:
        ahead = ((place, 0) for place in finding.newest_first(connection, made, after))
    page: list[tuple[Place, int]] = []
    more = False
    for one in ahead:
        if len(page) == search.limit:
            more = True
            break
        page.append(one)
    cursor = None
    if more:
        last = page[-1][0]
        place = Cursor(captured_at=last.captured_at, snapshot=last.snapshot, score=last.score, newest=newest)
        cursor = cursors.written(place, search)
    return Found(hits=tuple(_hits(connection, page, parse(search.query).wanted)), cursor=cursor, bounded=bounded)


def count(connection: Connection, search: Search, at_most: int | None) -> Facets:
    """What is found, counted; or at most so many of it, the newest. Raises UsageError, and NotIndexed."""
    must_be_indexed(connection)
    return finding.counted(connection, search, at_most)


def _hits(connection: Connection, page: Sequence[tuple[Place, int]], wanted: Sequence[Words]) -> Iterator[Hit]:
    ids = [place.snapshot for place, _ in page]
    views: dict[int, SnapshotView] = {row.id: as_view(row) for row in connection.execute(_VIEWS, {"ids": ids})}
    for place, others in page:
        view = views[place.snapshot]
        yield Hit(
            view=view,
            snippet=snippet(view.text, wanted),
            title_marks=marks(view.title or "", wanted, "title"),
            score=-place.score if place.score is not None else None,
            others=others,
        )


def _latest_of_stories(connection: Connection, made: Plan, after: Cursor | None) -> Iterator[tuple[Place, int]]:
    """What is found, the latest first; of a story only its latest, with the number of its others."""
    for place in finding.newest_first(connection, made, after):
        story = _stories(connection, [place.snapshot]).get(place.snapshot)
        if story is None:
            yield place, 0
            continue
        members = finding.alike(connection, made, story)
        # A later one was given out before.
        if max((one.captured_at, one.snapshot) for one in members) == (place.captured_at, place.snapshot):
            yield place, len(members) - 1


def _best_of_stories(connection: Connection, found: Sequence[Place]) -> list[tuple[Place, int]]:
    stories = _stories(connection, [place.snapshot for place in found])
    counts = Counter(stories.values())
    seen: set[str] = set()
    kept: list[tuple[Place, int]] = []
    for place in found:
        story = stories.get(place.snapshot)
        if story is None or story not in seen:
            kept.append((place, counts[story] - 1 if story is not None else 0))
        if story is not None:
            seen.add(story)
    return kept


def _behind(found: Sequence[tuple[Place, int]], after: Cursor | None) -> Iterator[tuple[Place, int]]:
    """What comes after the cursor's hit; where that is there no more, after its score."""
    if after is None:
        yield from found
        return
    at = next((n for n, (place, _) in enumerate(found) if place.snapshot == after.snapshot), None)
    score = after.score or 0.0
    for n, (place, others) in enumerate(found):
        if n > at if at is not None else (place.score or 0.0) > score:
            yield place, others


def _stories(connection: Connection, snapshots: Sequence[int]) -> dict[int, str]:
    """The stories of those snapshots that belong to one."""
    found: dict[int, str] = {}
    for start in range(0, len(snapshots), 1000):
        query = (
            select(SnapshotBodyRow.snapshot_id, BodyRow.story)
            .join(BodyRow, BodyRow.id == SnapshotBodyRow.body_id)
            .where(SnapshotBodyRow.snapshot_id.in_(snapshots[start : start + 1000]), BodyRow.story.is_not(None))
        )
        found |= {row.snapshot_id: row.story for row in connection.execute(query)}
    return found
