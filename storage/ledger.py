"""The ledger: what ran, what is due, and what looks wrong, as `status --json` prints it."""

from collections.abc import Container
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection, func, select

from storage import fires, posts
from storage.clock import iso
from storage.cron import Cron
from storage.disk import LEAST_FREE, Disk
from storage.errors import NoticeFileError, SourceFileError
from storage.folder import Folder
from storage.health import SourceHealth
from storage.tables import FrontierRow, PageRow, RunRow, SourceRow
from storage.withholding import Hidden, hidden_sources

# A crawl that waits for others to end is not overdue yet.
OVERDUE = timedelta(hours=2)

# Runs without a source, such as an import, are looked back at for this long.
RECENT = timedelta(days=1)


@attrs.frozen(kw_only=True)
class Alarm:
    """Something that looks wrong."""

    source: str | None
    """None: it concerns the archive."""
    sign: str
    """In one word, always the same for the same thing."""
    message: str
    """One line: what is, and what to do."""
    run: int | None = None
    at: datetime | None = None
    """When it was seen first or last; None: now."""

    def as_json(self) -> dict[str, Any]:
        """Dates in ISO 8601."""
        return attrs.asdict(self) | {"at": iso(self.at)}


def alarms(connection: Connection, folder: Folder, found: list[SourceHealth], disk: Disk, now: datetime) -> list[Alarm]:
    """All alarms, for the archive's owner: drift first, then runs, the schedule, notices and the disk."""
    drift = [
        Alarm(source=one.source, sign=sign.name, message=sign.message, at=one.last_run_at)
        for one in found
        for sign in one.signs
    ]
    return [
        *drift,
        *_runs(connection, now),
        *_overdue(connection, folder, now),
        *_notices(connection, folder),
        *_disk(disk),
    ]


def alarms_for_readers(folder: Folder, found: list[Alarm], hidden: Container[str]) -> list[Alarm]:
    """What others are told of these alarms: nothing of sources that are withheld (`hidden`, by name), nor where the
    archive lies, nor what its owner has written into files."""
    return [
        attrs.evolve(one, message=_OWNERS.get(one.sign) or folder.unplaced(one.message))
        for one in found
        if one.source not in hidden
    ]


_OWNERS = {
    "sources_file": "sources.toml has a mistake. `backissue status` says which.",
    "notices_file": "notices.toml has a mistake. `backissue status` says which.",
    "notices_failing": "Notices do not go out. `backissue status` says why.",
}


def _disk(disk: Disk) -> list[Alarm]:
    if disk.free >= LEAST_FREE:
        return []
    message = f"{disk.free / 1e9:.1f} GB are left on the archive's disk. Free some, or move the archive."
    return [Alarm(source=None, sign="disk_low", message=message)]


def _runs(connection: Connection, now: datetime) -> list[Alarm]:
    """Runs that failed or were interrupted and that no later run of their source has made good."""
    newest = select(func.max(RunRow.id)).where(RunRow.state != "running").group_by(RunRow.source_id, RunRow.kind)
    query = (
        select(RunRow.id, RunRow.kind, RunRow.state, RunRow.error, RunRow.ended_at, SourceRow.name)
        .outerjoin(SourceRow, SourceRow.id == RunRow.source_id)
        .where(RunRow.id.in_(newest), RunRow.state.in_(("failed", "interrupted")))
        .order_by(RunRow.id)
    )
    return [
        Alarm(
            source=row.name,
            sign=f"run_{row.state}",
            message=row.error or f"the last {row.kind} was {row.state}. Run it again; it goes on where it was.",
            run=row.id,
            at=row.ended_at,
        )
        for row in connection.execute(query).all()
        if row.name is not None or now - (row.ended_at or now) < RECENT
    ]


def _overdue(connection: Connection, folder: Folder, now: datetime) -> list[Alarm]:
    """Sources that the schedule has crawled before and not at their last time; fires that ended badly."""
    # It brings pydantic along, which takes a quarter of a second and which most commands that read need not.
    from storage.sources import read_sources

    try:
        sources = read_sources(folder.sources)
    except SourceFileError as error:
        return [Alarm(source=None, sign="sources_file", message=str(error))]
    times = fires.last_times(connection, now=now)
    found: list[Alarm] = []
    for source in sources.values():
        last = times.get(("crawl", source.name))
        if last is None or not source.enabled:
            continue
        due = Cron.parse(source.schedule, source.name).next_after(last, ZoneInfo(source.timezone))
        if due is not None and due + OVERDUE < now:
            message = f"it should have been crawled at {iso(due)}. See whether `backissue schedule` is up."
            found.append(Alarm(source=source.name, sign="overdue", message=message, at=due))
    for fire in fires.last(connection):
        if fire.state == "failed" and fire.run is None:
            message = f"the {fire.kind} of {iso(fire.scheduled_at)} came to nothing: {fire.error}"
            found.append(Alarm(source=fire.source, sign="fire_failed", message=message, at=fire.ended_at))
    return found


def _notices(connection: Connection, folder: Folder) -> list[Alarm]:
    """A mistake in the rules, and rules whose digests do not go out."""
    from storage.notice_file import read_notices

    found = []
    try:
        read_notices(folder.notices)
    except NoticeFileError as error:
        found.append(Alarm(source=None, sign="notices_file", message=str(error)))
    for post in posts.posts(connection):
        if post.error is not None:
            message = f"{post.unsent:,} digests of the rule {post.rule!r} did not go out. {post.error}"
            found.append(Alarm(source=None, sign="notices_failing", message=message))
    return found


def notices(connection: Connection) -> dict[str, int]:
    """How many notices wait for their digest, digests did not go out yet, digests failed, and were given up."""
    found = posts.posts(connection)
    return {
        "waiting": sum(post.waiting for post in found),
        "unsent": sum(post.unsent for post in found),
        "failing": sum(post.unsent for post in found if post.error is not None),
        "given_up": posts.given_up(connection),
    }


def sources_of(
    connection: Connection, found: list[SourceHealth], hidden: Hidden, now: datetime
) -> list[dict[str, Any]]:
    """One object a source, by name: its pages, those left out that are withheld, since when it is withheld as a whole,
    what of it is due, and its health where it was crawled."""
    pages = select(func.count()).where(PageRow.source_id == SourceRow.id).scalar_subquery()
    known = {one.source: one for one in found}
    overdue, whole = due_by_scope(connection, now), hidden_sources(connection)
    rows = connection.execute(
        select(SourceRow.id, SourceRow.name, SourceRow.home, pages.label("pages")).order_by(SourceRow.name)
    ).all()
    return [
        {
            "source": row.name,
            "home": row.home,
            "pages": row.pages - hidden.pages_by_source.get(row.id, 0),
            "withheld": hidden.pages_by_source.get(row.id, 0),
            "withheld_since": iso(whole[row.name].withheld_at) if row.name in whole else None,
            "due": overdue.get(f"source:{row.id}", 0),
        }
        | (known[row.name].as_json() if row.name in known else {"last_run_at": None})
        for row in rows
    ]


def totals(connection: Connection) -> list[dict[str, Any]]:
    """One object for each source, kind and end of runs: how many there were, and how many URLs they took up."""
    query = (
        select(SourceRow.name, RunRow.kind, RunRow.state, func.count().label("runs"), func.sum(RunRow.taken_up))
        .select_from(RunRow)
        .outerjoin(SourceRow, SourceRow.id == RunRow.source_id)
        .where(RunRow.state != "running")
        .group_by(SourceRow.name, RunRow.kind, RunRow.state)
        .order_by(SourceRow.name, RunRow.kind, RunRow.state)
    )
    names = ("source", "kind", "state", "runs", "urls")
    return [dict(zip(names, row, strict=True)) for row in connection.execute(query).all()]


def due_by_scope(connection: Connection, now: datetime) -> dict[str, int]:
    """How many articles of each source's list are to be visited by now."""
    query = (
        select(FrontierRow.scope, func.count().label("due"))
        .where(
            FrontierRow.kind == "article",
            FrontierRow.scope.like("source:%"),
            (FrontierRow.state != "done") | (FrontierRow.due_at <= now),
        )
        .group_by(FrontierRow.scope)
    )
    return {row.scope: row.due for row in connection.execute(query)}
