"""What a page shows in its article's place is a visit, and never displaces the article."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

SENTENCE = "The council of Brackwater met on Tuesday and agreed to mend the eastern quay before the winter storms. "
HEAD = '<meta property="og:type" content="article"><title>Quay mended</title>'
PAID = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
WALL = '<div class="paywall"><p>Subscribe to read on.</p><a href="/login">Log in</a></div>'


def whole(extra: str = "") -> str:
    text = "".join(f"<p>{n}. {SENTENCE * 2}</p>" for n in range(8))
    return f"<html><head>{HEAD}{extra}</head><body><article><h1>Quay mended</h1>{text}</article></body></html>"


def shifted(text: str) -> str:
    return "".join(chr(ord(c) + 1) if c.isalpha() and c.lower() != "z" else c for c in text)


STATES: dict[str, tuple[int, str]] = {
    "teaser": (
        200,
        f"<html><head>{HEAD}{PAID}</head><body><article><h1>Quay mended</h1><p>{SENTENCE}</p><p>{SENTENCE} And so …</p>"
        f"</article>{WALL}</body></html>",
    ),
    "scrambled": (
        200,
        f"<html><head>{HEAD}</head><body><article><h1>Quay mended</h1><p>{SENTENCE * 2}</p>"
        + "".join(f"<p>{shifted(f'{n} {SENTENCE * 2}')}</p>" for n in "abc")
        + "</article></body></html>",
    ),
    "paywall": (
        200,
        f"<html><head>{HEAD}{PAID}</head><body><article><h1>Quay mended</h1></article>{WALL}</body></html>",
    ),
    "consent": (200, '<html><title>We value your privacy</title><form action="/consent"><button>OK</button></form>'),
    "blocked": (200, "<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>"),
    "blocked-403": (403, "<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>"),
    "login": (200, "<html><title>Sign in</title><h1>Sign in</h1><form><input type=password></form>"),
    "soft_404": (200, "<html><title>Page not found</title><h1>Page not found</h1>"),
}
AFTER_WHOLE = {
    "teaser": "degraded",
    "scrambled": "degraded",
    "paywall": "degraded",
    "consent": "degraded",
    "blocked": "blocked",
    "blocked-403": "blocked",
    "login": "degraded",
    "soft_404": "gone",
}
AT_FIRST = AFTER_WHOLE | {
    "teaser": "new",
    "scrambled": "new",
    "paywall": "new",
    "consent": "not_article",
    "login": "not_article",
    "soft_404": "not_article",
}


class Site(ThreadingHTTPServer):
    """Serves, under any path, what the path's last part names; the whole article until `walled` is set."""

    daemon_threads = True
    walled = False

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        state = self.path.rpartition("/")[2]
        status, body = STATES[state] if self.server.walled and state in STATES else (200, whole())
        self.send_response(404 if self.path == "/robots.txt" else status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def paper() -> Iterator[Site]:
    server = Site(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_no_degraded_state_displaces_the_whole_article(paper: Site, backissue: Any) -> None:
    urls = {state: paper.url(f"/news/{state}") for state in STATES}
    first = backissue.archived(*urls.values())
    assert {row["outcome"] for row in first.values()} == {"new"}
    paper.walled = True
    second = backissue.archived(*urls.values())
    assert {state: second[url]["outcome"] for state, url in urls.items()} == AFTER_WHOLE
    for url in urls.values():
        assert second[url]["snapshot"] is None
        assert second[url]["error"]
        shown = backissue.json("show", "--json", url)[0]
        assert (shown["snapshot"], shown["access"]) == (first[url]["snapshot"], "open")
    paper.walled = False
    third = backissue.archived(*urls.values())
    assert {row["outcome"] for row in third.values()} == {"unchanged"}
    assert {url: row["snapshot"] for url, row in third.items()} == {url: row["snapshot"] for url, row in first.items()}


def test_a_state_that_shows_something_is_kept_where_there_is_nothing_better(paper: Site, backissue: Any) -> None:
    paper.walled = True
    urls = {state: paper.url(f"/news/{state}") for state in STATES}
    first = backissue.archived(*urls.values())
    assert {state: first[url]["outcome"] for state, url in urls.items()} == AT_FIRST
    assert first[urls["teaser"]]["access"] == first[urls["scrambled"]]["access"] == "teaser"
    assert first[urls["paywall"]]["access"] == "paywall"
    assert "sjwfs" not in backissue.json("show", "--json", urls["scrambled"])[0]["text"]
    listed = {row["url"] for row in backissue.json("list", "--json")}
    assert listed == {urls["teaser"], urls["scrambled"], urls["paywall"]}
    paper.walled = False
    second = backissue.archived(*urls.values())
    assert {state: second[url]["outcome"] for state, url in urls.items()} == {
        state: "changed" if outcome == "new" else "new" for state, outcome in AT_FIRST.items()
    }
    assert {row["access"] for row in second.values()} == {"open"}
