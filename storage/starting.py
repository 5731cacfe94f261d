"""Starting a child process that a Ctrl-C in the terminal does not reach."""

import contextlib
import signal
from collections.abc import Iterator
from multiprocessing import resource_tracker


@contextlib.contextmanager
def out_of_reach_of_ctrl_c() -> Iterator[None]:
    """What is started in here never gets SIGINT. One that comes to this thread meanwhile is delivered at the end.

    A terminal sends it to the whole group, and a Python that is still at its imports answers with a traceback.
    """
    # It is started with the first child, and takes the mask back once it is.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
