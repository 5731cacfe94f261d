"""Finds snapshots: the latest first, the most relevant first, or all in the order of their captures."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

import attrs
from sqlalchemy import (
    BigInteger,
    Connection,
    Float,
    Text,
    and_,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy import table as virtual_table

from storage.search import cursors, places
from storage.search.cursors import Cursor
from storage.search.plan import Plan, plan
from storage.search.request import Facets, Search
from storage.search_tables import FULL_TEXT, SearchRow
from storage.story_tables import BodyRow, SnapshotBodyRow
from storage.tables import PageRow, SourceRow

# A match in the title says more than one in the byline, and that more than one in the text.
WEIGHTS = "4.0, 2.0, 1.0"
# To weigh a match costs some 2 microseconds, and a word may stand in every other text. By relevance, so many of the
# newest are weighed.
WEIGHED = 15_000

_ENTRIES = virtual_table(FULL_TEXT, column("rowid", BigInteger))
_SCORE = literal_column(f"bm25({FULL_TEXT}, {WEIGHTS})", Float)


@attrs.frozen(kw_only=True)
class Place:
    """A snapshot that was found."""

    doc: int
    snapshot: int
    captured_at: datetime
    score: float | None = None
    """As FTS5 counts: lower is better."""


def ids(connection: Connection, search: Search) -> Iterator[int]:
    """The snapshots that are found, in the order of their captures, after the search's cursor, without end or limit.

    Takes no more memory for more of them. Raises UsageError, at the first step.
    """
    made = plan(connection, search)
    after = cursors.read(search)
    query = _query(made)
    if after is not None:
        query = query.where(SearchRow.doc >= places.first(max(0, places.span(after.captured_at))), _later(after))
    rows = connection.execute(query.order_by(_doc(made)), execution_options={"yield_per": 500})
    for _, span in groupby(rows, key=lambda row: places.span_of(row.doc)):
        yield from (row.snapshot_id for row in sorted(span, key=_captured))


def cursor_after(connection: Connection, search: Search, snapshot: int) -> str:
    """The cursor with which `ids` goes on after a snapshot that it has given out."""
    query = select(SearchRow.captured_at).where(SearchRow.snapshot_id == snapshot)
    captured_at = connection.execute(query).scalar_one()
    return cursors.written(Cursor(captured_at=captured_at, snapshot=snapshot), search)


def newest_first(connection: Connection, made: Plan, after: Cursor | None) -> Iterator[Place]:
    """What is found, the latest capture first, after a cursor. Read as far as needed, and closed then."""
    query = _query(made)
    if after is not None:
        query = query.where(SearchRow.doc < places.first(places.span(after.captured_at) + 2), _earlier(after))
    rows = connection.execute(query.order_by(_doc(made).desc()), execution_options={"yield_per": 50})
    try:
        for _, span in groupby(rows, key=lambda row: places.span_of(row.doc)):
            for row in sorted(span, key=_captured, reverse=True):
                yield Place(doc=row.doc, snapshot=row.snapshot_id, captured_at=row.captured_at)
    finally:
        rows.close()


@attrs.frozen(kw_only=True)
class Ranking:
    """What is found, the most relevant first."""

    places: tuple[Place, ...]
    newest: int
    """The last place of the index that was looked at."""
    bounded: bool
    """There were more matches than are weighed: these are the newest ones."""


def best_first(connection: Connection, made: Plan, after: Cursor | None, limit: int | None) -> Ranking:
    """What is found, the most relevant first, of two alike the later one. For a plan with words."""
    newest = after.newest if after is not None else None
    if newest is None:
        last = connection.execute(select(func.max(SearchRow.doc))).scalar()
        newest = int(last) if last is not None else 0
    start, bounded = _newest_matches(connection, made, newest)
    made = attrs.evolve(made, start=start, end=min(made.end, newest + 1))
    query = _query(made, _SCORE.label("score"))
    if after is not None and after.score is not None:
        # It may have moved a little: the index has other texts now.
        score = _score_now(connection, made, after)
        query = query.where(score <= _SCORE, or_(score < _SCORE, _earlier(after)))
    query = query.order_by(text("score"), SearchRow.captured_at.desc(), SearchRow.snapshot_id.desc()).limit(limit)
    found = tuple(
        Place(doc=row.doc, snapshot=row.snapshot_id, captured_at=row.captured_at, score=row.score)
        for row in connection.execute(query)
    )
    return Ranking(places=found, newest=newest, bounded=bounded)


def _newest_matches(connection: Connection, made: Plan, newest: int) -> tuple[int, bool]:
    """From which place on matches are weighed, and whether there are others before."""
    matches = (
        f"SELECT rowid FROM {FULL_TEXT} WHERE {FULL_TEXT} MATCH :match AND rowid >= :start AND rowid < :end "
        "ORDER BY rowid DESC LIMIT 1 OFFSET :weighed"
    )
    values = {"match": made.match, "start": made.start, "end": min(made.end, newest + 1), "weighed": WEIGHED}
    beyond: int | None = connection.execute(text(matches), values).scalar()
    return (made.start, False) if beyond is None else (beyond + 1, True)


def _score_now(connection: Connection, made: Plan, hit: Cursor) -> float:
    doc = connection.execute(select(SearchRow.doc).where(SearchRow.snapshot_id == hit.snapshot)).scalar()
    query = text(
        f"SELECT bm25({FULL_TEXT}, {WEIGHTS}) FROM {FULL_TEXT} WHERE {FULL_TEXT} MATCH :match AND rowid = :doc"
    )
    score: float | None = connection.execute(query, {"match": made.match, "doc": doc}).scalar()
    return score if score is not None else hit.score or 0.0


def counted(connection: Connection, search: Search, at_most: int | None) -> Facets:
    """What is found, counted; at most so many, the newest. Raises UsageError."""
    made = plan(connection, attrs.evolve(search, cursor=None))
    month = func.substr(cast(SearchRow.captured_at, Text), 1, 7).label("month")
    query = _query(made, SearchRow.language, SearchRow.page_id, month)
    beyond: Any = literal(0)
    if at_most is not None:
        # One more than is counted tells whether there are more, so that the index is gone through once.
        number = func.row_number().over(order_by=_doc(made).desc()).label("number")
        query = query.add_columns(number).order_by(_doc(made).desc()).limit(at_most + 1)
    found = query.subquery()
    if at_most is not None:
        beyond = found.c.number > at_most
    grouped = (
        select(SourceRow.name, found.c.month, found.c.language, func.count(), beyond.label("beyond"))
        .select_from(found)
        .join(PageRow, PageRow.id == found.c.page_id)
        .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
        .group_by(SourceRow.name, found.c.month, found.c.language, "beyond")
    )
    rows = connection.execute(grouped).all()
    return Facets.counted(
        ((source, of_month, language, count) for source, of_month, language, count, more in rows if not more),
        complete=not any(more for *_, more in rows),
    )


def alike(connection: Connection, made: Plan, story: str) -> list[Place]:
    """What is found of one story."""
    docs = (
        select(SearchRow.doc)
        .join(SnapshotBodyRow, SnapshotBodyRow.snapshot_id == SearchRow.snapshot_id)
        .join(BodyRow, BodyRow.id == SnapshotBodyRow.body_id)
        .where(BodyRow.story == story)
    )
    found: list[Place] = []
    for doc in connection.execute(docs).scalars().all():
        row = connection.execute(_query(made).where(_doc(made) == doc)).first()
        if row is not None:
            found.append(Place(doc=row.doc, snapshot=row.snapshot_id, captured_at=row.captured_at))
    return found


def _captured(row: Any) -> tuple[datetime, int]:
    return row.captured_at, row.snapshot_id


def _later(than: Cursor) -> Any:
    same = and_(SearchRow.captured_at == than.captured_at, SearchRow.snapshot_id > than.snapshot)
    return or_(SearchRow.captured_at > than.captured_at, same)


def _earlier(than: Cursor) -> Any:
    same = and_(SearchRow.captured_at == than.captured_at, SearchRow.snapshot_id < than.snapshot)
    return or_(SearchRow.captured_at < than.captured_at, same)


def _doc(made: Plan) -> Any:
    # The full-text index gives its rows in this order by itself.
    return _ENTRIES.c.rowid if made.match is not None else SearchRow.doc


def _query(made: Plan, *columns: Any) -> Any:
    """One row per snapshot found. No order."""
    query = select(SearchRow.doc, SearchRow.snapshot_id, SearchRow.captured_at, *columns)
    query = query.where(*made.conditions)
    doc = _doc(made)
    if made.match is not None:
        matches = text(f"{FULL_TEXT} MATCH :match").bindparams(match=made.match)
        query = query.join(_ENTRIES, SearchRow.doc == doc).where(matches)
    if made.start > 0:
        query = query.where(doc >= made.start)
    if made.end < 1 << 62:
        query = query.where(doc < made.end)
    return query
