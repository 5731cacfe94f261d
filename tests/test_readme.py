"""Every command line that the README shows: run as it stands, against the made-up newspaper in place of the network."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.demo.newspaper import Newspaper
from cli.main import COMMANDS
from tests.conftest import WARM

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
INSTALLERS = {"pipx": ("install",), "uv": ("tool", "install")}
URL = re.compile(r"https?://[^\s'\"]+")
# What a reader of the README does not need: the newspaper is on this machine, and does not mind being asked fast.
FLAGS = {"archive": "--allow-private --delay 0 --workers 1", "crawl": "--workers 1"}


def shown(text: str) -> Iterator[tuple[str, str]]:
    """Each line of a fenced or an indented block, without its prompt and its comment; and the comment."""
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif (fenced or line.startswith("    ")) and line.strip():
            command, _, comment = line.strip().removeprefix("$ ").partition(" #")
            yield command.strip(), comment.strip()


def lines(program: str) -> list[str]:
    return [command for command, _ in shown(README) if command.split()[0] == program]


def test_every_program_that_the_readme_shows_is_tested_here() -> None:
    programs = {command.split()[0] for command, _ in shown(README)}
    assert {"make", "backissue"} <= programs <= {"make", "backissue", *INSTALLERS}


def test_fences_and_indents_are_both_read() -> None:
    text = "Text `make no`\n\n    make a  # why\n\n```sh\n$ make b\n```\n\nmake no\n"
    assert list(shown(text)) == [("make a", "why"), ("make b", "")]


@pytest.mark.parametrize("line", lines("make"))
def test_each_make_target_exists_and_says_what_it_does(line: str) -> None:
    for word in shlex.split(line)[1:]:
        assert "=" in word or re.search(rf"^{re.escape(word)}:.* ## \S", MAKEFILE, re.MULTILINE), word


@pytest.mark.parametrize(
    "line",
    [
        alternative.strip()
        for command, comment in shown(README)
        for alternative in (command, comment.removeprefix("or:"))
        if alternative.split()[:1] and alternative.split()[0] in INSTALLERS
    ],
)
def test_each_line_that_installs_is_well_formed(line: str) -> None:
    program, *words = shlex.split(line)
    verb = INSTALLERS[program]
    assert tuple(words[: len(verb)]) == verb
    # One thing, and from the checkout: the name on a package registry is not ours until it is published there.
    assert words[len(verb) :] == ["."]


def test_each_line_of_backissue_runs(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "backissue"
    program.parent.mkdir()
    WARM.program(program)
    with Newspaper(today=date(2026, 3, 2)) as paper:
        sources = tmp_path / "archive" / "sources.toml"
        sources.parent.mkdir()
        sources.write_text(
            f'[sources.ledger]\nhome = "{paper.sites[0].home}"\nfeeds = ["{paper.sites[0].feed}"]\n'
            "delay = 0\nconcurrency = 4\nmax_age_days = 0\nallow_private = true\n",
            encoding="utf-8",
        )
        for line in lines("backissue"):
            local = URL.sub(paper.article_urls(1)[0], line)
            for command, flags in FLAGS.items():
                local = re.sub(rf"\bbackissue {command}\b", rf"\g<0> {flags}", local)
            done = run(local, tmp_path)
            assert done.returncode == 0, (line, done.stderr)
            assert "Traceback" not in done.stderr, (line, done.stderr)
            assert done.stdout or done.stderr or ">" in line, f"{line} says nothing"
    words = {word for line in lines("backissue") for word in line.split()}
    assert {"archive", "show", "history", "crawl"} <= words & set(COMMANDS)


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line as a shell takes it, with the program of that folder before all others and no proxy or archive of ours."""
    environment: dict[str, Any] = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(folder)}
    return subprocess.run(
        ["/bin/sh", "-c", line], capture_output=True, text=True, cwd=folder, env=environment, timeout=60
    )
