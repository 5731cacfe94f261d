"""Runs: begun, taken up again after a crash, ended. Every function runs inside the caller's transaction."""

import contextlib
import fcntl
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Literal

import attrs
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import frontier, run_facts
from storage.errors import RunUnderWay
from storage.tables import RunRow, SourceRow, VisitRow

RunKind = Literal["crawl", "archive", "import", "reextract"]

# A feed lists about a day of a busy site. A crawl that died longer ago has to read the listings anew.
RESUMABLE = timedelta(hours=24)


@attrs.frozen(kw_only=True)
class Run:
    """A run that this process holds."""

    id: int
    kind: RunKind
    source_id: int | None
    scope: str
    """Its list in the frontier."""
    resumed: bool
    """It was killed and goes on where it was."""


class RunLock:
    """A locked file that proves the run's process alive; the system drops it with the process."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}

    def take(self, name: str) -> bool:
        """Hold a name. False where another process does."""
        file = (self._folder / f"{name}.lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._files[name] = file
        return True

    def descriptor(self, name: str) -> int:
        """The descriptor of a held file: a process that is started with it holds the name too."""
        return self._files[name].fileno()

    def drop(self, name: str) -> None:
        """Let go of a name, and remove its file."""
        file = self._files.pop(name, None)
        if file is not None:
            with contextlib.suppress(OSError):
                (self._folder / f"{name}.lock").unlink()
            file.close()


def source_id(connection: Connection, name: str, home: str | None, now: datetime) -> int:
    """The id of a configured source; its row is made where it is new."""
    statement = sqlite_insert(SourceRow).values(name=name, home=home, added_at=now)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"home": home})
    return connection.execute(statement.returning(SourceRow.id)).scalar_one()


def begin(
    connection: Connection,
    lock: RunLock,
    kind: RunKind,
    source: int | None,
    name: str | None,
    *,
    now: datetime,
    resume: bool = True,
) -> Run:
    """Begin a run, or go on with the source's last one where its process died less than a day ago.

    `resume`: False ends that one as interrupted; what it had still to do stays for the next that asks for all.
    Raises RunUnderWay where another process crawls the same source.
    """
    if source is not None:
        if not lock.take(f"source-{source}"):
            raise RunUnderWay(name or str(source))
        unfinished = select(RunRow).where(RunRow.source_id == source, RunRow.state == "running")
        for row in connection.execute(unfinished.order_by(RunRow.id)).all():
            if resume and now - row.started_at < RESUMABLE:
                frontier.give_back(connection, row.id)
                statement = update(RunRow).where(RunRow.id == row.id).values(resumed=RunRow.resumed + 1)
                connection.execute(statement)
                return Run(id=row.id, kind=kind, source_id=source, scope=f"source:{source}", resumed=True)
            close(connection, row.id, "interrupted", now=now)
    values: dict[str, object] = {
        "kind": kind,
        "source_id": source,
        "state": "running",
        "started_at": now,
        "skipped": {},
    }
    made = connection.execute(insert(RunRow).values(**values).returning(RunRow.id)).scalar_one()
    scope = f"source:{source}" if source is not None else f"run:{made}"
    return Run(id=made, kind=kind, source_id=source, scope=scope, resumed=False)


def close(
    connection: Connection,
    run: int,
    state: Literal["done", "failed", "limited", "interrupted"],
    *,
    now: datetime,
    error: str | None = None,
) -> None:
    """End a run: what it still holds goes back to the frontier, and what it took up is counted."""
    frontier.give_back(connection, run)
    taken = connection.execute(select(func.count()).where(VisitRow.run_id == run)).scalar_one()
    last = connection.execute(select(func.max(VisitRow.captured_at)).where(VisitRow.run_id == run)).scalar()
    ended = (last or now) if state == "interrupted" else now
    statement = update(RunRow).where(RunRow.id == run)
    connection.execute(statement.values(state=state, ended_at=ended, error=error, taken_up=taken))
    if connection.execute(select(RunRow.kind).where(RunRow.id == run)).scalar_one() == "crawl":
        run_facts.keep(connection, run)


def describe(connection: Connection, run: int, selection: str) -> None:
    """Note what a run was asked for."""
    connection.execute(update(RunRow).where(RunRow.id == run).values(selection=selection))


def count_listing(connection: Connection, run: int, *, failed: bool, skipped: Mapping[str, int]) -> None:
    """Add a listing to a run's counts, with what was left out of it."""
    count_skipped(connection, run, skipped)
    statement = update(RunRow).where(RunRow.id == run)
    connection.execute(
        statement.values(listings=RunRow.listings + 1, listings_failed=RunRow.listings_failed + int(failed))
    )


def count_skipped(connection: Connection, run: int, skipped: Mapping[str, int]) -> None:
    """Add to what a run left out and never took up."""
    row = connection.execute(select(RunRow.skipped).where(RunRow.id == run)).scalar_one()
    total = {reason: row.get(reason, 0) + skipped.get(reason, 0) for reason in {*row, *skipped}}
    connection.execute(update(RunRow).where(RunRow.id == run).values(skipped=dict(sorted(total.items()))))
