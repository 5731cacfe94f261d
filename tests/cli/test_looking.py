"""Tables, pager, marks and time zones on a real terminal; one record a line in a pipe; hostile titles are text."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.looking import width
from cli.looking.screen import Screen
from cli.looking.spark import blocks
from cli.looking.table import Column, Marked, Table
from cli.main import cli
from storage.harmless import harmless, same_length
from tests.cli.terminal import on_terminal
from tests.kept import FERRY, LINES, NEWSPAPER, QUAY, START, Seen, keep

SHARED = Path(os.environ.get("BACKISSUE_SHARED", Path(__file__).parents[2].parent / "shared"))
ESCAPE = "\x1b]0;owned\x07\x1b[2J\r\n\x1b[31mred"
TURNED = "\u202egnp.exe\u2066 and \u200fmore\u061c"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newspaper; a page with a hostile title; one in Chinese; and runs of the last days."""
    lately = (datetime.now(UTC) - START) / timedelta(days=1)
    visits = [
        *NEWSPAPER,
        Seen(url="https://evil.example/a", day=20, title=f"{ESCAPE} {TURNED} storm", lines=[f"{ESCAPE}{TURNED} storm"]),
        Seen(
            url="https://evil.example/b", day=21, title="東水市議会は火曜日に会合を開き" * 4, lines=["港の岸壁を修理。"]
        ),
        Seen(url="https://ledger.example/new", day=lately - 3, title="Weir opened", lines=[f"Weir: {LINES[0]}"]),
    ]
    return keep(tmp_path_factory.mktemp("looking") / "archive", visits)


@pytest.fixture
def piped(folder: Path) -> Callable[..., str]:
    """What a command prints into a pipe."""

    def run(*words: str) -> str:
        result = CliRunner().invoke(cli, ["--archive", str(folder), *words], catch_exceptions=False)
        return str(result.stdout)

    return run


def unstyled(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("columns", [30, 60, 132])
def test_a_table_fits_the_window(folder: Path, columns: int) -> None:
    for words in (("list",), ("search", "quay"), ("history", QUAY), ("changes",)):
        seen, code = on_terminal(folder, words, columns=columns, rows=200)
        assert code == 0
        assert max(map(width.width, unstyled(seen).splitlines())) <= columns, words


def test_times_are_the_readers_on_a_terminal_and_utc_in_a_pipe(folder: Path, piped: Callable[..., str]) -> None:
    seen, _ = on_terminal(folder, ("history", QUAY), env={"TZ": "Asia/Tokyo"})
    assert "2026-03-01 15:00" in seen and "(local)" in seen
    assert piped("history", QUAY).startswith("2026-03-01T06:00:00Z\t1\t")


def test_the_match_is_marked_in_colour_or_by_asterisks(folder: Path, piped: Callable[..., str]) -> None:
    seen, _ = on_terminal(folder, ("search", "bridge"))
    assert "\x1b[1;33mBridge\x1b[0m on Mill Lane" in seen
    assert "Of the \x1b[1;33mbridge\x1b[0m:" in seen
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain, _ = on_terminal(folder, ("search", "bridge"), env=env)
        assert "\x1b" not in plain
        assert "*Bridge* on Mill Lane" in plain and "Of the *bridge*:" in plain
    assert "Bridge on Mill Lane\thttps://mill.example/2026/bridge\tOf the bridge:" in piped("search", "bridge")


def test_a_pipe_gets_one_record_a_line_with_the_same_fields_in_each(piped: Callable[..., str]) -> None:
    for words, records in ((("list",), 6), (("history", QUAY), 3), (("history", FERRY), 2), (("changes",), 2)):
        lines = piped(*words).splitlines()
        assert len(lines) == records, words
        assert len({line.count("\t") for line in lines}) == 1
        assert not any("\x1b" in line or line.startswith(" ") for line in lines)


def test_an_export_to_a_file_says_how_far_it_is_on_a_terminal(folder: Path, tmp_path: Path) -> None:
    seen, code = on_terminal(folder, ("export", "--output", str(tmp_path / "all.jsonl")))
    assert code == 0
    assert re.search(r"\d snapshots .*/s .*\d:\d\d:\d\d", unstyled(seen))
    printed, _ = on_terminal(folder, ("export",), env={"NO_COLOR": "1"})
    assert not re.search(r"\d:\d\d:\d\d\n", printed.rpartition("}")[2])


def test_a_hostile_title_steers_no_terminal_and_breaks_no_line(folder: Path, piped: Callable[..., str]) -> None:
    seen, _ = on_terminal(folder, ("search", "storm"), env={"NO_COLOR": "1"}, columns=200)
    shown, _ = on_terminal(folder, ("show", "https://evil.example/a"), env={"NO_COLOR": "1"})
    for text in (seen, unstyled(shown), piped("search", "storm"), piped("show", "https://evil.example/a")):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]", text)
        assert "␛]0;owned␇" in text
    assert len(piped("list").splitlines()) == 6


def test_every_naughty_string_is_one_harmless_line() -> None:
    files = [file for kind in ("blns", "xss") for file in (SHARED / "hostile" / kind).rglob("*") if file.is_file()]
    if not files:
        pytest.skip("the hostile strings are not on this machine")
    for file in files:
        for line in file.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            made = harmless(line)
            assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", made)
            assert "\n" not in made and len(same_length(line)) == len(line)
            assert width.width(width.cut(made, 20)) <= 20
            assert all(width.width(made[a:b]) <= 20 for a, b in width.lines(made, 20))


def test_what_is_longer_than_the_window_goes_through_the_pager(folder: Path, tmp_path: Path) -> None:
    got = tmp_path / "got"
    pager = f"tee {got}"
    seen, code = on_terminal(folder, ("list",), rows=4, env={"PAGER": pager, "NO_COLOR": "1"})
    assert code == 0
    assert got.read_text().splitlines() == seen.splitlines()
    assert len(seen.splitlines()) == 7
    got.unlink()
    for words, rows in ((("list",), 50), (("list", "--no-pager"), 4), (("list", "--json"), 4)):
        seen, code = on_terminal(folder, words, rows=rows, env={"PAGER": pager})
        assert code == 0 and "Weir opened" in seen
        assert not got.exists(), words


def test_a_pager_that_is_left_early_or_cannot_be_run_is_no_failure(folder: Path) -> None:
    seen, code = on_terminal(folder, ("list",), rows=4, env={"PAGER": "head -n 1"})
    assert code == 0 and "Traceback" not in seen
    seen, code = on_terminal(folder, ("list",), rows=4, env={"PAGER": "no-such-pager --please"})
    assert code == 0 and "Weir opened" in seen


def test_less_shows_the_first_page_and_q_ends_the_command(folder: Path) -> None:
    typed = []

    def leave(terminal: int, seen: bytes) -> None:
        if not typed and b":" in seen[-12:]:
            typed.append(os.write(terminal, b"q"))

    seen, code = on_terminal(folder, ("list",), rows=5, env={"PAGER": "less -R"}, when=leave)
    assert code == 0
    assert "Weir opened" in seen and "Ferry stopped" not in seen


def test_status_shows_articles_and_edits_a_day(folder: Path, piped: Callable[..., str]) -> None:
    seen, _ = on_terminal(folder, ("status",), rows=100)
    assert re.search(r"ledger +new +█ +1, at most 1 a day", unstyled(seen))
    lines = [line.split("\t") for line in piped("status").splitlines() if "\t" in line]
    assert [line[:3] for line in lines] == [["ledger", "new", "1"], ["ledger", "edited", "0"]]
    assert [int(one) for one in lines[0][3].split()].index(1) == 26
    assert "█" not in piped("status")


def test_blocks_show_nothing_as_nothing_and_little_as_something() -> None:
    assert blocks([0, 1, 50, 100], 100) == " ▁▄█"
    assert blocks([0, 0], 0) == "  "


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert width.width("東京") == 4
    assert width.width("e\u0301") == 1
    assert width.cut("東京都庁舎", 6) == "東京…"
    assert width.cut("quay", 4) == "quay"
    assert [("東京都庁")[a:b] for a, b in width.lines("東京都庁", 5)] == ["東京", "都庁"]
    screen = Screen(terminal=True, columns=40, rows=24, styled=False)
    table = Table.on(screen, Column("a", 6), Column("b"))
    for row in (table.row("東京都庁舎", "end"), table.row("quays", "end")):
        assert width.width(row[: row.index("end")]) == 8


def test_marks_in_a_cell_that_is_cut_stay_inside_it() -> None:
    screen = Screen(terminal=True, columns=20, rows=24, styled=True)
    table = Table.on(screen, Column("a"))
    row = table.row(Marked("The storm tide came at night", ((4, 14), (23, 28))))
    assert row == "The \x1b[1;33mstorm tide\x1b[0m came…"
