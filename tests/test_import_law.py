"""Imports point one way: cli -> crawler -> pipelines -> storage <- web. And there is one way out to the network."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "storage": set(),
    "pipelines": {"storage"},
    "crawler": {"pipelines", "storage"},
    "cli": {"crawler", "pipelines", "storage"},
    "web": {"storage"},
}
# A second way to fetch would pass the guard of addresses, robots and the archive by.
NO_CLIENTS = ("requests", "urllib.request", "httpx", "aiohttp", "http.client", "urllib3")


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def breaches(root: Path) -> list[str]:
    found = []
    for room, allowed in MAY_IMPORT.items():
        for file in sorted((root / room).rglob("*.py")):
            for name in imported(file):
                top = name.partition(".")[0]
                if top in MAY_IMPORT and top != room and top not in allowed:
                    found.append(f"{file.relative_to(root)} imports {name}")
                if name in NO_CLIENTS or name.startswith(tuple(f"{client}." for client in NO_CLIENTS)):
                    found.append(f"{file.relative_to(root)} imports {name}, a second way out")
    return found


def test_imports_point_one_way_and_only_scrapy_goes_out() -> None:
    assert breaches(ROOT) == []


def test_a_breach_is_found(tmp_path: Path) -> None:
    for room in MAY_IMPORT:
        (tmp_path / room).mkdir()
    (tmp_path / "storage" / "bad.py").write_text("from pipelines.clean import clean\nimport requests\n")
    assert len(breaches(tmp_path)) == 3
