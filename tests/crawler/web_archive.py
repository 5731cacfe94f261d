"""A small web archive on the loopback: CDX in Wayback's and pywb's forms, TimeMaps, and raw mementos."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NAMES = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]


class SmallArchive(ThreadingHTTPServer):
    """Answers `/cdx/search/cdx` and `/web/…` as Wayback does, `/coll/cdx` as pywb does, and `/timemap/URL`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.captures: dict[tuple[str, str], tuple[int, bytes, dict[str, str]]] = {}
        """(timestamp, URL) -> status, body and the original's headers."""
        self.torn = False
        """Whether lines of the index are damaged."""
        self.refusing = 0
        """How many of the next requests for mementos are answered with 429."""
        self.page = 100
        self.hits: list[str] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def add(self, stamp: str, url: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        self.captures[stamp, url] = (status, body, {"Content-Type": "text/html; charset=utf-8"} | headers)

    def rows(self, query: dict[str, list[str]]) -> list[list[str]]:
        url, prefix = query["url"][0], query.get("matchType") == ["prefix"]
        first, last = query.get("from", ["0"])[0], query.get("to", ["9"])[0]
        return [
            [one, stamp, one, headers["Content-Type"].partition(";")[0], str(status), f"D{hash(body)}", "1"]
            for (stamp, one), (status, body, headers) in sorted(self.captures.items(), key=lambda c: (c[0][1], c[0][0]))
            if first <= stamp <= last and (one == url or (prefix and one.startswith(url)))
        ]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SmallArchive

    def log_message(self, *_: Any) -> None:
        pass

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path, archive = self.path, self.server
        archive.hits.append(path)
        query = parse_qs(urlsplit(path).query)
        if path.startswith("/cdx/search/cdx"):
            self.wayback(query)
        elif path.startswith("/coll/cdx"):
            keys = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length")
            lines = [json.dumps(dict(zip(keys, row, strict=True))) for row in archive.rows(query)]
            if archive.torn:
                lines[1:1] = ["{torn", "nonsense"]
            self.send("\n".join(lines).encode())
        elif path.startswith("/timemap/"):
            self.timemap(path.removeprefix("/timemap/"))
        elif path.startswith(("/web/", "/coll/")):
            self.memento(path.split("/", 2)[2])
        else:
            self.send(b"no", 404)

    def wayback(self, query: dict[str, list[str]]) -> None:
        rows, start = self.server.rows(query), int(query.get("resumeKey", ["0"])[0])
        page = rows[start : start + self.server.page]
        lines = [json.dumps(row) for row in ([NAMES, *page] if page else [])]
        if start + self.server.page < len(rows):
            lines += ["[]", json.dumps([str(start + self.server.page)])]
        self.send(("[" + ",\n".join(lines) + "]").encode())

    def timemap(self, url: str) -> None:
        links = [f'<{url}>; rel="original"', f'<{self.server.url(self.path)}>; rel="self"']
        for stamp, one in sorted(self.server.captures):
            if one == url:
                uri = self.server.url(f"/web/{stamp}/{one}")
                links.append(f'<{uri}>; rel="memento"; datetime="{_date(stamp)}"')
        if self.server.torn:
            links.insert(3, "damaged; <")
        self.send(",\n".join(links).encode())

    def memento(self, rest: str) -> None:
        stamp, _, url = rest.partition("/")
        found = self.server.captures.get((stamp.removesuffix("id_"), url))
        if self.server.refusing:
            self.server.refusing -= 1
            self.send(b"slower", 429, Retry_After="3600")
        elif found is None or not stamp.endswith("id_"):
            self.send(b"not archived", 404)
        else:
            status, body, headers = found
            link = f'<{url}>; rel="original", <{self.server.url(self.path)}>; rel="memento"'
            original = {f"X-Archive-Orig-{name}": value for name, value in headers.items()}
            own = {"Content-Type": headers["Content-Type"], "Memento-Datetime": _date(stamp[:14]), "Link": link}
            self.send(body, status, **own, **original)


def _date(stamp: str) -> str:
    return format_datetime(datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC), usegmt=True)


@contextmanager
def small_archive() -> Iterator[SmallArchive]:
    server = SmallArchive()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
