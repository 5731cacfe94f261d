"""Starts pywb, which is under the GPL and a program of its own: nothing of it is imported."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from storage.archive import Archive
from storage.errors import BackissueError, UsageError
from storage.replaying.pywb_index import lines

# What the collection is called in its addresses.
COLLECTION = "archive"


class NoPywb(UsageError):
    """pywb is not on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "pywb is not installed here. Install it in an environment of its own (`pipx install pywb`), and put its "
            "`wayback` on the PATH or name it in BACKISSUE_PYWB. `backissue serve` shows pages without it."
        )


class PywbFailed(BackissueError):
    """pywb ended by itself."""

    def __init__(self, code: int):
        super().__init__(f"pywb ended with code {code}. What it said stands above; try another --port.")


def program() -> str:
    """Where `wayback` is. Raises NoPywb."""
    named = os.environ.get("BACKISSUE_PYWB")
    found = shutil.which(named or "wayback")
    if found is None:
        raise NoPywb
    return found


def run(archive: Archive, *, host: str, port: int, say: Callable[[str], None]) -> None:
    """Index the archive and serve it with pywb until it is interrupted. Raises NoPywb, PywbFailed."""
    wayback = program()
    with tempfile.TemporaryDirectory(prefix="backissue-pywb-") as name:
        folder = Path(name)
        count = prepare(archive, folder)
        say(
            f"{count:,} captures, at http://{host}:{port}/{COLLECTION}/*/URL until Ctrl-C. Start it again for new ones."
        )
        # A service manager's signal ends both.
        signal.signal(signal.SIGTERM, _end)
        with subprocess.Popen([wayback, "--bind", host, "--port", str(port)], cwd=folder) as process:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                # It got the same one.
                return
            finally:
                process.terminate()
        if code:
            raise PywbFailed(code)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def prepare(archive: Archive, folder: Path) -> int:
    """Put the index and the settings into a folder. Returns how many captures there are."""
    count = 0
    with (folder / "index.cdxj").open("w", encoding="utf-8") as index:
        for line in lines(archive):
            index.write(line)
            count += 1
    warc = str(archive.folder.warc.resolve()).replace('"', '\\"')
    (folder / "config.yaml").write_text(
        f'collections:\n  {COLLECTION}:\n    index_paths: ./index.cdxj\n    archive_paths: "{warc}/"\n'
        "enable_auto_fetch: false\nframed_replay: true\n",
        encoding="utf-8",
    )
    return count
