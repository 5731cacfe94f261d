"""Imports point one way: cli -> crawler -> pipelines -> storage <- web <- cli. And one way leads to the network."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "storage": set(),
    "pipelines": {"storage"},
    "crawler": {"pipelines", "storage"},
    "web": {"storage"},
    "cli": {"crawler", "pipelines", "storage", "web"},
}
# What works on the project, and is not there where the project is installed.
NOT_SHIPPED = {"tests", "bench", "docs", "conftest"}
# Only Scrapy fetches: a second way would pass the guard of addresses, robots.txt and the archive by. The functions
# and modules of trafilatura are those that download; given a URL, `lxml.html.parse` fetches it.
SECOND_WAYS_OUT = (
    *("requests", "httpx", "aiohttp", "urllib3", "http.client", "urllib.request", "pycurl", "ftplib", "socket"),
    *("asyncio.open_connection", "twisted.web.client", "courlan.network", "lxml.html.parse"),
    *("trafilatura.fetch_url", "trafilatura.fetch_response", "trafilatura.downloads", "trafilatura.spider"),
    *("trafilatura.feeds", "trafilatura.sitemaps", "python_socks", "playwright"),
)
ALLOWED = {
    (
        "crawler/posting.py",
        "urllib.request",
    ): "posts notices and digests to be stamped to the owner's addresses, fetches nothing",
    ("crawler/posting.py", "http.client"): "for an error that urllib.request lets through",
    ("crawler/metrics/server.py", "socket"): "Prometheus asks it, and it calls nobody",
    ("cli/demo/server.py", "socket"): "the demo's newspaper listens, and calls nobody",
    ("web/listening.py", "socket"): "the web page listens, and calls nobody",
    ("crawler/proxies.py", "python_socks"): "opens the connection that Scrapy then uses",
    ("crawler/rendering/chromium.py", "playwright"): "starts a browser that has no network",
    ("crawler/rendering/renderer.py", "playwright"): "answers the browser with what Scrapy has fetched",
}


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """The line and whole name of each module or name that is imported, by a statement or by its name in a string."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                packages = package.split(".")
                above = packages[: max(0, len(packages) - level + 1)] if level else []
                origin = [*above, *([module] if module else [])]
                yield from ((node.lineno, ".".join([*origin, alias.name])) for alias in names)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def used(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and whole name of each attribute of an imported module, as in `trafilatura.fetch_url`."""
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import a.b` binds `a`; `import a.b as c` binds `c` to a.b.
                top = alias.name.partition(".")[0]
                bound[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            bound |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        parts: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.insert(0, inner.attr)
            inner = inner.value
        if parts and isinstance(inner, ast.Name) and inner.id in bound:
            yield node.lineno, ".".join([bound[inner.id], *parts])  # type: ignore[attr-defined]


def is_or_is_in(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def breaches(root: Path) -> list[str]:
    """What breaks the law, as `file:line: why`. A room without a file is a breach: nothing would be checked there."""
    found = set()
    for room, allowed in MAY_IMPORT.items():
        files = sorted((root / room).rglob("*.py"))
        if not files:
            found.add(f"{room}/: no Python file was found, so nothing was checked")
        for file in files:
            path = file.relative_to(root)
            tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
            names = list(imported(tree, ".".join(path.parent.parts)))
            for line, name in names:
                top = name.partition(".")[0]
                if top in NOT_SHIPPED or (top in MAY_IMPORT and top != room and top not in allowed):
                    found.add(f"{path}:{line}: {room} may not import {top}")
            for line, name in (*names, *used(tree)):
                for way in SECOND_WAYS_OUT:
                    if is_or_is_in(name, way) and (path.as_posix(), way) not in ALLOWED:
                        found.add(f"{path}:{line}: {way} is a second way out to the network; only Scrapy fetches")
    return sorted(found)


def house(root: Path) -> Path:
    """A house whose rooms keep the law."""
    for room in MAY_IMPORT:
        (root / room).mkdir()
        (root / room / "__init__.py").write_text('"""A room."""\n', encoding="utf-8")
    return root


def test_imports_point_one_way_and_only_scrapy_goes_out() -> None:
    assert breaches(ROOT) == []


def test_what_is_allowed_is_needed() -> None:
    for path, module in ALLOWED:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert any(is_or_is_in(name, module) for _, name in imported(tree, "")), (path, module)


def test_every_packaged_folder_is_a_room_of_the_law() -> None:
    assert {file.parent.name for file in ROOT.glob("*/__init__.py")} == set(MAY_IMPORT)


@pytest.mark.parametrize(
    ("file", "line", "breach"),
    [
        ("storage/bad.py", "from pipelines.clean import clean", "storage may not import pipelines"),
        ("storage/bad.py", "from web import views", "storage may not import web"),
        ("pipelines/bad.py", "import crawler.process", "pipelines may not import crawler"),
        ("pipelines/bad.py", "from .. import crawler", "pipelines may not import crawler"),
        ("crawler/bad.py", "if True: from cli import main", "crawler may not import cli"),
        ("web/bad.py", "from crawler.process import Process", "web may not import crawler"),
        ("web/deep/bad.py", "import importlib; importlib.import_module('cli.main')", "web may not import cli"),
        ("cli/bad.py", "from tests.conftest import article", "cli may not import tests"),
        ("cli/bad.py", "import bench.crawl", "cli may not import bench"),
        ("storage/bad.py", "import docs", "storage may not import docs"),
        ("crawler/bad.py", "import requests", "requests is a second way out"),
        ("web/bad.py", "from urllib import request", "urllib.request is a second way out"),
        ("web/bad.py", "from urllib.request import urlopen", "urllib.request is a second way out"),
        ("cli/bad.py", "import httpx as web_client", "httpx is a second way out"),
        ("cli/demo/server.py", "import httpx, socket", "httpx is a second way out"),
        ("pipelines/bad.py", "from trafilatura import fetch_url", "trafilatura.fetch_url is a second way out"),
        ("pipelines/bad.py", "import trafilatura as t; t.fetch_response('x')", "trafilatura.fetch_response is a"),
        ("pipelines/bad.py", "import trafilatura.downloads", "trafilatura.downloads is a second way out"),
        ("pipelines/bad.py", "from trafilatura import downloads as d", "trafilatura.downloads is a second way out"),
        ("crawler/bad.py", "from lxml import html; html.parse('x')", "lxml.html.parse is a second way out"),
    ],
)
def test_a_breach_is_found_with_its_file_and_line(tmp_path: Path, file: str, line: str, breach: str) -> None:
    bad = house(tmp_path) / file
    bad.parent.mkdir(parents=True, exist_ok=True)
    bad.write_text(f'"""Breaks the law."""\n\n{line}\n', encoding="utf-8")
    (found,) = breaches(tmp_path)
    assert found.startswith(f"{file}:3: {breach}")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("cli/good.py", "from web import views; from crawler.process import Process; import storage.archive"),
        ("web/good.py", "from storage.archive import Archive; from . import views; import web.views"),
        ("pipelines/good.py", "import trafilatura; trafilatura.bare_extraction(''); import urllib.parse"),
    ],
)
def test_what_the_law_allows_is_no_breach(tmp_path: Path, file: str, line: str) -> None:
    (house(tmp_path) / file).write_text(f"{line}\n", encoding="utf-8")
    assert breaches(tmp_path) == []


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_that_is_empty_is_no_room_that_keeps_the_law(tmp_path: Path, room: str) -> None:
    (house(tmp_path) / room / "__init__.py").unlink()
    assert breaches(tmp_path) == [f"{room}/: no Python file was found, so nothing was checked"]
