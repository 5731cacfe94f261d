"""The queue: what readers ask to have archived, until a worker has seen to it.

Functions that take a connection run inside the caller's transaction, which has to be a writing one where they change
something. Of an archive one worker is up at a time, which its lock proves: what is `running` without it was left
behind.
"""

import threading
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import attrs
from sqlalchemy import Connection, Engine, func, insert, select, update

from storage import database, withholding
from storage.archive import Archive
from storage.errors import BackissueError, InvalidURL, UsageError
from storage.outcome import ERRORS, Receipt
from storage.queue_tables import JobRow
from storage.tables import table
from storage.urls import key, without_fragment

State = Literal["waiting", "running", "done", "failed"]

# The name of the worker's lock, among those of the runs.
LOCK = "queue"

# More than a night's work of one worker: whoever asks for more means something else.
MOST_WAITING = 1_000

# An address that is longer breaks servers on its way.
LONGEST_URL = 2_000

# What its worker was killed over so often would kill the next one too.
MOST_ATTEMPTS = 3


class QueueFull(UsageError):
    """So much is waiting that nothing more is taken."""

    def __init__(self, waiting: int):
        super().__init__(
            f"{waiting:,} addresses are waiting already, and no more are taken. Try again when `backissue worker` or "
            "`backissue schedule` has seen to some."
        )


class WorkerUp(BackissueError):
    """Another worker is up for the same archive."""

    def __init__(self) -> None:
        super().__init__("Another worker is at this archive's queue. One is enough; stop it first to start another.")


class JobNotFound(UsageError):
    """The queue has nothing of that number."""

    def __init__(self, what: str):
        super().__init__(f"There is nothing numbered {what[:60]} on the queue. See what is there at /queue.")


@attrs.frozen(kw_only=True)
class Job:
    """A URL that is to be archived, or was."""

    id: int
    url: str
    state: State
    asked_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    attempts: int
    outcome: str | None
    snapshot: int | None
    error: str | None

    @property
    def open(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in ("waiting", "running")


_JOBS = select(*JobRow.__table__.columns)
_OPEN = JobRow.state.in_(("waiting", "running"))


def add(connection: Connection, url: str, *, now: datetime) -> Job:
    """Put a URL on the queue; what is on it already, in any spelling, stays as it is and is returned.

    Raises InvalidURL and QueueFull.
    """
    if len(url) > LONGEST_URL:
        raise InvalidURL(f"{url[:60]}…", f"it is longer than {LONGEST_URL:,} characters")
    whole = without_fragment(url)
    identity = key(whole)
    known = connection.execute(_JOBS.where(JobRow.key == identity, _OPEN)).first()
    if known is not None:
        return _job(known)
    waiting = count_waiting(connection)
    if waiting >= MOST_WAITING:
        raise QueueFull(waiting)
    values = {"url": whole, "key": identity, "state": "waiting", "asked_at": now, "attempts": 0}
    made = connection.execute(insert(table(JobRow)).returning(JobRow.id), values).scalar_one()
    return job(connection, made)


def count_waiting(connection: Connection) -> int:
    """How many wait for a worker."""
    query = select(func.count()).select_from(JobRow).where(JobRow.state == "waiting")
    return connection.execute(query).scalar_one()


def job(connection: Connection, number: int) -> Job:
    """One of them. Raises JobNotFound."""
    row = connection.execute(_JOBS.where(JobRow.id == number)).first()
    if row is None:
        raise JobNotFound(str(number))
    return _job(row)


def jobs(connection: Connection, *, limit: int, before: int | None = None) -> list[Job]:
    """The latest, or those before one; newest first."""
    return _latest(connection, _JOBS, limit=limit, before=before)


def _latest(connection: Connection, query: Any, *, limit: int, before: int | None) -> list[Job]:
    query = query.order_by(JobRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(JobRow.id < before)
    return list(map(_job, connection.execute(query)))


def take(connection: Connection, *, limit: int, now: datetime) -> list[Job]:
    """Hand out what waits, those asked for first to begin with. The caller holds the lock."""
    numbers = connection.execute(
        select(JobRow.id).where(JobRow.state == "waiting").order_by(JobRow.id).limit(limit)
    ).scalars()
    taken = list(numbers)
    connection.execute(update(table(JobRow)).where(JobRow.id.in_(taken)).values(state="running", taken_at=now))
    return list(map(_job, connection.execute(_JOBS.where(JobRow.id.in_(taken)).order_by(JobRow.id))))


def give_back(connection: Connection, numbers: Iterable[int]) -> None:
    """Let what was taken and not begun wait again, as if it had never been taken. The caller holds the lock."""
    rows = table(JobRow)
    connection.execute(update(rows).where(JobRow.id.in_(list(numbers))).values(state="waiting", taken_at=None))


def recover(connection: Connection, *, now: datetime) -> None:
    """Let what a worker left behind wait again; what was left behind too often has failed.

    The caller holds the lock.
    """
    rows = table(JobRow)
    connection.execute(
        update(rows)
        .where(JobRow.state == "running", JobRow.attempts + 1 >= MOST_ATTEMPTS)
        .values(
            state="failed",
            ended_at=now,
            attempts=JobRow.attempts + 1,
            error="It was begun several times and never came to an end. See the worker's log, then ask again.",
        )
    )
    connection.execute(
        update(rows).where(JobRow.state == "running").values(state="waiting", attempts=JobRow.attempts + 1)
    )


def end(connection: Connection, number: int, receipt: Receipt, *, now: datetime) -> None:
    """Note how a URL ended."""
    state: State = "failed" if receipt.outcome in ERRORS else "done"
    connection.execute(
        update(table(JobRow))
        .where(JobRow.id == number)
        .values(
            state=state,
            ended_at=now,
            outcome=receipt.outcome.value,
            snapshot_id=receipt.snapshot,
            error=receipt.error,
        )
    )


class Queue:
    """An archive's queue, for readers: who asks and is no worker, and is not shown what is withheld."""

    def __init__(self, archive: Archive):
        self._archive = archive
        self._writer: Engine | None = None
        self._opening = threading.Lock()

    def ask(self, url: str, *, now: datetime) -> Job:
        """Put a URL on the queue. Raises InvalidURL, QueueFull, DatabaseFailed, and Withheld for that of a page that
        readers are not shown."""
        with self._opening:
            # Mostly nobody asks.
            if self._writer is None:
                self._writer = database.open_engine(self._archive.folder.database, write=True)
        with database.writing(self._writer) as connection:
            asked = add(connection, url, now=now)
            # Nothing is written where it raises.
            withholding.must_show_key(connection, key(asked.url), asked.url)
            return asked

    def job(self, number: int) -> Job:
        """One that was asked for. Raises JobNotFound, and Withheld where its page is."""
        with database.reading(self._archive.engine) as connection:
            found = job(connection, number)
            withholding.must_show_key(connection, key(found.url), f"What was asked for as number {number}")
            if found.snapshot is not None:
                withholding.must_show_snapshot(connection, found.snapshot)
            return self._unplaced(found)

    def jobs(self, *, limit: int, before: int | None = None) -> list[Job]:
        """The latest that readers are shown, or those before one; newest first."""
        query = _JOBS.where(withholding.visible_url(JobRow.key, JobRow.snapshot_id))
        with database.reading(self._archive.engine) as connection:
            return list(map(self._unplaced, _latest(connection, query, limit=limit, before=before)))

    def _unplaced(self, found: Job) -> Job:
        return attrs.evolve(found, error=found.error and self._archive.folder.unplaced(found.error))

    def ahead_of(self, number: int) -> int:
        """How many wait that were asked for earlier."""
        query = select(func.count()).select_from(JobRow).where(JobRow.state == "waiting", JobRow.id < number)
        with database.reading(self._archive.engine) as connection:
            return connection.execute(query).scalar_one()

    def close(self) -> None:
        """Let go of the database."""
        if self._writer is not None:
            self._writer.dispose()


def _job(row: Any) -> Job:
    return Job(
        id=row.id, url=row.url, state=row.state, asked_at=row.asked_at, taken_at=row.taken_at, ended_at=row.ended_at,
        attempts=row.attempts, outcome=row.outcome, snapshot=row.snapshot_id, error=row.error,
    )  # fmt: skip
