"""Ends a search that takes too long: whoever may ask anything must not keep a processor for as long as they like."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from storage.errors import UsageError

# Steps of SQLite's machine between two looks at the clock. A step over the full-text index reads a page of it, of which
# a thousand take 0.1 s at most.
_STEPS = 1_000

# Where the disk is slow or the machine is busy, a search may take so many times as long by the clock as it works.
_BUSY = 10


class TooMuchToSearch(UsageError):
    """What was asked for is found in so much that looking through it takes too long."""

    def __init__(self, seconds: float):
        super().__init__(
            f"That is too much to look through: the search was ended after {seconds:g} seconds of work. Make it "
            "narrower: more letters before a *, one more word, a source, or dates such as after:2026-03."
        )


@contextmanager
def patient(connection: Connection, seconds: float | None) -> Iterator[None]:
    """Let queries on a connection work for so long, and ten times as long by the clock; None: for ever.

    Raises TooMuchToSearch.
    """
    if seconds is None:
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    # The thread that asks is the one that works.
    work_ends, clock_ends = time.thread_time() + seconds, time.monotonic() + seconds * _BUSY
    ended = False

    def look() -> bool:
        nonlocal ended
        ended = ended or time.thread_time() > work_ends or time.monotonic() > clock_ends
        return ended

    driver.set_progress_handler(look, _STEPS)
    try:
        yield
    except Exception as error:
        # SQLite says that it was interrupted, and FTS5 that something is wrong.
        if ended:
            raise TooMuchToSearch(seconds) from error
        raise
    finally:
        driver.set_progress_handler(None, 0)
