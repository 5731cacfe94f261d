"""Worker processes that can be killed: a page can keep a parser busy for a minute, and no signal stops C code."""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as WorkTimeout
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from storage.errors import WorkerLost
from storage.starting import out_of_reach_of_ctrl_c

P = ParamSpec("P")
T = TypeVar("T")

# The slowest page of 1,600 real ones takes 1.5 s on these machines; what takes twenty times that is no article.
TASK_SECONDS = 30.0

# A page at the 64 MiB limit takes 1.1 GB to parse; more than this is a page that attacks.
MAX_WORKER_BYTES = 3 * 1024**3


def _set_up() -> None:
    # The parent decides when to stop; a Ctrl-C in the terminal reaches the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The process that feeds them comes first: while it waits for a processor, all of them wait for it.
    os.nice(5)
    # macOS does not know the limit on address space.
    if sys.platform == "linux":
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MAX_WORKER_BYTES, MAX_WORKER_BYTES))
    # trafilatura logs each page it discards; what became of a page is said by its outcome.
    logging.disable(logging.CRITICAL)


def _nothing() -> None:
    """The first task of a pool."""


class Workers:
    """A pool of processes, each of which can be killed without the others noticing."""

    def __init__(self, count: int | None = None, *, task_seconds: float = TASK_SECONDS):
        """`count` processes; None: one for each processor."""
        # pebble isolates: concurrent.futures fails every pending task when one process dies.
        context = prepare()
        self.count = count or available_processors()
        self._pool: Any = ProcessPool(max_workers=self.count, initializer=_set_up, context=context)
        self._task_seconds = task_seconds
        # The pool starts with its first task, and that call waits until the modules are loaded.
        threading.Thread(target=self._pool.schedule, args=(_nothing,), name="workers", daemon=True).start()

    async def run(self, function: Callable[P, T], url: str, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a picklable function of a module in a worker.

        Raises what it raises, and WorkerLost, with `url` in it, where the worker died or took too long.
        """
        future: Any = self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._task_seconds)
        try:
            result: T = await asyncio.wrap_future(future)
        except (WorkTimeout, TimeoutError) as error:
            raise WorkerLost(url, f"it kept the parser busy for more than {self._task_seconds:.0f} s") from error
        except ProcessExpired as error:
            raise WorkerLost(url, f"the parser's process died (exit code {error.exitcode})") from error
        except MemoryError as error:
            raise WorkerLost(url, "the parser ran out of memory") from error
        except RecursionError as error:
            raise WorkerLost(url, "the parser was nested too deep") from error
        return result

    def close(self) -> None:
        """Stop the processes; what they were at is lost."""
        self._pool.stop()
        self._pool.join()


def prepare() -> ForkServerContext:
    """Start the process that workers are forked from, so that its imports run beside the caller's own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipelines.ready"])
    with out_of_reach_of_ctrl_c():
        forkserver.ensure_running()
    return context


def available_processors() -> int:
    """How many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1
