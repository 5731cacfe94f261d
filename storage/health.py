"""The health of the sources: what their crawls found day by day, and what is not as it always was."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import Connection, func, select

from storage import run_facts
from storage.clock import iso
from storage.drift import Sign, Window, signs
from storage.tables import RunRow, SourceRow, VisitRow

DAY = timedelta(days=1)

# Four weeks of habit, and the last day.
DAYS = 29

# A nightly crawl begins somewhat sooner or later each night, and must not fall into the day of the last one.
SLACK = timedelta(hours=1)

_STANDS = ("changed", "unchanged", "not_modified", "degraded")


@attrs.frozen(kw_only=True)
class SourceHealth:
    """A source's last day beside its habit."""

    source: str
    last_run_at: datetime
    windows: tuple[Window, ...]
    """The day that ends with its last crawl, then those before it."""
    signs: tuple[Sign, ...]

    def as_json(self) -> dict[str, Any]:
        """The last day's figures; rates are None where nothing was counted."""
        day, before = self.windows[0], [window for window in self.windows[1:] if window.runs]
        habit = sorted(window.fresh for window in before)
        return {
            "last_run_at": iso(self.last_run_at),
            "fresh": day.fresh,
            "fresh_habit": habit[len(habit) // 2] if habit else None,
            "block_rate": _rate(day.walled, day.attempts),
            "failure_rate": _rate(day.failed, day.attempts),
            "empty_rate": _rate(day.empty, day.fresh),
            "untitled_rate": _rate(day.untitled, day.fresh),
            "undated_rate": _rate(day.undated, day.fresh),
            "not_article_rate": _rate(day.not_article, day.first),
            "words": day.words or None,
            "signs": [sign.name for sign in self.signs],
        }


def _rate(cases: int, of: int) -> float | None:
    return round(cases / of, 4) if of else None


def health(connection: Connection, *, since: datetime | None = None, source: str | None = None) -> list[SourceHealth]:
    """The health of every source that was crawled, by name; `since`: of those with a crawl that ended since then;
    `source`: of that one."""
    newest = (
        select(RunRow.source_id, func.max(RunRow.started_at).label("at"), func.max(RunRow.ended_at).label("ended_at"))
        .where(RunRow.kind == "crawl", RunRow.source_id.is_not(None), RunRow.state != "running")
        .group_by(RunRow.source_id)
        .subquery()
    )
    query = select(newest.c.source_id, newest.c.at, SourceRow.name).join(SourceRow, SourceRow.id == newest.c.source_id)
    if since is not None:
        query = query.where(newest.c.ended_at >= since)
    if source is not None:
        query = query.where(SourceRow.name == source)
    found = []
    for row in connection.execute(query.order_by(SourceRow.name)).all():
        windows = _windows(connection, row.source_id, row.at)
        found.append(
            SourceHealth(source=row.name, last_run_at=row.at, windows=tuple(windows), signs=tuple(signs(windows)))
        )
    return found


def _windows(connection: Connection, source: int, last: datetime) -> list[Window]:
    """The last day first. A run belongs to the day in which it began."""
    query = select(
        RunRow.id, RunRow.started_at, RunRow.state, RunRow.listings, RunRow.listings_failed, RunRow.facts
    ).where(
        RunRow.source_id == source,
        RunRow.kind == "crawl",
        RunRow.state != "running",
        RunRow.started_at > last - DAYS * DAY,
        RunRow.started_at <= last,
    )
    runs: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query).all():
        runs[(last + SLACK - row.started_at) // DAY].append(row)
    outcomes = _outcomes(connection, [row.id for rows in runs.values() for row in rows])
    return [_window(connection, runs[day], outcomes) for day in range(DAYS)]


def _outcomes(connection: Connection, runs: Sequence[int]) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = defaultdict(Counter)
    if not runs:
        return found
    query = select(VisitRow.run_id, VisitRow.outcome, func.count().label("visits"))
    query = query.where(VisitRow.run_id.in_(runs)).group_by(VisitRow.run_id, VisitRow.outcome)
    for row in connection.execute(query):
        found[row.run_id][row.outcome] += row.visits
    return found


def _window(connection: Connection, rows: Sequence[Any], outcomes: Mapping[int, Counter[str]]) -> Window:
    total: Counter[str] = Counter()
    facts: Counter[str] = Counter()
    lengths: list[tuple[int, int]] = []
    for row in rows:
        total += outcomes.get(row.id, Counter())
        known = run_facts.facts_in(connection, row)
        facts.update({name: count for name, count in known.items() if name != "words"})
        if known["articles"]:
            lengths.append((known["words"], known["articles"]))
    unwalled = total["blocked"] - facts["walled"]
    return Window(
        runs=len(rows),
        discoveries=sum(row.state == "done" and row.listings > 0 for row in rows),
        attempts=total.total() - total["refused"] - unwalled,
        fresh=facts["articles"],
        walled=facts["walled"],
        failed=total["failed"],
        first=facts["articles"] + total["not_article"],
        not_article=total["not_article"],
        again=sum(total[outcome] for outcome in _STANDS),
        changed=total["changed"],
        degraded=total["degraded"],
        gone=total["gone"],
        empty=facts["empty"],
        untitled=facts["untitled"],
        undated=facts["undated"],
        words=_weighted_median(lengths),
        listings=sum(row.listings for row in rows),
        listings_failed=sum(row.listings_failed for row in rows),
    )


def _weighted_median(lengths: Sequence[tuple[int, int]]) -> int:
    """The median of values that each stand for several; 0 of none."""
    half, passed = sum(weight for _, weight in lengths) / 2, 0
    for value, weight in sorted(lengths):
        passed += weight
        if passed >= half:
            return value
    return 0
