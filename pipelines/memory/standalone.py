"""Runs the upkeep of an archive in a process of its own, without a crawl."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from pipelines.memory.upkeep import OnProgress, Upkeep
from pipelines.workers import Workers
from storage.clock import Clock
from storage.database import open_engine
from storage.folder import Folder
from storage.recorder import Recorder

T = TypeVar("T")


def keep_up(
    folder: Folder,
    job: Callable[[Upkeep], Coroutine[Any, Any, T]],
    *,
    workers: int | None = None,
    on_progress: OnProgress = lambda what, done, total: None,
    clock: Clock | None = None,
) -> T:
    """Start a writer and workers, run `job`, stop them. Returns what it returns, and raises what it raises.

    Ctrl-C and SIGTERM set `stopping`; the second time they end the process. Raises ArchiveNotFound.
    """
    folder.must_exist()
    recorder = Recorder(folder, clock=clock or Clock(), on_progress=on_progress)
    reader = open_engine(folder.database, write=False)
    pool = Workers(workers)
    stopped = False

    async def whole() -> T:
        loop = asyncio.get_running_loop()

        def stop(number: int) -> None:
            nonlocal stopped
            stopped = True
            loop.remove_signal_handler(number)

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)
        upkeep = Upkeep(
            recorder=recorder, reader=reader, workers=pool, on_progress=on_progress, stopping=lambda: stopped
        )  # fmt: skip
        return await job(upkeep)

    try:
        return asyncio.run(whole())
    finally:
        pool.close()
        recorder.close()
        reader.dispose()
