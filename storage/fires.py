"""The fires of the schedule: each time at which a source is due is run once, whoever is up.

A fire's row is claimed in one transaction, by whoever inserts it first. A locked file proves that somebody is at it:
the scheduler holds it and so does the crawl that it has started, so that it is free only when both are gone. Every
function runs inside the caller's transaction, which has to be a writing one.
"""

from datetime import datetime, timedelta
from typing import Any, Literal, cast

import attrs
from sqlalchemy import Connection, delete, func, insert, select, update

from storage.errors import RunUnderWay
from storage.runs import RunLock
from storage.tables import FireRow, RunRow, SourceRow, VisitRow

Kind = Literal["crawl", "fresh"]
State = Literal["running", "done", "failed", "limited", "interrupted", "skipped"]

# A crawl that kills its process three times does so on every attempt.
MAX_DEATHS = 3

# A feed lists about a day; what was interrupted before that is left to the next fire (as in `storage.runs`).
CONTINUED = timedelta(hours=24)

# Clocks of machines that share an archive differ by less.
CLOCK_SLACK = timedelta(hours=1)

# Long enough to compare this month's nights with last month's.
KEPT = timedelta(days=90)

# What `python` and a shell give a program that a user has interrupted.
_INTERRUPTED = 130


@attrs.frozen(kw_only=True)
class Fire:
    """A time at which a source was due."""

    id: int
    kind: Kind
    source: str
    scheduled_at: datetime
    state: State
    claimed_at: datetime
    ended_at: datetime | None
    deaths: int
    run: int | None
    error: str | None

    @property
    def lock(self) -> str:
        """The name of the file that proves it alive."""
        return f"fire-{self.id}"


def claim(
    connection: Connection, lock: RunLock, kind: Kind, source: str, scheduled_at: datetime, *, now: datetime
) -> Fire | None:
    """Claim a fire, and hold its lock; None where it, or a later one of its kind, has been claimed already.

    Where a crawl of the same source is still under way the fire is recorded as `skipped`, and is not to be run.
    """
    claimed = select(FireRow.id).where(
        FireRow.kind == kind,
        FireRow.source == source,
        # What was claimed while the machine's clock was years ahead must not stop the schedule for years.
        FireRow.scheduled_at.between(scheduled_at, max(now, scheduled_at) + CLOCK_SLACK),
    )
    if connection.execute(claimed).first() is not None:
        return None
    under_way = connection.execute(
        select(FireRow).where(FireRow.source == source, FireRow.state == "running").limit(1)
    ).first()
    newest = _newest_run(connection, source)
    values: dict[str, object] = {
        "kind": kind,
        "source": source,
        "scheduled_at": scheduled_at,
        "state": "running",
        "claimed_at": now,
        "deaths": 0,
        "run_before": newest.id if newest else None,
        "resumed_before": newest.resumed if newest else 0,
    }
    if under_way is not None:
        since = under_way.claimed_at.isoformat(timespec="minutes")
        why = f"the {under_way.kind} of {source} that began at {since} was still under way"
        values |= {"state": "skipped", "ended_at": now, "error": why}
    made = connection.execute(insert(FireRow).values(**values).returning(FireRow.id)).scalar_one()
    fire = get(connection, made)
    if fire.state == "running":
        # Before the row can be seen: one without a lock is taken to be dead.
        lock.take(fire.lock)
    return fire


def verdict(connection: Connection, fire: Fire, exit_code: int | None, said: str | None) -> tuple[State, str | None]:
    """How a fire whose process is gone has ended, with the reason; `running` where the process died and left work.

    `exit_code`: negative for a signal, None where nobody waited for it. `said`: the last line of its stderr.
    """
    if said is not None and str(RunUnderWay(fire.source)) in said:
        return "skipped", f"another process was crawling {fire.source}"
    run = _own_run(connection, fire)
    if run is not None:
        return cast(State, run.state), run.error
    if exit_code is None or exit_code < 0:
        return "running", None
    if exit_code == _INTERRUPTED:
        return "interrupted", None
    return "failed", said or f"the command ended with exit code {exit_code} and made no run"


def end(connection: Connection, fire: Fire, state: State, *, now: datetime, error: str | None = None) -> None:
    """End a fire, or, as `running`, leave it to be taken over. The lock is to be dropped after the commit."""
    run = _own_run(connection, fire) if state != "skipped" else None
    values: dict[str, object] = {"state": state, "error": error, "run_id": run.id if run else None}
    if state != "running":
        values["ended_at"] = now
    connection.execute(update(FireRow).where(FireRow.id == fire.id).values(**values))


def take_over(connection: Connection, lock: RunLock, *, now: datetime, starting: bool = False) -> list[Fire]:
    """Take over what nobody is at any more, and hold its locks. Gives the fires to run again.

    What has ended meanwhile is only closed, and so is what has died MAX_DEATHS times. `starting`: a crawl that was
    interrupted within a day, as by the last stop of the scheduler, goes on too.
    """
    again: list[Fire] = []
    for row in connection.execute(select(FireRow).where(FireRow.state == "running").order_by(FireRow.id)).all():
        fire = _fire(row)
        # The lock is free or ours to take only where both the scheduler and the crawl are gone.
        if not lock.take(fire.lock):
            continue
        state, error = verdict(connection, fire, None, None)
        if state != "running":
            end(connection, fire, state, now=now, error=error)
            lock.drop(fire.lock)
            continue
        deaths = fire.deaths + 1
        connection.execute(update(FireRow).where(FireRow.id == fire.id).values(deaths=deaths))
        if deaths >= MAX_DEATHS:
            end(connection, fire, "failed", now=now, error=f"its process died {deaths} times")
            lock.drop(fire.lock)
        else:
            again.append(get(connection, fire.id))
    if starting:
        again += _continued(connection, lock, now)
    return again


def _continued(connection: Connection, lock: RunLock, now: datetime) -> list[Fire]:
    found = []
    for fire in last(connection):
        if fire.kind != "crawl" or fire.state != "interrupted" or now - (fire.ended_at or now) > CONTINUED:
            continue
        if _under_way(connection, fire.source) or not lock.take(fire.lock):
            continue
        newest = _newest_run(connection, fire.source)
        statement = update(FireRow).where(FireRow.id == fire.id)
        values: dict[str, object] = {"state": "running", "ended_at": None, "error": None}
        values |= {"run_before": newest.id if newest else None, "resumed_before": newest.resumed if newest else 0}
        connection.execute(statement.values(**values))
        found.append(get(connection, fire.id))
    return found


def _under_way(connection: Connection, source: str) -> bool:
    query = select(FireRow.id).where(FireRow.source == source, FireRow.state == "running")
    return connection.execute(query).first() is not None


def outcomes(connection: Connection, fire: Fire) -> dict[str, int]:
    """How many URLs ended how in the fire's run so far, by outcome."""
    run = _own_run(connection, fire)
    if run is None or get(connection, fire.id).state == "skipped":
        return {}
    query = select(VisitRow.outcome, func.count().label("visits")).where(VisitRow.run_id == run.id)
    rows = connection.execute(query.group_by(VisitRow.outcome).order_by(VisitRow.outcome))
    return {row.outcome: row.visits for row in rows}


def get(connection: Connection, fire: int) -> Fire:
    """A fire by its number."""
    return _fire(connection.execute(select(FireRow).where(FireRow.id == fire)).one())


def last(connection: Connection) -> list[Fire]:
    """The last fire of each source and kind that was no skip, by source."""
    newest = (
        select(func.max(FireRow.scheduled_at).label("at"), FireRow.kind, FireRow.source)
        .where(FireRow.state != "skipped")
        .group_by(FireRow.kind, FireRow.source)
        .subquery()
    )
    query = select(FireRow).join(
        newest,
        (FireRow.kind == newest.c.kind) & (FireRow.source == newest.c.source) & (FireRow.scheduled_at == newest.c.at),
    )
    return [_fire(row) for row in connection.execute(query.order_by(FireRow.source, FireRow.kind)).all()]


def last_times(connection: Connection, *, now: datetime) -> dict[tuple[str, str], datetime]:
    """When each kind and source fired last, skips included: up to there everything was claimed."""
    query = select(FireRow.kind, FireRow.source, func.max(FireRow.scheduled_at))
    query = query.where(FireRow.scheduled_at <= now + CLOCK_SLACK).group_by(FireRow.kind, FireRow.source)
    return {(kind, source): at for kind, source, at in connection.execute(query).all()}


def skips(connection: Connection, since: datetime) -> dict[str, int]:
    """How many fires of each source were skipped since a moment, because a crawl was under way."""
    query = select(FireRow.source, func.count().label("fires")).where(
        FireRow.state == "skipped", FireRow.scheduled_at >= since
    )
    return {row.source: row.fires for row in connection.execute(query.group_by(FireRow.source))}


def forget(connection: Connection, *, now: datetime) -> int:
    """Delete the fires that ended long ago, but for each source's last. Returns how many."""
    newest = select(func.max(FireRow.id)).group_by(FireRow.kind, FireRow.source)
    statement = delete(FireRow).where(
        FireRow.scheduled_at < now - KEPT, FireRow.state != "running", FireRow.id.not_in(newest)
    )
    return connection.execute(statement).rowcount


def _newest_run(connection: Connection, source: str) -> Any:
    query = (
        select(RunRow.id, RunRow.resumed, RunRow.state, RunRow.error)
        .join(SourceRow, SourceRow.id == RunRow.source_id)
        .where(SourceRow.name == source, RunRow.kind == "crawl")
        .order_by(RunRow.id.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def _own_run(connection: Connection, fire: Fire) -> Any:
    """The run that the fire's process has begun or taken up again; None: none."""
    run = _newest_run(connection, fire.source)
    row = connection.execute(select(FireRow.run_before, FireRow.resumed_before).where(FireRow.id == fire.id)).one()
    if run is None or (run.id == row.run_before and run.resumed <= row.resumed_before):
        return None
    return run


def _fire(row: Any) -> Fire:
    return Fire(
        id=row.id,
        kind=row.kind,
        source=row.source,
        scheduled_at=row.scheduled_at,
        state=row.state,
        claimed_at=row.claimed_at,
        ended_at=row.ended_at,
        deaths=row.deaths,
        run=row.run_id,
        error=row.error,
    )
