"""The project's own files: what is packaged, what is pinned, what is documented."""

import configparser
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click

from cli.main import cli

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_scrapy_finds_our_settings() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "scrapy.cfg")
    assert config["settings"]["default"] == "crawler.settings"


def test_the_five_packages_are_built() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert sorted(packages) == ["cli", "crawler", "pipelines", "storage", "web"]


def test_requirements_are_pinned_and_hashed_and_name_no_host() -> None:
    for file in ("run.txt", "dev.txt"):
        text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        for line in re.findall(r"^\S.*$", text, re.MULTILINE):
            assert re.match(r"[a-z0-9.\-]+==", line), line
        assert text.count("--hash=sha256:") >= text.count("==")


def test_every_direct_dependency_is_pinned() -> None:
    pinned = set(re.findall(r"^([a-z0-9.\-]+)==", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE))
    for dependency in PROJECT["project"]["dependencies"]:
        assert re.match(r"[A-Za-z0-9\-]+", dependency)[0].lower() in pinned, dependency  # type: ignore[index]


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command


def test_every_command_and_flag_is_documented() -> None:
    manual = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name, command in commands(cli):
        section = re.search(rf"^## `{name}.*?(?=^## |\Z)", manual, re.MULTILINE | re.DOTALL)
        assert section, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                for flag in parameter.opts:
                    assert f"`{flag}" in section[0], (name, flag)
    for parameter in cli.params:
        for flag in parameter.opts:
            assert f"`{flag}" in manual, flag


def test_tests_are_no_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_the_newest_migration_is_the_head_that_is_checked() -> None:
    from storage.database import HEAD

    files = sorted((ROOT / "storage" / "migrations" / "versions").glob("0*.py"))
    assert files[-1].name.startswith(HEAD)
