"""The archive as a library: each example of its manual runs, and what it gives is frozen and dated."""

import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from storage import Archive
from storage.errors import PageNotFound
from storage.page_versions import NoSuchVersion
from tests.conftest import Command, running

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")


@attrs.frozen
class Kept:
    folder: Path
    url: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """An archive with one page in two versions."""
    folder = tmp_path_factory.mktemp("library") / "archive"
    command = Command(folder)
    for site in running():
        url = site.url("/edited")
        command.archived(url)
        site.edition = 2
        command.archived(url)
        yield Kept(folder, url)


@pytest.fixture
def archive(kept: Kept) -> Iterator[Archive]:
    with Archive.open(kept.folder) as archive:
        yield archive


def examples() -> str:
    """The indented lines of the manual, one program."""
    return "\n".join(line[4:] for line in MANUAL.splitlines() if line.startswith("    "))


def test_every_example_of_the_manual_runs(kept: Kept) -> None:
    program = examples().replace('"archive"', repr(str(kept.folder)))
    program = re.sub(r'"https://www\.example\.org[^"]*"', repr(kept.url), program)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "docs/library.md", "exec"), {})
    assert "Quay mended twice" in out.getvalue() and "headline" in out.getvalue()


def test_the_manual_names_every_question() -> None:
    public = {name for name in vars(Archive) if not name.startswith("_")}
    named = set(re.findall(r"`(?:archive\.|Archive\.)?(\w+)\(", MANUAL))
    assert public - named == set()


def test_a_memento_is_the_newest_version_of_its_time(archive: Archive, kept: Kept) -> None:
    (first, _), (second, change) = archive.history(kept.url)[0]
    assert change is not None and "headline" in change.kinds
    assert archive.memento_at(kept.url, second.captured_at) == second
    assert archive.memento_at(kept.url, second.captured_at - timedelta(microseconds=1)) == first
    with pytest.raises(NoSuchVersion, match="the first was captured"):
        archive.memento_at(kept.url, first.captured_at - timedelta(seconds=1))
    with pytest.raises(ValueError, match="has no time zone"):
        archive.memento_at(kept.url, datetime(2026, 1, 1))
    with pytest.raises(PageNotFound):
        archive.memento_at("https://www.example.org/nothing", datetime.now(UTC))


def test_any_two_snapshots_can_be_compared_and_swapping_them_mirrors_it(archive: Archive, kept: Kept) -> None:
    (first, _), (second, _) = archive.history(kept.url)[0]
    there, back = (archive.compare(*pair).change for pair in ((first.snapshot, second.snapshot), (2, 1)))
    assert (there.words_added, there.words_removed) == (back.words_removed, back.words_added)
    assert not archive.compare(second.snapshot, second.snapshot).comparison.hunks


def test_what_it_gives_cannot_be_altered(archive: Archive, kept: Kept) -> None:
    snapshot = archive.snapshot(kept.url)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        snapshot.title = "Other"  # type: ignore[misc]


def test_the_room_alone_loads_nothing_of_the_database() -> None:
    program = "import storage, sys; assert 'sqlalchemy' not in sys.modules; from storage import Archive"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
    with pytest.raises(ImportError):
        from storage import Nothing  # type: ignore[attr-defined]  # noqa: F401
