"""What is to be crawled when: the jobs that the sources ask for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from crawler.schedule.triggers import Beat, CronLine
from storage.cron import NIGHTLY
from storage.fires import Kind
from storage.sources import Source

WATCH = "watch"
"""The watched pages, which no source describes, are crawled nightly."""


@attrs.frozen(kw_only=True)
class Job:
    """A source's crawl, or its look at what is due again, and when."""

    kind: Kind
    source: str
    trigger: CronLine | Beat

    @property
    def id(self) -> str:
        """The same at every start, so that a start replaces the job and adds no second one."""
        return f"{self.kind}:{self.source}"


def plan(sources: Iterable[Source], *, watched: bool) -> list[Job]:
    """The jobs of the sources that are enabled, in their order; `watched`: and that of the watched pages."""
    jobs: list[Job] = []
    for source in sources:
        if not source.enabled:
            continue
        line = CronLine(source.schedule, source.timezone, source.name)
        jobs.append(Job(kind="crawl", source=source.name, trigger=line))
        if source.fresh_every is not None:
            jobs.append(Job(kind="fresh", source=source.name, trigger=Beat(source.fresh_every, source.name)))
    if watched:
        jobs.append(Job(kind="crawl", source=WATCH, trigger=CronLine(NIGHTLY, "UTC", WATCH)))
    return jobs


def words(kind: str, source: str) -> list[str]:
    """The words after `backissue --archive DIR` that run a job."""
    return ["crawl", "--fresh", source] if kind == "fresh" else ["crawl", source]


def first_time(job: Job, stored: Any | None, last: datetime | None, now: datetime) -> datetime | None:
    """When a job is due first after a start. What was missed while nobody was up is in the past, and so due at once.

    `stored`: the APScheduler job of the last start. `last`: the last fire that was claimed, for where the job store
    was lost.
    """
    if stored is None:
        return job.trigger.get_next_fire_time(last, now)
    missed = stored.next_run_time is not None and stored.next_run_time <= now
    if missed:
        due: datetime | None = stored.next_run_time
        return due
    # Another line than at the last start, whose times in the past were never promised; or the clock was ahead.
    return job.trigger.get_next_fire_time(None, now)
