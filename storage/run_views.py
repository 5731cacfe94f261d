"""Runs for readers."""

from collections import Counter
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, func, select

from storage import withholding
from storage.clock import iso
from storage.tables import RunRow, SourceRow, VisitRow


@attrs.frozen(kw_only=True)
class RunView:
    """A run, with its outcomes counted."""

    run: int
    kind: str
    source: str | None
    state: str
    started_at: datetime
    ended_at: datetime | None
    taken_up: int
    outcomes: dict[str, int]
    skipped: dict[str, int]
    listings: int
    listings_failed: int
    error: str | None

    def as_json(self) -> dict[str, Any]:
        """Dates in ISO 8601."""
        return attrs.asdict(self) | {"started_at": iso(self.started_at), "ended_at": iso(self.ended_at)}


def runs(
    connection: Connection,
    limit: int,
    *,
    source: int | None = None,
    before: int | None = None,
    to_readers: bool = False,
) -> list[RunView]:
    """The latest runs, newest first; `source`: those of that source; `before`: those before that run; `to_readers`:
    without those of sources that are withheld."""
    query: Any = (
        select(
            RunRow.id,
            RunRow.kind,
            SourceRow.name.label("source"),
            RunRow.state,
            RunRow.started_at,
            RunRow.ended_at,
            RunRow.skipped,
            RunRow.listings,
            RunRow.listings_failed,
            RunRow.error,
            RunRow.tally,
        )
        .select_from(RunRow)
        .outerjoin(SourceRow, SourceRow.id == RunRow.source_id)
        .order_by(RunRow.id.desc())
        .limit(limit)
    )
    if source is not None:
        query = query.where(RunRow.source_id == source)
    if before is not None:
        query = query.where(RunRow.id < before)
    if to_readers:
        query = query.where(withholding.visible_run())
    return [_run(connection, row) for row in connection.execute(query).all()]


def _run(connection: Connection, row: Any) -> RunView:
    counted = select(VisitRow.outcome, func.count()).where(VisitRow.run_id == row.id).group_by(VisitRow.outcome)
    outcomes = Counter({str(outcome): int(count) for outcome, count in connection.execute(counted)})
    outcomes.update(row.tally or {})
    return RunView(
        run=row.id,
        kind=row.kind,
        source=row.source,
        state=row.state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        taken_up=outcomes.total(),
        outcomes=dict(sorted(outcomes.items())),
        skipped=row.skipped,
        listings=row.listings,
        listings_failed=row.listings_failed,
        error=row.error,
    )
