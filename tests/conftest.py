"""What tests of several rooms share: a news site whose paths are behaviours, and the command as a user runs it."""

import contextlib
import gc
import gzip
import itertools
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawler.audits import is_audited
from tests.warm import Running, Warm

ROOT = Path(__file__).parents[1]
SENTENCE = "The council of Brackwater met on Tuesday and agreed to mend the eastern quay before the winter storms. "


def article(title: str, *, paragraphs: int = 6, extra: str = "", head: str = "") -> bytes:
    """A made-up article page."""
    body = "".join(f"<p>{n + 1}. {title}: {SENTENCE * 2}</p>" for n in range(paragraphs))
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}"
        f'<meta property="og:type" content="article"></head><body><nav><a href="/">Home</a></nav>'
        f"<article><h1>{title}</h1>{body}{extra}</article></body></html>"
    ).encode()


class BehavingSite(ThreadingHTTPServer):
    """Answers each path in its own way, and counts."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hits: list[str] = []
        self.sent: list[dict[str, str]] = []
        """The headers of each request."""
        self.times: list[tuple[str, float]] = []
        """Each path that was asked for and when, by the monotonic clock."""
        self.pause = 0.0
        """Seconds before each answer."""
        self.under_way = 0
        self.most_at_once = 0
        """Requests that paused at the same time."""
        self.counting = threading.Lock()
        self.pages = 0
        self.edition = 1
        self.robots: tuple[int, bytes] = (200, b"User-agent: *\nDisallow: /secret\n")
        self.robots_headers: dict[str, str] = {}
        self.refusals: dict[str, list[tuple[int, dict[str, str]]]] = {}
        """Path -> what it answers first: status and headers, one after the other."""
        self.made: dict[str, bytes] = {}
        """Path with query -> the page that a test has put there."""
        self.made_headers: dict[str, dict[str, str]] = {}
        """Path with query -> headers of that page, `_` for `-`."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def path(self, folder: str, *, audited: bool) -> str:
        """A path in a folder whose 304s are, or are not, checked by a full fetch: today, and tomorrow too, as the test
        may run at midnight. Which ones are goes by the whole URL, and so by this server's port."""
        days = [datetime.now(UTC) + timedelta(days=days) for days in (0, 1)]
        paths = (f"{folder}/{n}" for n in itertools.count())
        return next(path for path in paths if all(is_audited(self.url(path), day) == audited for day in days))

    def publish(self, path: str, title: str, *, head: str = "", **headers: str) -> None:
        """Put an article at a path, with headers (`_` for `-`)."""
        self.made[path] = article(title, head=head)
        self.made_headers[path] = headers

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BehavingSite

    def log_message(self, *_: Any) -> None:
        pass

    def send(self, body: bytes, status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        site = self.server
        with site.counting:
            site.under_way += 1
            site.most_at_once = max(site.most_at_once, site.under_way)
        time.sleep(site.pause)
        with site.counting:
            site.under_way -= 1
        self.answer()

    def answer(self) -> None:
        path, site = self.path, self.server
        site.hits.append(path)
        site.sent.append(dict(self.headers.items()))
        site.times.append((path, time.monotonic()))
        if site.refusals.get(path):
            status, headers = site.refusals[path].pop(0)
            self.send(b"not now", status, **headers)
        elif path in site.made:
            self.send(site.made[path], **site.made_headers.get(path, {}))
        elif path == "/robots.txt":
            self.send(site.robots[1], site.robots[0], kind="text/plain", **site.robots_headers)
        elif path.startswith("/story/"):
            self.send(gzip.compress(article(f"Story {path[7:]}"), mtime=0), Content_Encoding="gzip")
        elif path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{site.url(f'/story/{n}-of-the-day')}</loc></url>" for n in range(site.pages))
            xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
            self.send(xml.encode(), kind="application/xml")
        elif path == "/edited":
            text = "Quay mended" if site.edition == 1 else "Quay mended twice"
            self.send(article(text), ETag=f'"{site.edition}"')
        elif path.startswith("/stamped"):
            # Other bytes with each answer, the same article, and one canonical URL.
            head = (
                f'<meta name="served" content="{len(site.hits)}"><link rel="canonical" href="{site.url("/stamped")}">'
            )
            self.send(article("Quay mended", head=head))
        elif path.startswith("/etag/"):
            if self.headers.get("If-None-Match") == '"same"':
                self.send_response(304)
                self.send_header("ETag", '"same"')
                self.end_headers()
            else:
                self.send(article("Never edited"), ETag='"same"')
        elif path.startswith("/liar/"):
            # Says of every edition that nothing has changed.
            if self.headers.get("If-None-Match"):
                self.send_response(304)
                self.end_headers()
            else:
                self.send(article(f"Edition {site.edition} of the quay"), ETag='"always"')
        elif path == "/walled":
            if site.edition == 1:
                self.send(article("Open at first"))
            else:
                ld = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
                self.send(article("Open at first", paragraphs=1, head=ld))
        elif path == "/vanishing":
            self.send(article("Soon gone")) if site.edition == 1 else self.send(b"<h1>Not here</h1>", 404)
        elif path == "/cut-off":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(article("Cut off"))
            self.close_connection = True
        elif path == "/old":
            self.send(b"", 301, Location="/story/moved-here-now")
        elif path == "/loop":
            self.send(b"", 302, Location="/loop")
        elif path == "/to-file":
            self.send(b"", 302, Location="file:///etc/hostname")
        elif path == "/empty":
            self.send(b"")
        elif path == "/paper.pdf":
            self.send(b"%PDF-1.7 not a page", kind="application/pdf")
        elif path == "/menu":
            self.send(b"<html><body><ul><li><a href=/>Home</a></li></ul></body></html>")
        elif path == "/lying-charset":
            self.send(article("Grüße aus Brackwater"), kind="text/html; charset=rot13")
        elif path == "/forbidden":
            self.send(b"no", 403)
        elif path == "/broken":
            self.send(b"oops", 500)
        elif path == "/bomb":
            self.send(gzip.compress(b"<p>" + b"a" * (80 << 20)), Content_Encoding="gzip")
        elif path == "/feed-that-is-none":
            self.send(b"<html><body>No feed here</body></html>")
        else:
            self.send(b"<h1>404</h1>", 404)


def running() -> Iterator[BehavingSite]:
    server = BehavingSite()
    yield server
    server.shutdown()
    server.server_close()


site = pytest.fixture(running, name="site")
second_site = pytest.fixture(running, name="second_site")


WARM = Warm()


class Command:
    """The `backissue` command on an archive of its own."""

    def __init__(self, archive: Path):
        self.archive = archive

    def args(self, *words: str) -> list[str]:
        return [sys.executable, "-c", "from cli.main import main; main()", "--archive", str(self.archive), *words]

    def __call__(self, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        words = ("--archive", str(self.archive), *words)
        return WARM.run(words, given=given, seconds=110, cwd=ROOT, env=environment())

    def on(self, terminal: int, words: Sequence[str], *, env: Mapping[str, str]) -> int:
        """Run it on a terminal; its exit code."""
        words = ("--archive", str(self.archive), *words)
        return WARM.run(words, given=None, seconds=60, cwd=ROOT, env=env, terminal=terminal).returncode

    def start(self, *words: str) -> Running:
        """Begin it and go on."""
        return WARM.start(("--archive", str(self.archive), *words), cwd=ROOT, env=environment())

    def believes_304s(self) -> None:
        """Of the hosts that it knows: the first of each is checked by a full fetch, as if one had been."""
        with sqlite3.connect(self.archive / "archive.db", timeout=60) as connection:
            connection.execute("UPDATE host SET audits = 1")

    def json(self, *words: str, code: int = 0) -> list[dict[str, Any]]:
        done = self(*words)
        assert done.returncode == code, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def archived(self, *urls: str, code: int | None = None) -> dict[str, dict[str, Any]]:
        """`archive` these, by path."""
        done = self("archive", "--json", "--allow-private", "--delay", "0", "--workers", "1", *urls)
        assert "Traceback" not in done.stderr, done.stderr
        if code is not None:
            assert done.returncode == code, done.stderr
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return {row["url"]: row for row in rows}


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "BACKISSUE_ARCHIVE": ""}


@pytest.fixture
def backissue(tmp_path: Path) -> Command:
    return Command(tmp_path / "archive")


@pytest.fixture
def closed_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are processors: much of what the tests do is to wait for processes and sockets."""
    return (os.cpu_count() or 1) + 1


def pytest_configure() -> None:
    """Until all is imported nothing is garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What the tests import stays: no collection of garbage has to go through it again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()
