"""Exports as JSON Lines, CSV and Parquet: the same snapshots in each, from a cursor on, harmless to spreadsheets."""

import csv
import datetime as dt
import io
import json
import sys
from pathlib import Path

import pytest

from storage.exporting import export as exporting
from storage.exporting import selection, workers
from storage.exporting.csv_cells import harmless, table
from storage.exporting.export import Request, export
from storage.exporting.parquet import ParquetMissing
from storage.exporting.selection import Selection
from tests.conftest import ROOT
from tests.exporting.conftest import FORMULA, Library

HOSTILE = ROOT.parent / "shared" / "hostile"


def plain(cell: str) -> str:
    """What a cell was before it was made harmless: as docs/exports.md has it."""
    return cell.removeprefix("'")


def test_each_line_is_to_the_byte_what_show_prints(library: Library) -> None:
    lines = library.export("--all-versions").stdout.splitlines()
    assert len(lines) == 8
    for line in lines:
        assert library.command("show", "--json", str(json.loads(line)["snapshot"])).stdout == line + "\n"


def test_the_newest_snapshot_of_each_page_is_exported_unless_all_are_asked_for(library: Library) -> None:
    newest = [json.loads(line) for line in library.export().stdout.splitlines()]
    assert len({row["canonical_url"] for row in newest}) == len(newest) == 7
    assert "Quay mended twice" in [row["title"] for row in newest]
    captured = [row["captured_at"] for row in newest]
    assert captured == sorted(captured)


def test_parts_by_cursor_are_the_whole(library: Library, tmp_path: Path) -> None:
    whole = library.export("--all-versions").stdout
    parts, more = "", ["--limit", "3"]
    while True:
        done = library.export("--all-versions", *more)
        parts += done.stdout
        if not done.stdout:
            break
        more = ["--limit", "3", "--cursor", done.stderr.split("--cursor ")[1].split()[0]]
    assert parts == whole
    assert done.stderr.startswith("0 snapshots.")
    assert more[-1] in done.stderr, "an export that finds nothing new ends where it began"


def test_a_cursor_that_was_changed_or_is_of_other_filters_is_refused(library: Library) -> None:
    word = library.export("--limit", "2").stderr.split("--cursor ")[1].split()[0]
    for given in (word[:-1], word[:-2] + ("AA" if word[-2:] != "AA" else "BB"), "x", "é" * 40, "A" * 5000, ""):
        done = library.export("--cursor", given)
        assert done.returncode == 2, given
        assert "The cursor cannot be used" in done.stderr
        assert not done.stdout
    done = library.export("--all-versions", "--cursor", word)
    assert done.returncode == 2
    assert "other filters" in done.stderr


def test_a_source_that_the_archive_has_not_is_named(library: Library) -> None:
    done = library.export("--source", "nowhere")
    assert done.returncode == 2
    assert "no source 'nowhere'" in done.stderr


def test_a_csv_has_the_same_snapshots_and_no_formula(library: Library) -> None:
    rows = list(csv.DictReader(io.StringIO(library.export("--format", "csv", "--all-versions").stdout)))
    known = [json.loads(line) for line in library.export("--all-versions").stdout.splitlines()]
    for row, said in zip(rows, known, strict=True):
        for field in ("url", "title", "captured_at", "last_seen_at", "access", "text", "digest", "rendition"):
            assert plain(row[field]) == said[field]
        assert (row["snapshot"], row["words"]) == (str(said["snapshot"]), str(said["words"]))
        assert (row["warc_file"], row["warc_offset"]) == (said["warc"]["file"], str(said["warc"]["offset"]))
        assert json.loads(row["removed"] or "[]") == said["removed"]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    assert f"'{FORMULA}" in [row["title"] for row in rows]


@pytest.mark.parametrize("start", list("=+-@\t\r\n'＝＋－＠"))
def test_a_cell_that_begins_a_formula_gets_an_apostrophe(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"
    assert harmless(f"1{start}") == f"1{start}"


def hostile_strings() -> list[str]:
    found: list[str] = []
    for file in sorted([*HOSTILE.glob("blns/*"), *HOSTILE.glob("xss/*")]):
        if file.suffix == ".json":
            found += [one for one in json.loads(file.read_text(encoding="utf-8")) if isinstance(one, str)]
        elif file.suffix == ".txt":
            found += file.read_text(encoding="utf-8", errors="replace").splitlines()
    return found


def test_hostile_strings_come_back_from_a_csv_as_they_were_and_none_is_a_formula() -> None:
    strings = hostile_strings()
    if not strings:
        pytest.skip("shared/hostile is not on this machine")
    strings += ["", "\x00", "'", "''=1", '"', '",=1', "a\r\n=b", "=\u202e1", " =1"]
    cells = [row[0] for row in csv.reader(io.StringIO(table([one] for one in strings).decode(), newline=""))]
    assert [plain(cell) for cell in cells] == strings
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_a_change_is_a_row_of_its_own(library: Library, tmp_path: Path) -> None:
    known = [row for row in library.command.json("changes", "--json") if row["url"] == library.url("/edited")]
    rows = [json.loads(line) for line in library.export("--rows", "changes").stdout.splitlines()]
    assert [row for row in rows if row["url"] == library.url("/edited")] == known
    cells = list(csv.DictReader(io.StringIO(library.export("--rows", "changes", "--format", "csv").stdout)))
    assert [plain(cell["summary"]) for cell in cells] == [row["summary"] for row in rows]
    parquet = pytest.importorskip("pyarrow.parquet")
    library.export("--rows", "changes", "--format", "parquet", "--output", str(tmp_path / "changes.parquet"))
    table_ = parquet.read_table(tmp_path / "changes.parquet").to_pylist()
    assert [row["to_snapshot"] for row in table_] == [row["to"]["snapshot"] for row in rows]
    assert [dict(row["kinds"]) for row in table_] == [row["kinds"] for row in rows]


def test_a_parquet_file_has_the_same_snapshots_in_typed_columns(library: Library, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    done = library.export("--format", "parquet", "--all-versions", "--output", str(tmp_path / "all.parquet"))
    assert done.returncode == 0, done.stderr
    made = parquet.read_table(tmp_path / "all.parquet")
    assert str(made.schema.field("captured_at").type) == "timestamp[us, tz=UTC]"
    assert str(made.schema.field("authors").type).startswith("list")
    known = [json.loads(line) for line in library.export("--all-versions").stdout.splitlines()]
    for row, said in zip(made.to_pylist(), known, strict=True):
        assert row["captured_at"].replace(microsecond=0) == dt.datetime.fromisoformat(said["captured_at"])
        for field in (
            "snapshot",
            "url",
            "title",
            "authors",
            "words",
            "text",
            "digest",
            "rendition",
            "removed",
            "story",
        ):
            assert row[field] == said[field], field


def test_without_pyarrow_parquet_says_how_to_get_it(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As Python has it where a module cannot be found.
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    archive = library.open()
    with pytest.raises(ParquetMissing, match=r"'\.\[parquet\]'"):
        export(archive, Request(form="parquet", output=tmp_path / "all.parquet"))
    assert list(tmp_path.iterdir()) == []
    archive.close()


@pytest.mark.parametrize("form", ["parquet", "wacz"])
def test_a_format_that_goes_back_in_its_file_asks_for_one(library: Library, form: str) -> None:
    done = library.export("--format", form)
    assert done.returncode == 2
    assert "--output FILE" in done.stderr


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_several_processes_write_the_same_as_one(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    archive = library.open()
    request = Request(form=form, selection=Selection(all_versions=True), output=tmp_path / "one")
    export(archive, request)
    monkeypatch.setattr(selection, "BATCH", 1)
    monkeypatch.setattr(workers, "FEW", 2)
    done = export(archive, Request(form=form, selection=Selection(all_versions=True), output=tmp_path / "two"))
    assert (tmp_path / "two").read_bytes() == (tmp_path / "one").read_bytes()
    assert done.rows == 8
    assert exporting.word(request, done) is not None
    archive.close()


def test_what_a_search_finds_is_exported_in_the_order_of_captures(library: Library) -> None:
    found = {row["snapshot"] for row in library.command.json("search", "twice", "quay", "--json")}
    rows = [json.loads(line) for line in library.export("twice", "quay").stdout.splitlines()]
    assert {row["snapshot"] for row in rows} == found
    assert "Quay mended twice" in [row["title"] for row in rows]
    everything = library.export("lang:en OR -lang:en", "--all-versions").stdout
    assert everything == library.export("--all-versions").stdout
    first = library.export("lang:en OR -lang:en", "--all-versions", "--limit", "3")
    word = first.stderr.split("--cursor ")[1].split()[0]
    rest = library.export("lang:en OR -lang:en", "--all-versions", "--cursor", word)
    assert first.stdout + rest.stdout == everything
    assert library.export("quay", "--cursor", word).returncode == 2


def test_an_export_can_be_as_of_a_date(library: Library) -> None:
    assert library.export("--as-of", "2001").stdout == ""
    assert library.export("--as-of", "2099").stdout == library.export().stdout
    done = library.export("--as-of", "soon")
    assert done.returncode == 2
    assert "is no date" in done.stderr
    done = library.export("--as-of", "2020", "--all-versions")
    assert done.returncode == 2
    assert "exclude each other" in done.stderr


@pytest.mark.parametrize("query", ["(", '"', "NEAR(a b", "title:", "a OR", "-", "*"])
def test_any_string_is_a_query(library: Library, query: str) -> None:
    assert library.export("--", query).returncode == 0
