"""Turns batches of snapshots into text, in two processes where there are many."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from storage import database
from storage.errors import BackissueError
from storage.exporting.cursor import Position
from storage.exporting.texts import ENCODERS, Piece
from storage.starting import out_of_reach_of_ctrl_c

# What a second process costs to start, 20,000 snapshots take in one.
FEW = 20
PROCESSES = 2
# Pieces of some 3 MB that wait to be written, at most.
AHEAD = 8

_engine: Engine | None = None


class ReaderLost(BackissueError):
    """A process that read the database was killed."""

    def __init__(self) -> None:
        super().__init__("A process that reads the database was killed. See that there is memory, and try again.")


def pieces(engine: Engine, file: Path, batches: Iterator[Sequence[int]], *, form: str, rows: str) -> Iterator[Piece]:
    """A piece for each batch, in order. `file`: the database, which other processes open by themselves."""
    first = list(islice(batches, FEW))
    if len(first) < FEW:
        with database.reading(engine) as connection:
            for batch in first:
                yield _piece(connection, batch, form, rows)
        return
    # Not forked: a forked process would take SQLite's locks of this one for its own.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context, initializer=_start, initargs=(file,)) as pool:
        waiting: deque[Future[Piece]] = deque()
        try:
            for batch in chain(first, batches):
                with out_of_reach_of_ctrl_c():
                    waiting.append(pool.submit(_work, batch, form, rows))
                if len(waiting) >= AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ReaderLost from error
        finally:
            pool.shutdown(cancel_futures=True)


def _start(file: Path) -> None:
    # Ctrl-C goes to all processes of the terminal; the one that writes ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _engine
    _engine = database.open_engine(file, write=False)


def _work(batch: Sequence[int], form: str, rows: str) -> Piece:
    if _engine is None:
        raise RuntimeError("the process was not started by `_start`")
    with database.reading(_engine) as connection:
        return _piece(connection, batch, form, rows)


def _piece(connection: Connection, batch: Sequence[int], form: str, rows: str) -> Piece:
    data, count = ENCODERS[form, rows](connection, batch)
    return Piece(data=data, rows=count, last=place_of(connection, batch[-1]))


def place_of(connection: Connection, snapshot: int) -> Position:
    """Where a snapshot stands in the order of an export."""
    found = connection.execute(text("SELECT captured_at FROM snapshot WHERE id = :id"), {"id": snapshot}).scalar_one()
    return Position(captured_at=found, snapshot=snapshot)
