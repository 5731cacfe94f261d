"""Runs jobs ahead of the one whose result is wanted, so that no worker waits and memory stays bounded."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def ahead(jobs: Iterable[Coroutine[Any, Any, T]], width: int) -> AsyncGenerator[T, None]:
    """The results of jobs, in their order, up to `width` under way. Raises what a job raises, and ends the rest."""
    waiting: deque[asyncio.Task[T]] = deque()
    source = iter(jobs)
    try:
        while True:
            while len(waiting) < width:
                job = next(source, None)
                if job is None:
                    break
                waiting.append(asyncio.ensure_future(job))
            if not waiting:
                return
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
