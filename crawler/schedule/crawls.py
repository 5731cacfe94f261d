"""Runs what is due: claims the fire in the archive's database, and starts `backissue crawl` in its own process."""

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, BinaryIO

from apscheduler.executors.base import BaseExecutor
from sqlalchemy import Engine

from crawler.schedule.plan import words
from storage import database, fires
from storage.clock import Clock, iso
from storage.errors import BackissueError
from storage.fires import Fire
from storage.folder import Folder
from storage.runs import RunLock

logger = logging.getLogger(__name__)

# A crawl ends within its grace of 5 s, or stops short and is resumed; systemd kills after 30 s at our wish.
STOP_SECONDS = 20.0

# Of what a crawl said last; a line of it may hold a whole URL.
TAIL_BYTES = 4000


class Crawls(BaseExecutor):  # type: ignore[misc]
    """APScheduler's executor: one process for each crawl, so many at once, the others in the order of their fires."""

    def __init__(
        self,
        folder: Folder,
        engine: Engine,
        *,
        command: Sequence[str],
        at_once: int,
        clock: Clock,
        say: Callable[[str], None],
    ):
        """`command`: what `backissue` is on this machine. `say`: takes what happens, in one line."""
        super().__init__()
        self.lock = RunLock(folder.locks)
        self._folder = folder
        self._engine = engine
        self._command = [*command, "--archive", str(folder.path)]
        self._clock = clock
        self._say = say
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="crawl")
        self._starting = threading.Lock()
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._unclaimed: list[tuple[fires.Kind, str, datetime]] = []
        self._stopping = False
        self.hurry = False
        """Crawls that are told to stop get no time for it."""

    @property
    def running(self) -> int:
        """Crawls that this process has started and that have not ended."""
        return len(self._children)

    def submit_job(self, job: Any, run_times: list[datetime]) -> None:
        """Take a job of APScheduler's that is due. How many run at once is the claim's to say, not APScheduler's."""
        kind, source = job.args
        self.fire(kind, source, run_times[-1])

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        self.submit_job(job, run_times)

    def fire(self, kind: fires.Kind, source: str, scheduled_at: datetime) -> None:
        """Run a fire, unless another scheduler has it or a crawl of the source is under way."""
        try:
            with database.writing(self._engine) as connection:
                fire = fires.claim(connection, self.lock, kind, source, scheduled_at, now=self._clock.now())
        except BackissueError as error:
            # APScheduler goes on to the next time whatever happens here, and would lose this one.
            self._say(f"{source}: {error} The fire of {iso(scheduled_at)} is tried again.")
            self._unclaimed.append((kind, source, scheduled_at))
            return
        if fire is None:
            return
        if fire.state == "skipped":
            self._say(f"{source}: skipped, because {fire.error}")
            return
        self._threads.submit(self._run, fire)

    def retry(self) -> None:
        """Claim what could not be claimed."""
        waiting, self._unclaimed = self._unclaimed, []
        for kind, source, scheduled_at in waiting:
            self.fire(kind, source, scheduled_at)

    def take_over(self, *, starting: bool = False) -> None:
        """Run again what a scheduler or a crawl left behind when it died. Raises DatabaseFailed."""
        with database.writing(self._engine) as connection:
            again = fires.take_over(connection, self.lock, now=self._clock.now(), starting=starting)
        for fire in again:
            died = f" (its process died, {fire.deaths} of {fires.MAX_DEATHS})" if fire.deaths else ""
            self._say(f"{fire.source}: goes on with the {fire.kind} of {iso(fire.scheduled_at)}{died}")
            self._threads.submit(self._run, fire)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End the crawls; each keeps what it has. What does not end in time is killed, and resumed at the next start.

        Ends within `seconds` and the second that killing takes.
        """
        with self._starting:
            self._stopping = True
            children = list(self._children.values())
        for child in children:
            child.terminate()
        until = time.monotonic() + seconds
        while not self.hurry and time.monotonic() < until and any(child.poll() is None for child in children):
            time.sleep(0.05)
        for child in children:
            if child.poll() is None:
                # Its workers too: it leads a group of its own.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
        self._threads.shutdown(wait=True)

    def _run(self, fire: Fire) -> None:
        try:
            self._end(fire, *self._crawl(fire))
        except Exception as error:
            # A thread's error would be seen by nobody; the row stays `running` and is taken over.
            logger.exception("the %s of %s", fire.kind, fire.source)
            self._say(f"{fire.source}: {error}")
        finally:
            self._children.pop(fire.id, None)
            self.lock.drop(fire.lock)

    def _crawl(self, fire: Fire) -> tuple[int | None, str | None]:
        """The exit code and the last line of stderr; (None, None) where it was not started any more."""
        log = self._folder.logs / f"{fire.source}{'-fresh' if fire.kind == 'fresh' else ''}.log"
        log.parent.mkdir(exist_ok=True)
        # A file and no pipe: a crawl must outlive a scheduler that is killed.
        with log.open("wb") as out:
            with self._starting:
                if self._stopping:
                    return None, None
                child = self._start(fire, out)
                self._children[fire.id] = child
            self._say(f"{fire.source}: {fire.kind} of {iso(fire.scheduled_at)} begins")
            code = child.wait()
        return code, _last_line(log.read_bytes()[-TAIL_BYTES:])

    def _start(self, fire: Fire, out: BinaryIO) -> subprocess.Popen[bytes]:
        command = [*self._command, *words(fire.kind, fire.source)]
        out.write(f"{iso(self._clock.now())}  {' '.join(command)}\n".encode())
        out.flush()
        # A session of its own: a Ctrl-C in the terminal is for the scheduler to pass on, once.
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=out,
            start_new_session=True,
            pass_fds=[self.lock.descriptor(fire.lock)],
        )

    def _end(self, fire: Fire, code: int | None, said: str | None) -> None:
        with database.writing(self._engine) as connection:
            state, error = fires.verdict(connection, fire, code, said)
            if state == "running" and self._stopping:
                state = "interrupted"
            fires.end(connection, fire, state, now=self._clock.now(), error=error)
            counts = fires.outcomes(connection, fire)
        if state == "running":
            self._say(f"{fire.source}: its process died (exit code {code}), and is to be started again")
        else:
            said_counts = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items()) or "nothing"
            why = f" ({error})" if error else ""
            self._say(f"{fire.source}: {fire.kind} {state}{why}, {sum(counts.values()):,} taken up: {said_counts}")


def _last_line(said: bytes) -> str | None:
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if len(lines) > 1 else None
