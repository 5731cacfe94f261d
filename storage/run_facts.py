"""What a crawl's visits say about the source beside their outcomes.

It is counted when the run ends: `status` could not read a month of visits each time. Every function runs inside the
caller's transaction.
"""

from statistics import median
from typing import Any

from sqlalchemy import Connection, func, select

from storage.tables import ExtractionRow, RenditionRow, RunRow, VisitRow, table

# Even a one-sentence bulletin has more words.
EMPTY_WORDS = 20

# Blocked by what the site publishes for all crawlers to read, and not by a wall.
_NO_WALL = ("robots", "backoff")


def keep(connection: Connection, run: int) -> None:
    """Note a run's facts in its row."""
    row = table(RunRow)
    connection.execute(row.update().where(row.c.id == run).values(facts=facts_of(connection, run)))


def facts_of(connection: Connection, run: int) -> dict[str, int]:
    """`articles` that were new, and of these `empty`, `untitled`, `undated` and the median `words`; `walled` visits."""
    words = func.max(RenditionRow.words).label("words")
    new = connection.execute(
        select(ExtractionRow.title, ExtractionRow.published_at, words)
        .select_from(VisitRow)
        .join(ExtractionRow, ExtractionRow.snapshot_id == VisitRow.snapshot_id)
        .join(RenditionRow, RenditionRow.extraction_id == ExtractionRow.id)
        .where(VisitRow.run_id == run, VisitRow.outcome == "new")
        .group_by(ExtractionRow.snapshot_id, ExtractionRow.id)
    ).all()
    walled = select(func.count()).where(
        VisitRow.run_id == run, VisitRow.outcome == "blocked", VisitRow.kind.is_(None) | VisitRow.kind.not_in(_NO_WALL)
    )
    return {
        "articles": len(new),
        "empty": sum(row.words < EMPTY_WORDS for row in new),
        "untitled": sum(not row.title for row in new),
        "undated": sum(row.published_at is None for row in new),
        "words": round(median(row.words for row in new)) if new else 0,
        "walled": connection.execute(walled).scalar_one(),
    }


def facts_in(connection: Connection, row: Any) -> dict[str, int]:
    """The facts of a run's row, worked out where it was killed or made by an earlier version."""
    return row.facts if row.facts is not None else facts_of(connection, row.id)
