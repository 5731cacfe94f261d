"""What all processes on the archive share about a host: its robots.txt and tdmrep.json, and how long it is left alone.

Every function runs inside the caller's transaction.
"""

from datetime import UTC, datetime, timedelta

import attrs
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.tables import HostRow
from storage.urls import host, parsed

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

# RFC 9309 2.4: a cached robots.txt should not be used for more than a day.
ROBOTS_AGE = timedelta(hours=24)

# RFC 9309 2.3.1.4: while robots.txt answers 5xx, nothing may be fetched. Asked again after ten minutes, which is how
# long a site takes to restart, not a day.
ROBOTS_REST = timedelta(minutes=10)

# For a 429 or 503 that does not say how long. 30 s is what rate limiters by the minute need on average; doubled with
# each in a row, an hour at most, so that a site that is up again is not missed for a day.
FIRST_BACK_OFF = timedelta(seconds=30)
LONGEST_BACK_OFF = timedelta(hours=1)

# Failures in a row after which a host is taken for dead. A URL that fails is tried twice, which is one hiccup.
DEAD_AFTER = 3

# How long a dead host is left alone: as long as a site takes to restart, then doubled, and never so long that a nightly
# crawl would not ask again.
FIRST_REST = timedelta(minutes=10)
LONGEST_REST = timedelta(hours=6)

# A Retry-After of more than a day is taken for a day: one request a day disturbs nobody, and years are a mistake.
LONGEST_RETRY_AFTER = timedelta(days=1)

# For how long a host's 304s are not believed after one that was wrong; doubled with each, up to a season. A week is
# what it costs to be mistaken about a cache that was stale for once, a season what a server that never says the truth
# may have to itself before it is believed again.
FIRST_DISTRUST = timedelta(days=7)
LONGEST_DISTRUST = timedelta(days=90)


@attrs.frozen(kw_only=True)
class Robots:
    """A robots.txt as it was read."""

    status: int | None
    """HTTP status. None where redirects led nowhere."""
    body: bytes
    """Decoded, 500 KiB at most. Empty where there is none, which forbids nothing."""
    read_at: datetime

    def fresh(self, now: datetime) -> bool:
        """Whether it may still be used. What lies in the future was read under another clock."""
        return timedelta(0) <= now - self.read_at < ROBOTS_AGE


@attrs.frozen(kw_only=True)
class Tdmrep:
    """A /.well-known/tdmrep.json as it was read."""

    body: bytes
    """Decoded. Empty where there is none, which reserves nothing."""
    read_at: datetime

    def fresh(self, now: datetime) -> bool:
        """Whether it may still be used, as a robots.txt may."""
        return timedelta(0) <= now - self.read_at < ROBOTS_AGE


@attrs.frozen(kw_only=True)
class BackOff:
    """A host that asked to be left alone, or that could not be reached."""

    origin: str
    until: datetime
    """Aware, UTC. May have passed."""
    failures: int = 0
    """Failures to reach it in a row."""

    @property
    def dead(self) -> bool:
        """Whether it did not ask for that, but could not be reached."""
        return self.failures >= DEAD_AFTER


def origin(url: str) -> str:
    """Scheme, host and port of a URL, as robots.txt is scoped: "https://example.org". Raises InvalidURL."""
    return f"{parsed(url).scheme.lower()}://{host(url)}"


def find_robots(connection: Connection, where: str) -> Robots | None:
    """An origin's robots.txt, whatever its age; None where it was never read."""
    columns = (HostRow.robots, HostRow.robots_status, HostRow.robots_read_at)
    row = connection.execute(select(*columns).where(HostRow.name == where)).first()
    if row is None or row.robots is None:
        return None
    return Robots(status=row.robots_status, body=row.robots, read_at=row.robots_read_at)


def keep_robots(connection: Connection, where: str, robots: Robots) -> None:
    """Note an origin's robots.txt in place of the one before."""
    values = {"robots": robots.body, "robots_status": robots.status, "robots_read_at": robots.read_at}
    statement = sqlite_insert(HostRow).values(name=where, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def find_tdmrep(connection: Connection, where: str) -> Tdmrep | None:
    """An origin's tdmrep.json, whatever its age; None where it was never read."""
    row = connection.execute(select(HostRow.tdmrep, HostRow.tdmrep_read_at).where(HostRow.name == where)).first()
    return Tdmrep(body=row.tdmrep, read_at=row.tdmrep_read_at) if row is not None and row.tdmrep is not None else None


def keep_tdmrep(connection: Connection, where: str, tdmrep: Tdmrep) -> None:
    """Note an origin's tdmrep.json in place of the one before."""
    values = {"tdmrep": tdmrep.body, "tdmrep_read_at": tdmrep.read_at}
    statement = sqlite_insert(HostRow).values(name=where, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def back_off(
    connection: Connection, where: str, *, now: datetime, asked: timedelta | None, at_least: timedelta = timedelta()
) -> datetime:
    """Leave an origin alone for a while; returns until when.

    `asked`: its Retry-After. Without one, and where it was not enough the last time, the wait doubles with each refusal
    in a row. Refusals that arrive while it is left alone already were on their way before, and only ever prolong it.
    """
    query = select(HostRow.back_off_until, HostRow.back_offs).where(HostRow.name == where)
    row = connection.execute(query).first()
    before: datetime | None = row.back_off_until if row else None
    in_a_row: int = row.back_offs if row else 0
    wait = max(at_least, min(asked, LONGEST_RETRY_AFTER)) if asked is not None else at_least
    if before is not None and before > now:
        until = max(before, now + wait)
    else:
        in_a_row += 1
        if asked is None or in_a_row > 1:
            wait = max(wait, min(FIRST_BACK_OFF * (1 << min(in_a_row - 1, 16)), LONGEST_BACK_OFF))
        until = now + wait
    values = {"back_off_until": until, "back_offs": in_a_row}
    statement = sqlite_insert(HostRow).values(name=where, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
    return until


def not_reached(connection: Connection, where: str, *, now: datetime) -> BackOff:
    """Note that an origin could not be reached. Where it is not left alone yet, the wait of what it returns is over.

    Failures that arrive while it is left alone already were on their way before, and change nothing.
    """
    query = select(HostRow.back_off_until, HostRow.unreachable).where(HostRow.name == where)
    row = connection.execute(query).first()
    before: datetime | None = row.back_off_until if row else None
    in_a_row: int = row.unreachable if row else 0
    if before is not None and before > now:
        return BackOff(origin=where, until=before, failures=in_a_row)
    in_a_row += 1
    values: dict[str, object] = {"unreachable": in_a_row}
    until = before or _LONG_AGO
    if in_a_row >= DEAD_AFTER:
        until = now + min(FIRST_REST * (1 << min(in_a_row - DEAD_AFTER, 16)), LONGEST_REST)
        values["back_off_until"] = until
    statement = sqlite_insert(HostRow).values(name=where, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
    return BackOff(origin=where, until=until, failures=in_a_row)


def reached(connection: Connection, where: str) -> None:
    """The origin is there, whatever it answers: the next failure is the first."""
    connection.execute(update(HostRow).where(HostRow.name == where).values(unreachable=0))


def end_back_off(connection: Connection, where: str) -> None:
    """The origin answers again: the next refusal or failure is the first."""
    connection.execute(update(HostRow).where(HostRow.name == where).values(back_offs=0, unreachable=0))


def back_offs(connection: Connection) -> list[BackOff]:
    """The origins whose last word was a refusal or none at all, also where their wait is over or has not begun. By
    name."""
    query = (
        select(HostRow.name, HostRow.back_off_until, HostRow.unreachable)
        .where((HostRow.back_offs > 0) | (HostRow.unreachable > 0))
        .order_by(HostRow.name)
    )
    return [
        BackOff(origin=row.name, until=row.back_off_until or _LONG_AGO, failures=row.unreachable)
        for row in connection.execute(query)
    ]


@attrs.frozen(kw_only=True)
class Distrusted:
    """A host whose 304s are not believed."""

    origin: str
    until: datetime
    """Aware, UTC."""
    lies: int
    """304s to pages that had changed."""
    audits: int
    """304s that were checked."""


def audited(connection: Connection, where: str, *, lied: bool, now: datetime) -> None:
    """Note what the full fetch after a 304 has shown. `lied`: the page had changed."""
    columns = (HostRow.audits, HostRow.lies, HostRow.distrusted_until)
    row = connection.execute(select(*columns).where(HostRow.name == where)).first()
    audits, lies = (row.audits + 1, row.lies + lied) if row else (1, int(lied))
    values: dict[str, object] = {"audits": audits, "lies": lies}
    if lied:
        values["distrusted_until"] = now + min(FIRST_DISTRUST * (1 << min(lies - 1, 16)), LONGEST_DISTRUST)
    statement = sqlite_insert(HostRow).values(name=where, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def checked(connection: Connection) -> set[str]:
    """The hosts of which a 304 was ever checked by a full fetch."""
    return set(connection.execute(select(HostRow.name).where(HostRow.audits > 0)).scalars())


def distrusted(connection: Connection, now: datetime) -> list[Distrusted]:
    """The hosts whose 304s are not believed now. By name."""
    columns = (HostRow.name, HostRow.distrusted_until, HostRow.lies, HostRow.audits)
    query = select(*columns).where(HostRow.distrusted_until > now).order_by(HostRow.name)
    return [
        Distrusted(origin=row.name, until=row.distrusted_until, lies=row.lies, audits=row.audits)
        for row in connection.execute(query)
    ]
