"""Has the queue worked through beside the crawls, by a worker in a process of its own while anything waits."""

import subprocess
import time
from collections.abc import Callable, Sequence

from sqlalchemy import Engine

from crawler.queue_worker import is_at_work
from storage import database, queue
from storage.folder import Folder

# How soon what was asked for is begun.
LOOK_SECONDS = 2.0

# A worker that fails, fails again at once.
AFTER_FAILURE_SECONDS = 60.0


class QueueRuns:
    """Starts a worker when something waits and none is up."""

    def __init__(self, folder: Folder, engine: Engine, *, command: Sequence[str], say: Callable[[str], None]):
        """`command`: what `backissue` is on this machine. `say`: takes what happens, in one line."""
        self._folder = folder
        self._engine = engine
        self._command = [*command, "--archive", str(folder.path), "worker", "--once"]
        self._say = say
        self._child: subprocess.Popen[bytes] | None = None
        self._next = 0.0

    def look(self) -> None:
        """See whether anything waits; quick, and at most every two seconds. Raises DatabaseFailed."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + LOOK_SECONDS
        if self._child is not None:
            code = self._child.poll()
            if code is None:
                return
            self._child = None
            # 1 and 3 are about the URLs, and each says so on the queue.
            if code not in (0, 1, 3):
                self._say(f"The queue's worker ended with {code}: see {self._folder.logs / 'queue.log'}.")
                self._next = time.monotonic() + AFTER_FAILURE_SECONDS
                return
        with database.reading(self._engine) as connection:
            waiting = queue.count_waiting(connection)
        if waiting and not is_at_work(self._folder):
            self._start(waiting)

    def _start(self, waiting: int) -> None:
        log = self._folder.logs / "queue.log"
        log.parent.mkdir(exist_ok=True)
        self._say(f"The queue: {waiting:,} wait, a worker begins")
        with log.open("wb") as out:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=out,
                start_new_session=True,
            )

    def stop(self, seconds: float) -> None:
        """End the worker; what it has not seen to waits for the next."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
