"""Ctrl-C and SIGTERM for commands that write one file: noticed even where Python loses the exception."""

import signal
from types import FrameType


class Interrupts:
    """From its making on, both raise KeyboardInterrupt, and go on doing so at each `check`.

    What a signal handler raises is lost where it happens to fall into a destructor or a weak reference's callback.
    """

    def __init__(self) -> None:
        self._came = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._came = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Raises KeyboardInterrupt where one of them came."""
        if self._came:
            raise KeyboardInterrupt
