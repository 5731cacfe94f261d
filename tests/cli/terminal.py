"""The command on a real terminal: a pty of a given size, read to its end."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

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
    told = {
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "TZ": "UTC",
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", "from cli.main import main; main()", "--archive", str(archive), *words],
        stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=told | dict(env or {}), start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    killer = threading.Timer(60, process.kill)
    killer.start()
    seen = b""
    try:
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                # Linux says EIO where the other side is closed.
                break
            if not piece:
                break
            seen += piece
            if when is not None:
                when(master, seen)
        return seen.decode().replace("\r\n", "\n"), process.wait(timeout=60)
    finally:
        killer.cancel()
        process.kill()
        process.wait()
        os.close(master)
