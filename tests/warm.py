"""Runs the command in forks of a process that has imported it: a test that starts it ten times imports it once.

A start costs 3 s of processor time, nearly all of it imports. What runs is the command itself, in a process of its own
with its own streams, environment and folder; only the process that workers are forked from is shared.
"""

import atexit
import contextlib
import gc
import importlib
import importlib.util
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NoReturn, Self, TextIO

ROOT = Path(__file__).parents[1]

# What a command imports only once it runs.
LATER = (
    "alembic.command", "alembic.config", "alembic.context", "alembic.op", "crawler.handler", "crawler.process",
    "encodings.charmap", "encodings.utf_8_sig", "mako.template", "multiprocessing.popen_fork",
    "multiprocessing.popen_forkserver", "pipelines.memory.reextract", "pipelines.memory.standalone",
    "rich._emoji_codes", "scrapy.dupefilters", "scrapy.logformatter", "scrapy.pqueues", "scrapy.squeues",
    "scrapy.statscollectors", "sqlalchemy.ext.compiler", "storage.archive", "storage.host_places",
    "storage.notice_file", "storage.queue_tables", "storage.search.finder", "storage.search.patience",
    "storage.search.snippets", "uvloop",
)  # fmt: skip

# What a shell starts in place of `backissue`.
_PROGRAM = """#!{python} -IS
import sys
sys.path.append({root!r})
from tests.warm import hand_over
hand_over({address!r})
"""


class Warm:
    """The process that has imported the command. Started with the first command, stopped with this process."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="backissue-warm-")
        self._address = str(Path(self._folder.name) / "socket")
        self._starting = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None

    def run(
        self, words: Sequence[str], *, given: str | None, seconds: float, cwd: Path, env: Mapping[str, str],
        terminal: int | None = None,
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """What `subprocess.run` gives for `backissue` with these words; nothing but its code where it runs on a
        `terminal`. Raises TimeoutExpired."""
        with contextlib.ExitStack() as stack:
            streams = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
            streams[0].write((given or "").encode())
            streams[0].seek(0)
            line = stack.enter_context(self._line())
            given_over = [terminal] * 3 if terminal is not None else [stream.fileno() for stream in streams]
            pid = _ask(line, words, cwd, env, given_over)
            line.settimeout(seconds)
            try:
                # Nothing but the end of the line: it was killed.
                ended = _exactly(line, 1, or_end=True)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), seconds) from None
            texts = []
            for stream in streams[1:]:
                stream.seek(0)
                texts.append(stream.read().decode())
        return subprocess.CompletedProcess(list(words), ended[0] if ended else -signal.SIGKILL, *texts)

    def start(self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> "Running":
        """What `subprocess.Popen` gives for `backissue` with these words and pipes for its streams."""
        line = self._line()
        (out, to_out), (err, to_err) = os.pipe(), os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        pid = _ask(line, words, cwd, env, [nothing, to_out, to_err])
        for fd in (nothing, to_out, to_err):
            os.close(fd)
        return Running(line, words, pid, out, err)

    def program(self, file: Path) -> None:
        """Make a program that runs the command with the words, streams, folder and environment that it is given."""
        self._line().close()
        file.write_text(_PROGRAM.format(python=sys.executable, root=str(ROOT), address=self._address))
        file.chmod(0o755)

    def _line(self) -> socket.socket:
        with self._starting:
            if self._server is None:
                self._server = self._start()
        line = socket.socket(socket.AF_UNIX)
        line.connect(self._address)
        return line

    def _start(self) -> subprocess.Popen[bytes]:
        server = subprocess.Popen(
            [sys.executable, __file__, self._address],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert server.stdout is not None
        if server.stdout.readline() != b"ready\n":
            raise RuntimeError("the command cannot be imported")
        atexit.register(self._stop)
        return server

    def _stop(self) -> None:
        if self._server is not None and self._server.stdin is not None:
            # It ends with its standard input.
            self._server.stdin.close()
            self._server.wait()
        self._folder.cleanup()


class Running:
    """A command under way, with the part of `subprocess.Popen` that tests use. Its group is its own, but for its
    workers: where these have to be killed with it, start it cold."""

    def __init__(self, line: socket.socket, words: Sequence[str], pid: int, out: int, err: int):
        self.args = list(words)
        self.pid = pid
        self.returncode: int | None = None
        self.stdout: TextIO = open(out, encoding="utf-8", errors="replace")  # noqa: SIM115 - closed by `close`
        self.stderr: TextIO = open(err, encoding="utf-8", errors="replace")  # noqa: SIM115
        self._line = line
        self._sent: int = signal.SIGKILL

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            self._sent = number
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            readable, _, _ = select.select([self._line], [], [], timeout)
            if not readable:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            ended = _exactly(self._line, 1, or_end=True)
            self._line.close()
            self.returncode = ended[0] if ended else -self._sent
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What is left in its streams, until it has ended."""
        texts: dict[int, str] = {}

        def read(number: int, stream: TextIO) -> None:
            texts[number] = stream.read()

        readers = [
            threading.Thread(target=read, args=(number, stream), daemon=True)
            for number, stream in enumerate((self.stdout, self.stderr))
        ]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            # Programs that it has started may have its streams still.
            reader.join(timeout)
        self.close()
        return texts.get(0, ""), texts.get(1, "")

    def close(self) -> None:
        self.stdout.close()
        self.stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()
        self.close()


def _ask(line: socket.socket, words: Sequence[str], cwd: Path, env: Mapping[str, str], streams: Sequence[int]) -> int:
    """Have the command started with these streams; its process."""
    request = json.dumps({"words": list(words), "cwd": str(cwd), "env": dict(env)}).encode()
    socket.send_fds(line, [len(request).to_bytes(4, "little")], list(streams))
    line.sendall(request)
    return int.from_bytes(_exactly(line, 4), "little")


def _exactly(line: socket.socket, count: int, *, or_end: bool = False) -> bytes:
    data = b""
    while len(data) < count:
        more = line.recv(count - len(data))
        if not more:
            if or_end:
                return b""
            raise RuntimeError("the process that has imported the command is gone")
        data += more
    return data


def hand_over(address: str) -> NoReturn:
    """Have the command run with this process's words and streams, and end as it does."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    _ask(line, sys.argv[1:], Path.cwd(), dict(os.environ), [0, 1, 2])
    ended = _exactly(line, 1, or_end=True)
    sys.exit(ended[0] if ended else 128 + signal.SIGKILL)


def _serve(address: str) -> None:
    from sqlalchemy.orm import configure_mappers

    from cli.main import COMMANDS
    from pipelines.workers import prepare
    from storage.url_rules import own_rules

    prepare()
    for place in {place.partition(":")[0] for place in COMMANDS.values()}:
        importlib.import_module(place)
    for name in (*LATER, *_named_in_settings()):
        if importlib.util.find_spec(name.partition(".")[0]):  # uvloop is not everywhere
            importlib.import_module(name)
    configure_mappers()
    own_rules()
    if "twisted.internet.reactor" in sys.modules:
        raise RuntimeError("an import has chosen a reactor, which is the command's to choose")
    gc.collect()
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    # Ended commands leave nothing to be waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.write(1, b"ready\n")
    threading.Thread(target=_end_with_input, daemon=True).start()
    while True:
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _command(line)
        line.close()


def _named_in_settings() -> set[str]:
    """The modules of all middlewares and extensions."""
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings")
    kinds = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS")
    names = [name for kind in kinds for name in settings.getwithbase(kind)]
    return {str(name).rpartition(".")[0] for name in names if isinstance(name, str)}


def _end_with_input() -> NoReturn:
    os.read(0, 1)
    os._exit(0)


def _command(line: socket.socket) -> NoReturn:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        length, fds, _, _ = socket.recv_fds(line, 4, 3)
        request: dict[str, Any] = json.loads(_exactly(line, int.from_bytes(length, "little")))
        os.setsid()
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
            os.close(fd)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        time.tzset()
        random.seed()
        # It is another's child, and cannot be asked by this process whether it lives.
        forkserver.ensure_running = forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]
        line.sendall(os.getpid().to_bytes(4, "little"))
        sys.argv = ["backissue", *request["words"]]
        from cli.main import main

        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at the top
        traceback.print_exc()
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        line.sendall(bytes([code % 256]))
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
