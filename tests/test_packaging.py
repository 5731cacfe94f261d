"""The project's own files: what is packaged, what is pinned, what is documented."""

import configparser
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

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


# name==version, an environment marker where there is one, and hashes: no index, no URL, no comment.
PIN = re.compile(
    r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)==(?P<version>[\w.+!]+)(?: ; [^@#]+?)?"
    r"(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})+)"
)


def pins(file: str) -> dict[tuple[str, str], set[str]]:
    """Name and version of each requirement of a compiled file, with its hashes. Any other line fails."""
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    assert "://" not in text, f"requirements/{file} names a host"
    found = {}
    for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines():
        pin = PIN.fullmatch(line)
        assert pin, f"requirements/{file}: {line[:100]!r} is no requirement that is pinned and hashed"
        found[pin["name"], pin["version"]] = set(pin["hashes"].split())
    assert found, f"requirements/{file} is empty"
    return found


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "requirements").iterdir()))
def test_every_requirement_is_pinned_with_hashes_and_names_no_host(file: str) -> None:
    pins(file)


def test_what_runs_is_what_is_tested() -> None:
    run, dev = pins("run.txt"), pins("dev.txt")
    assert {pin: dev.get(pin) for pin in run} == run


def test_every_room_is_checked_for_types_sorted_as_ours_and_shipped() -> None:
    rooms = {"cli", "crawler", "pipelines", "storage", "web"}
    tools = PROJECT["tool"]
    assert set(tools["mypy"]["packages"]) == rooms
    assert set(tools["ruff"]["lint"]["isort"]["known-first-party"]) == rooms
    assert {f"/{room}" for room in rooms} <= set(tools["hatch"]["build"]["targets"]["sdist"]["include"])
    for room in rooms:
        assert (ROOT / room / "py.typed").is_file(), room


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
