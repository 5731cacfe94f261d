"""The command on a real terminal: a pty of a given size, read to its end."""

import fcntl
import os
import pty
import struct
import termios
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.conftest import Command, environment

ROOT = Path(__file__).parents[2]


def on_terminal(
    archive: Path,
    words: Sequence[str],
    *,
    columns: int = 80,
    rows: int = 24,
    env: Mapping[str, str] | None = None,
    when: Callable[[int, bytes], None] | None = None,
) -> tuple[str, int]:
    """What a reader sees, escapes and all, with `\\n` for line ends, and the exit code.

    `when`: called with the terminal and all that came so far, each time that something came: it may type.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    told = {"TERM": "xterm-256color", "TZ": "UTC", "PAGER": "cat", **(env or {})}
    unset = {"COLUMNS", "LINES", "NO_COLOR", "LESS"}
    codes: list[int] = []

    def run() -> None:
        try:
            around = {name: value for name, value in environment().items() if name not in unset}
            codes.append(Command(archive).on(slave, words, env=around | told))
        finally:
            # The last one to hold it: whoever reads the other side comes to its end.
            os.close(slave)

    running = threading.Thread(target=run)
    running.start()
    seen = b""
    while True:
        try:
            seen += os.read(master, 65536)
        except OSError:
            # Linux says EIO where the other side is closed.
            break
        if when is not None:
            when(master, seen)
    running.join()
    os.close(master)
    return seen.decode().replace("\r\n", "\n"), codes[0]
