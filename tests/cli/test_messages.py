"""What the command says: mistakes in one line that names the remedy, and output that leads on."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from cli.main import cli, main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def filled(site: Any, backissue: Any) -> Any:
    backissue.archived(site.url("/story/one-two-three"))
    return backissue


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("reextrct",), "Did you mean 'reextract'? `backissue --help` shows what there is."),
        (("archive", "--dely", "1"), "`backissue archive --help` shows what there is."),
        (("list", "--limit", "0"), "`backissue list --help` shows what there is."),
        (("show",), "Missing argument 'URL|SNAPSHOT'. `backissue show --help` shows what there is."),
        (("list", "--archive", "x"), "It stands before the command: `backissue --archive … list`."),
        (("history", "x", "-v"), "It stands before the command: `backissue -v … history`."),
        (("archive", "--from", "missing.txt"), "'missing.txt': No such file or directory."),
        (("demo", "--ports", "1", "99999"), "99999 is not in the range 0<=x<=65535."),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_remedy(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["backissue", *words])
    monkeypatch.setattr(logging.root, "handlers", [])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("backissue: ")
    assert said in line


def test_no_command_shows_what_there_is_each_in_a_whole_line(backissue: Any) -> None:
    done = subprocess.run(backissue.args()[:3], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 2
    shown = done.stdout + done.stderr
    assert "..." not in shown.replace("[ARGS]...", "")
    for name in cli.commands:
        assert f"\n  {name} " in shown


def test_every_flag_of_every_command_says_what_it_is() -> None:
    for name, command in cli.commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (name, parameter.name)


def test_a_source_that_the_archive_has_not_is_named(filled: Any) -> None:
    for command in ("list", "export"):
        done = filled(command, "--source", "nobody")
        assert done.returncode == 2
        assert "has no source 'nobody' (there are: none yet)" in done.stderr


def test_list_shows_the_url_that_the_other_commands_take(site: Any, filled: Any) -> None:
    url = filled("list").stdout.split()[-1]
    assert url == site.url("/story/one-two-three")
    assert filled("history", url).returncode == 0


def test_a_number_that_no_snapshot_can_have_is_not_found(filled: Any) -> None:
    for number in ("9" * 18, "9" * 19, "9" * 5000, "²"):
        done = filled("show", number)
        assert done.returncode == 2, done.stderr[-300:]
        assert f"holds nothing for {number}." in done.stderr


def test_a_reader_that_has_enough_is_no_failure(filled: Any) -> None:
    # `true` reads nothing at all.
    for command in ("list", "export"):
        words = " ".join(f"'{word}'" for word in filled.args(command))
        script = f"({words}; echo $? >&2) | true"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
        assert done.stderr == "0\n"


def test_no_source_is_said_and_not_an_empty_list(backissue: Any) -> None:
    done = backissue("sources", "list", "--json")
    assert done.returncode == 0
    assert done.stdout == ""
    assert 'there is no source yet, and two lines make one: [sources.NAME] and home = "https://…".' in done.stderr


def test_the_demo_keeps_the_last_archive_where_its_ports_are_taken(site: Any, backissue: Any) -> None:
    backissue.archive.mkdir()
    sources = backissue.archive / "sources.toml"
    sources.write_text("# made by `backissue demo`\n", encoding="utf-8")
    port = str(site.server_address[1])
    done = backissue("demo", "--ports", port, "0")
    assert done.returncode == 2
    assert "cannot listen" in done.stderr
    assert sources.is_file()


def test_the_demo_ends_with_commands_that_can_be_typed(backissue: Any, tmp_path: Path) -> None:
    backissue.archive = tmp_path / "my archive"
    done = backissue("demo", "--ports", "0", "0")
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.partition("Try next")[2].splitlines() if line.strip()]
    assert len(lines) == 7
    for line in lines:
        assert f"--archive '{backissue.archive}'" in line


def test_the_command_runs_as_a_module(backissue: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "--version"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.startswith("backissue ")


def test_what_a_command_imports_is_never_gone_through_for_garbage() -> None:
    code = (
        "import gc; from cli.main import cli; cli.get_command(None, 'list')\n"
        "print(gc.get_freeze_count(), gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    frozen, enabled = done.stdout.split()
    assert int(frozen) > 20_000
    assert enabled == "True"
