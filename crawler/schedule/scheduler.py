"""The scheduler: stays up, reads the sources anew when they change, and has each crawled at its times."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.base import BaseScheduler

from crawler.schedule.crawls import STOP_SECONDS, Crawls
from crawler.schedule.plan import Job, first_time, plan, words
from crawler.schedule.queue_runs import QueueRuns
from storage import database, fires
from storage.clock import Clock
from storage.errors import BackissueError
from storage.folder import Folder
from storage.sources import read_sources
from storage.waiting import has_watched_pages

# How soon a stop is noticed, and a second press of Ctrl-C.
TICK_SECONDS = 0.25

# How soon a new source, a dead crawl and a dead scheduler are noticed.
HOUSEKEEPING = timedelta(seconds=30)


# A tick waits for the database at most: longer than that and nothing will be crawled.
LATE = timedelta(seconds=database.BUSY_TIMEOUT_SECONDS + 30)


class Timetable(BaseScheduler):  # type: ignore[misc]
    """APScheduler without a thread of its own: whoever has it calls `tick`.

    A thread that waits on a condition cannot be stopped from a signal's handler without a chance to hang.
    """

    def wakeup(self) -> None:
        """The next tick looks at all jobs anyway."""

    def tick(self) -> float | None:
        """Hand what is due to the executor. Returns seconds to the next job; None: there is none."""
        wait: float | None = self._process_jobs()
        return wait

    def shutdown(self, wait: bool = True) -> None:
        """Close the job store and the executor."""
        super().shutdown(wait=wait)


def _too_late(stored: Any, now: datetime) -> bool:
    """Whether a job waits for longer than its next time: it was planned while the clock was ahead."""
    following = stored.trigger.get_next_fire_time(None, now)
    return following is not None and stored.next_run_time > following


class Scheduler:
    """Has the sources of an archive crawled. Several may be up for one archive: each fire is run by one of them."""

    def __init__(
        self,
        folder: Folder,
        *,
        command: Sequence[str],
        at_once: int = 2,
        clock: Clock | None = None,
        say: Callable[[str], None] = lambda line: None,
        chore: Callable[[], None] = lambda: None,
    ):
        """As `Crawls` has them; `chore`: done beside the crawls every HOUSEKEEPING, and never twice at once.

        Raises BackissueError where the archive cannot be opened.
        """
        folder.make()
        # APScheduler tells of each job and each tick.
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self.folder = folder
        self.clock = clock or Clock()
        self.engine = database.open_engine(folder.database, write=True)
        database.migrate(self.engine)
        self.crawls = Crawls(folder, self.engine, command=command, at_once=at_once, clock=self.clock, say=say)
        self.queue = QueueRuns(folder, self.engine, command=command, say=say)
        self.ticked_at = self.clock.now()
        """When it last looked at what is due, for the health endpoint."""
        self._chore = chore
        self._doing: threading.Thread | None = None
        self._say = say
        self._complaint: str | None = None
        self._stop_asked: int | None = None
        self._timetable = Timetable(
            timezone=UTC,
            jobstores={
                "default": SQLAlchemyJobStore(
                    f"sqlite:///{folder.timetable.absolute()}",
                    engine_options={"connect_args": {"timeout": database.BUSY_TIMEOUT_SECONDS}},
                )
            },
            executors={"default": self.crawls},
            # However late: once, and not once for each time that was missed.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Plan the jobs, and go on with what the last stop left. Nothing is due before the first tick."""
        self._timetable.start()
        self.plan()
        self.crawls.take_over(starting=True)

    def plan(self) -> list[Job]:
        """Read the sources, and bring the job store up to date with them.

        A mistake in sources.toml is said once, and the last good plan stays.
        """
        try:
            sources = read_sources(self.folder.sources)
        except BackissueError as error:
            if str(error) != self._complaint:
                self._complaint = str(error)
                self._say(f"{error} Until then the sources stay as they were.")
            return []
        self._complaint = None
        jobs = plan(sources.values(), watched=has_watched_pages(self.folder))
        now = self.clock.now()
        with database.reading(self.engine) as connection:
            last = fires.last_times(connection, now=now)
        stored = {job.id: job for job in self._timetable.get_jobs()}
        for job in jobs:
            known = stored.pop(job.id, None)
            if known is not None and known.trigger == job.trigger and not _too_late(known, now):
                continue
            self._add(job, first_time(job, known, last.get((job.kind, job.source)), now))
        for gone in stored.values():
            gone.remove()
        return jobs

    def _add(self, job: Job, due: datetime | None) -> None:
        if due is None:
            return
        # Given by us: with `replace_existing` alone APScheduler works it out from now on, and what was missed is lost.
        self._timetable.add_job(
            words, job.trigger, args=[job.kind, job.source], id=job.id, replace_existing=True, next_run_time=due
        )

    def tick(self) -> None:
        """Run what is due by now."""
        self._timetable.tick()
        try:
            self.queue.look()
        except BackissueError as error:
            self._say(f"The queue: {error}")
        self.ticked_at = self.clock.now()

    def keep_house(self) -> None:
        """See what has changed or died. Never raises what the archive has to say: that is said, and tried again."""
        try:
            self.plan()
            self.crawls.retry()
            self.crawls.take_over()
            with database.writing(self.engine) as connection:
                fires.forget(connection, now=self.clock.now())
        except BackissueError as error:
            self._say(str(error))
        if self._doing is None or not self._doing.is_alive():
            # In a thread: a mail server that does not answer must not keep a crawl waiting. As a daemon: nor the end.
            self._doing = threading.Thread(target=self._chore, name="chore", daemon=True)
            self._doing.start()

    def ill(self) -> str | None:
        """What is wrong with the scheduler itself; None where nothing is."""
        late = self.clock.now() - self.ticked_at
        return f"it has not looked at its jobs for {late.total_seconds():.0f} s" if late > LATE else None

    def run(self) -> int:
        """Stay up until SIGTERM or SIGINT, then end the crawls. Returns the signal's number."""
        kept = {number: signal.signal(number, self._ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self.start()
            housekept = self.clock.now()
            while self._stop_asked is None:
                self.tick()
                if self.clock.now() - housekept >= HOUSEKEEPING:
                    self.keep_house()
                    housekept = self.clock.now()
                time.sleep(TICK_SECONDS)
        finally:
            self.close()
            for number, handler in kept.items():
                signal.signal(number, handler)
        return self._stop_asked

    def _ask_to_stop(self, number: int, frame: Any) -> None:
        # Whoever asks twice does not want to wait for the crawls.
        self.crawls.hurry = self._stop_asked is not None
        self._stop_asked = number

    def close(self) -> None:
        """End the crawls and close the databases."""
        if self.crawls.running:
            self._say(f"Stopping: {self.crawls.running} crawls are told to end, and go on at the next start.")
        self.crawls.stop()
        self.queue.stop(0 if self.crawls.hurry else STOP_SECONDS)
        if self._timetable.running:
            self._timetable.shutdown()
        self.engine.dispose()
