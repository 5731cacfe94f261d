"""The archive as a library: in three lines, in frozen values, and as its manual says."""

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import event

from storage import Archive
from storage.archive import Archive as Whole
from storage.errors import PageNotFound, UsageError, Withheld
from storage.folder import Folder
from storage.moments import NotADate, beginning, moment
from storage.page_history import NoSuchVersion
from storage.withheld_log import withhold
from tests.kept import FERRY, LINES, QUAY, Seen, at, keep

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "library.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep(tmp_path_factory.mktemp("library") / "archive")


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    with Archive.open(folder) as opened:
        yield opened


def test_the_package_itself_loads_nothing() -> None:
    code = "import storage, sys; assert not {'sqlalchemy', 'attrs', 'numpy'} & set(sys.modules), 'loaded'"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    assert "Archive" in dir(sys.modules["storage"])
    with pytest.raises(AttributeError, match="nothing"):
        _ = sys.modules["storage"].nothing


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_of_the_manual_runs(number: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "pandas" in EXAMPLES[number]:
        pytest.importorskip("pandas", reason="an example needs pandas")
    monkeypatch.chdir(folder.parent)
    exec(compile(EXAMPLES[number], f"example {number}", "exec"), {})


def test_examples_are_three_lines_but_for_the_first() -> None:
    assert len(EXAMPLES) > 5
    assert all(len(re.findall(r"^.", example, re.MULTILINE)) == 3 for example in EXAMPLES[1:])


def test_the_manual_names_every_public_method() -> None:
    methods = {name for name, _ in inspect.getmembers(Whole, inspect.isfunction) if not name.startswith("_")}
    named = set(re.findall(r"`(\w+)\(", MANUAL))
    assert methods <= named, f"docs/library.md does not name {methods - named}"


def test_a_memento_is_the_newest_snapshot_by_then(archive: Archive) -> None:
    newest = {
        "2026-03-01T05:59:59": None, "2026-03-01T06:00": 1, "2026-03-04": 1, "2026-03-05": 3, "2026-03-09": 3,
        "2026-03": 5, "2026": 5,
    }  # fmt: skip
    for when, snapshot in newest.items():
        if snapshot is None:
            with pytest.raises(NoSuchVersion, match="the first was captured 2026-03-01T06:00:00Z"):
                archive.memento_at(QUAY, when)
        else:
            assert archive.memento_at(QUAY, when).snapshot == snapshot, when
    assert archive.memento_at(QUAY, at(4)).snapshot == 3
    with pytest.raises(PageNotFound):
        archive.memento_at("https://brackwater.example/nowhere", "2026")


def test_a_history_has_each_change_once_and_the_events(archive: Archive) -> None:
    versions, events = archive.history(QUAY)
    assert [one.snapshot.snapshot for one in versions] == [1, 3, 5]
    assert [one.change and one.change.summary.partition(":")[0] for one in versions] == [
        None, "a number changed", "headline",
    ]  # fmt: skip
    assert events == ()
    assert [one.event for one in archive.history(FERRY).events] == ["gone"]
    assert [view.snapshot for view in archive.versions(QUAY)] == [1, 3, 5]


def test_a_history_asks_the_database_as_often_for_forty_versions_as_for_two(tmp_path: Path) -> None:
    few, many = f"{QUAY}-few", f"{QUAY}-many"
    visits = [Seen(url=few, day=n, title="Quay", lines=[*LINES, f"Boat {n} sank."]) for n in range(2)]
    visits += [Seen(url=many, day=n, title="Quay", lines=[*LINES, f"Boat {n} sank."]) for n in range(40)]
    asked = []
    with Archive.open(keep(tmp_path / "archive", visits)) as archive:
        event.listen(archive.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
        counts = []
        for url, length in ((few, 2), (many, 40)):
            asked.clear()
            versions = archive.history(url).versions
            assert len(versions) == length
            assert all(one.change for one in versions[1:])
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_any_two_snapshots_are_compared(archive: Archive) -> None:
    assert archive.compare(1, 3).change.summary == "a number changed: 12 → 15"
    assert archive.compare(archive.snapshot(FERRY), "1").old.url == FERRY
    assert archive.diff(QUAY, "2026-03-01", "2026-03-05").new.snapshot == 3
    there, back = archive.compare(3, 5).change, archive.compare(5, 3).change
    assert (there.words_added, there.words_removed) == (back.words_removed, back.words_added)
    assert not archive.compare(3, 3).comparison.hunks
    with pytest.raises(PageNotFound):
        archive.compare(1, 99)


def test_changes_keep_within_dates_that_are_cut_short(archive: Archive) -> None:
    def new(**asked: Any) -> list[int]:
        return [one.new for one in archive.changes(**asked)]

    assert new() == [5, 3]
    assert new(since="2026-03-06") == [5]
    assert new(until="2026-03-05") == [3]
    assert new(until="2026-02") == []
    assert new(since=at(4), until=at(4)) == [3]
    with pytest.raises(NotADate):
        new(since="soon")


def test_a_search_takes_words_or_a_whole_search(archive: Archive) -> None:
    found = archive.search("quay", limit=1)
    assert found.cursor is not None
    again = archive.search("quay", limit=1, cursor=found.cursor)
    assert found.hits[0].view.snapshot != again.hits[0].view.snapshot
    assert [hit.view.snapshot for hit in archive.search("15", as_of="2026-03-05").hits] == [3]
    assert archive.facets("quay").total == 3
    with pytest.raises(UsageError):
        archive.search("quay", limit=10**9)


def test_blame_and_first_seen(archive: Archive) -> None:
    assert [one.snapshot for one in archive.blame(QUAY)] == [1, 5, 1, 5]
    (seen,) = archive.first_seen("15 boats")
    assert (seen.entered.snapshot, seen.left and seen.left.snapshot) == (3, 5)


def test_what_is_withheld_is_in_no_answer(folder: Path, tmp_path: Path) -> None:
    hidden = keep(tmp_path / "archive")
    withhold(Folder(hidden), "3", reason="A court has ordered it")
    with Archive.open(hidden) as archive:
        assert archive.memento_at(QUAY, "2026-03-06").snapshot == 1
        assert [view.snapshot for view in archive.versions(QUAY)] == [1, 5]
        assert [one.new for one in archive.changes()] == []
        assert not archive.first_seen("15 boats")
        with pytest.raises(Withheld):
            archive.compare(1, 3)
        assert archive.history(QUAY).versions[1].change is None


def test_values_are_frozen_and_notebooks_show_them_as_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    lines = [f"{evil} {line}" for line in LINES]
    visits = [Seen(url=QUAY, day=n, title=f"{evil} {n}", lines=[*lines, evil * n], authors=(evil,)) for n in (0, 1)]
    with Archive.open(keep(tmp_path / "archive", visits)) as archive:
        shown: list[Any] = [
            archive.snapshot(QUAY), archive.history(QUAY), archive.diff(QUAY), archive.search("script"),
        ]  # fmt: skip
    for value in shown:
        html = value._repr_html_()
        assert "&lt;script&gt;" in html
        assert "<script" not in html
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        shown[0].title = "other"


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("2026", "2026-01-01T00:00:00", "2026-12-31T23:59:59.999999"),
        ("2024-02", "2024-02-01T00:00:00", "2024-02-29T23:59:59.999999"),
        ("9999-12", "9999-12-01T00:00:00", "9999-12-31T23:59:59.999999"),
        ("2026-03-01", "2026-03-01T00:00:00", "2026-03-01T23:59:59.999999"),
        ("2026-03-01T18:00+02:00", "2026-03-01T16:00:00", "2026-03-01T16:00:00"),
        ("yesterday", "2026-11-23T00:00:00", "2026-11-23T23:59:59.999999"),
    ],
)
def test_a_date_that_is_cut_short_covers_all_of_it(given: str, first: str, last: str) -> None:
    assert beginning(given, NOW) == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert moment(given, NOW) == datetime.fromisoformat(last).replace(tzinfo=UTC)


@pytest.mark.parametrize("given", ["", "26", "0000", "2026-13", "2026-02-30", "soon", "२०२६", "2026-W10-1-", "\x00"])
def test_what_is_no_date_is_refused_in_one_sentence(given: str) -> None:
    with pytest.raises(NotADate, match="is no date"):
        moment(given, NOW)
