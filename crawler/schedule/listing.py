"""When each source is crawled next, and how it went last, for `schedule --list`."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from crawler.schedule.plan import Job, plan
from storage import database, fires
from storage.clock import Clock, iso
from storage.fires import Fire
from storage.folder import Folder
from storage.sources import read_sources
from storage.waiting import has_watched_pages


@attrs.frozen(kw_only=True)
class Listed:
    """A job with its next and last times."""

    job: Job
    next_at: datetime | None
    last: Fire | None
    """Its last fire that was no skip."""
    skipped: int
    """Fires of the source that were skipped within a day, because a crawl was under way."""

    def as_json(self) -> dict[str, Any]:
        """The fields of `schedule --list --json`."""
        last = self.last
        return {
            "source": self.job.source,
            "kind": self.job.kind,
            "schedule": str(self.job.trigger),
            "next_at": iso(self.next_at),
            "last": last
            and {
                "scheduled_at": iso(last.scheduled_at),
                "started_at": iso(last.claimed_at),
                "ended_at": iso(last.ended_at),
                "state": last.state,
                "run": last.run,
                "error": last.error,
            },
            "skipped": self.skipped,
        }


def listing(folder: Folder, clock: Clock | None = None) -> list[Listed]:
    """The jobs of an archive's sources, the next first; of an archive without a database too.

    Raises SourceFileError, OlderDatabase and NewerDatabase.
    """
    now = (clock or Clock()).now()
    sources = read_sources(folder.sources).values()
    if not folder.database.is_file():
        return listed(plan(sources, watched=False), [], {}, now)
    engine = database.open_engine(folder.database, write=False)
    try:
        database.check(engine)
        with database.reading(engine) as connection:
            last, skipped = fires.last(connection), fires.skips(connection, now - timedelta(days=1))
    finally:
        engine.dispose()
    return listed(plan(sources, watched=has_watched_pages(folder)), last, skipped, now)


def listed(jobs: Iterable[Job], last: Iterable[Fire], skipped: Mapping[str, int], now: datetime) -> list[Listed]:
    """The jobs with their next and last times, the next first."""
    fired = {(fire.kind, fire.source): fire for fire in last}
    rows = [
        Listed(
            job=job,
            next_at=job.trigger.get_next_fire_time(None, now),
            last=fired.get((job.kind, job.source)),
            skipped=skipped.get(job.source, 0),
        )
        for job in jobs
    ]
    return sorted(rows, key=lambda row: (row.next_at is None, row.next_at, row.job.id))
