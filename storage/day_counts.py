"""What the crawls of each day found, by source: articles, edits, takedowns."""

from collections.abc import Sequence
from datetime import date, datetime

import attrs
from sqlalchemy import Connection, func, select

from storage import database, withholding
from storage.archive import Archive
from storage.tables import AliasRow, PageRow, RunRow, SourceRow, VisitRow

_COUNTED = ("new", "changed", "gone")

# What visits pages as they are now. An import's captures may be of any day.
_LIVE = ("crawl", "archive")


@attrs.frozen(kw_only=True)
class DayCount:
    """What the runs that began on a day, in UTC, found of a source."""

    day: date
    source: str | None
    """None: of no source, by `archive`."""
    new: int
    changed: int
    gone: int


def day_counts(archive: Archive, *, since: datetime, until: datetime, source: str | None = None) -> Sequence[DayCount]:
    """One for each day and source with a find; what is withheld is not counted. By day, then by source."""
    query = (
        select(RunRow.started_at, SourceRow.name, VisitRow.outcome, func.count().label("visits"))
        .select_from(RunRow)
        .outerjoin(SourceRow, SourceRow.id == RunRow.source_id)
        .join(VisitRow, VisitRow.run_id == RunRow.id)
        .where(
            RunRow.started_at >= since,
            RunRow.started_at < until,
            RunRow.kind.in_(_LIVE),
            VisitRow.outcome.in_(_COUNTED),
        )
        .group_by(RunRow.id, VisitRow.outcome)
    )
    if source is not None:
        query = query.where(SourceRow.name == source)
    shown = (
        query.join(AliasRow, AliasRow.id == VisitRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(withholding.visible_run(), withholding.visible(snapshot=VisitRow.snapshot_id))
    )
    found: dict[tuple[date, str | None], dict[str, int]] = {}
    with database.reading(archive.engine) as connection:
        # Mostly nothing is withheld, and a visit's page need not be looked for.
        for row in connection.execute(shown if withholding.is_anything(connection) else query):
            counts = found.setdefault((row.started_at.date(), row.name), dict.fromkeys(_COUNTED, 0))
            counts[row.outcome] += row.visits
    return [
        DayCount(day=day, source=name, **counts)
        for (day, name), counts in sorted(found.items(), key=lambda one: (one[0][0], one[0][1] or ""))
    ]


def last_day(archive: Archive) -> date | None:
    """The day on which the latest run began; None where there is none."""
    with database.reading(archive.engine) as connection:
        return _last_day(connection)


def _last_day(connection: Connection) -> date | None:
    last: datetime | None = connection.execute(select(func.max(RunRow.started_at))).scalar()
    return last.date() if last else None
