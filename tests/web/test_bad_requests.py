"""Every address, asked wrongly in every way: a 4xx with one clear sentence, never a traceback. New routes, too."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode

import anyio
import attrs
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from storage.folder import Folder
from tests.web.made_up import DAY, QUAY, START, VERSIONS, Frozen, harbour
from tests.web.serving import client_of
from web.app import create_app
from web.replay import create_replay_app
from web.settings import Settings

METHODS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X" * 40)
# What no number, date, name, cursor or URL looks like.
WRONG = (
    "0", "-1", "1.5", "1e9", "999999999999999999999999", "abc", "\0", "é", "١٢", "1 OR 1=1", "' --", "%", "[", "\\",
    "2026-13-45", "0000", "99999999999999", "*", "http://", "http://[::1", "javascript:alert(1)", "{{7*7}}", "\ud83d",
    "x" * 2500, "eyJhIjoxfQ==", "..", "\r\nX-Evil: 1", "true", "null",
)  # fmt: skip
PARAMETERS = (
    "after", "before", "limit", "day", "from", "to", "q", "url", "source", "scope", "sort", "view", "whole", "cut",
    "still", "next", "page", "cursor", "at", "collapse", "filter", "fl", "output", "matchType", "resumeKey", "offset",
    "pageSize", "showNumPages", "showResumeKey", "headline", "language", "access", "author", "title", "tag", "kind",
    "host", "site", "order", "format", "count", "since", "until", "snapshot", "as_of",
)  # fmt: skip
HEADERS = (
    {"If-None-Match": "\\"}, {"If-Modified-Since": "yesterday"}, {"Range": "bytes=9-1,x"}, {"Accept": ";;;"},
    {"Accept-Datetime": "yesterday"}, {"Cookie": "=;;=\x7f; backissue-8090=.."}, {"Accept-Language": "\xff"},
    {"X-Forwarded-For": "evil"}, {"X-Forwarded-Host": "evil.example"}, {"X-HTTP-Method-Override": "DELETE"},
    {"Expect": "100-continue"}, {"Content-Length": "5"}, {"Transfer-Encoding": "chunked"}, {"Upgrade": "websocket"},
)  # fmt: skip
TRAVERSAL = Path(__file__).resolve().parents[3] / "shared" / "hostile" / "traversal"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return harbour(tmp_path_factory.mktemp("harbour") / "archive")


@pytest.fixture(scope="module", params=["web page", "replay"])
def client(folder: Folder, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    create = create_app if request.param == "web page" else create_replay_app
    app = create(folder, settings=Settings(replay_port=8091), clock=Frozen(when=START + VERSIONS * DAY))
    with client_of(app, follow_redirects=False) as made:
        yield made


def routes(found: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[str, Route | Mount]]:
    """Every route of an application with its whole path."""
    for route in found:
        if isinstance(route, Mount) and route.routes:
            yield from routes(route.routes, prefix + route.path)
        elif isinstance(route, Route | Mount):
            yield prefix + route.path, route


def paths(client: TestClient) -> dict[str, set[str]]:
    """Path -> the methods that it takes."""
    app = client.app
    assert isinstance(app, Starlette)
    found: dict[str, set[str]] = {}
    for path, route in routes(app.routes):
        path += "/{file}" if isinstance(route, Mount) else ""
        methods = route.methods if isinstance(route, Route) and route.methods else {"GET", "HEAD"}
        found.setdefault(path, set()).update(methods)
    return found


def filled(path: str, value: str) -> str:
    return re.sub(r"\{[^}]*\}", lambda _: quote(value.encode(errors="surrogatepass"), safe=""), path)


def is_refused(answer: Any, *, fine: bool = False) -> bool:
    """Whether it is a 4xx (or, where that is `fine`, no error) that tells one thing, and no traceback."""
    status = answer.status_code
    if status < 400:
        return fine
    told = answer.text if "html" not in answer.headers["content-type"] else answer.text.partition("<main")[2]
    said = re.sub(r"<[^>]*>", " ", told).strip()
    return status < 500 and len(said) > 20 and "Traceback" not in answer.text and "Error:" not in answer.text


def test_every_address_refuses_methods_that_it_does_not_take(client: TestClient) -> None:
    wrong = []
    for path, allowed in paths(client).items():
        for method in METHODS:
            if method in allowed:
                continue
            answer = client.request(method, filled(path, "1"))
            told = set(answer.headers.get("allow", "").replace(" ", "").split(","))
            if answer.status_code != 405 or told != allowed or not is_refused(answer):
                wrong.append((path, method, answer.status_code, told))
    assert wrong == []


def test_every_address_that_takes_something_refuses_other_content_types(client: TestClient) -> None:
    kinds = ("text/plain", "multipart/form-data; boundary=x", "text/xml", "", "application/json; x", "a/b", "\xff")
    wrong = []
    for path, allowed in paths(client).items():
        if "POST" not in allowed:
            continue
        for kind in kinds:
            if "json" in kind and path.startswith("/api/"):
                continue
            answer = client.post(filled(path, "1"), content=b"a=b", headers=[(b"Content-Type", kind.encode("latin-1"))])  # type: ignore[arg-type]
            if answer.status_code != 415 or not is_refused(answer):
                wrong.append((path, kind, answer.status_code))
    assert wrong == []


def test_every_address_refuses_a_body_that_is_too_large(client: TestClient) -> None:
    for path, allowed in paths(client).items():
        method = "POST" if "POST" in allowed else "GET"
        kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
        answer = client.request(method, filled(path, "1"), content=b"x" * 70_000, headers={"Content-Type": kind})
        assert (path, answer.status_code) == (path, 413)

        def pieces() -> Iterator[bytes]:
            yield from [b"x" * 7_000] * 10

        if method == "POST":
            answer = client.post(filled(path, "1"), content=pieces(), headers={"Content-Type": kind})
            assert (path, answer.status_code) == (path, 413)
    assert client.get("/runs?" + "q" * 9_000).status_code == 414
    assert client.get("/runs", headers={f"X-{n}": "1" for n in range(120)}).status_code == 431
    assert client.get("/runs", headers={"X": "1" * 20_000}).status_code == 431
    for length in ("-1", "x", "1" * 30):
        assert client.get("/runs", headers={"Content-Length": length}).status_code == 400


def test_every_address_stands_what_no_address_looks_like(client: TestClient) -> None:
    wrong = []
    for path, allowed in paths(client).items():
        if "{" not in path or "GET" not in allowed:
            continue
        for value in WRONG:
            answer = client.get(filled(path, value))
            fine = answer.status_code in (302, 307) or value in ("0", "*", "..")
            if not is_refused(answer, fine=fine):
                wrong.append((path, value[:40], answer.status_code, answer.text[:200]))
    assert wrong == []


def test_every_address_stands_questions_that_cannot_be_answered(client: TestClient) -> None:
    """Each parameter with some of what is wrong, and all of them with each at once."""
    wrong, values = [], cycle(WRONG)
    for path, allowed in paths(client).items():
        if "GET" not in allowed:
            continue
        ways: list[dict[str, Any]] = [{name: next(values)} for name in PARAMETERS]
        ways += [dict.fromkeys(PARAMETERS, value) for value in WRONG[::3]]
        ways += [{"limit": "9" * number, "url": QUAY} for number in (3, 6, 19, 40)]
        for way in ways:
            way = {name: value.encode(errors="surrogatepass") for name, value in way.items()}
            for one in ("1", QUAY) if "{" in path else ("1",):
                answer = raw(client, f"{filled(path, one)}?{urlencode(way)}".encode())
                if not is_refused(answer, fine=True):
                    wrong.append((path, one, str(way)[:100], answer.status_code, answer.text[:200]))
    assert wrong == []


def test_every_address_stands_headers_that_say_nothing(client: TestClient) -> None:
    wrong = []
    for path in paths(client):
        for headers in HEADERS:
            lines = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            answer = client.get(filled(path, "1"), headers=lines)  # type: ignore[arg-type]
            if not is_refused(answer, fine=True) or "evil" in answer.headers.get("location", ""):
                wrong.append((path, headers, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    "cursor", ["x", "0", "2026", "2026-03-02T00:00:00Z", "2026-03-02~x", "~", "\0", "-1", "a" * 999]
)
def test_a_tampered_cursor_is_refused(client: TestClient, cursor: str) -> None:
    if isinstance(client.app, Starlette) and len(client.app.routes) == 1:
        return
    for path in ("/new", "/changes", "/gone", "/stories", "/sources/ledger"):
        answer = client.get(path, params={"after": cursor})
        assert answer.status_code == 400, path
        assert is_refused(answer)
    assert client.get("/queue", params={"before": cursor}).status_code == (200 if cursor.isdecimal() else 400)


def payloads(step: int) -> list[str]:
    lines = [
        line
        for file in sorted(TRAVERSAL.glob("*.txt"))
        for line in file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    ]
    found = list(dict.fromkeys(line.replace("{FILE}", "etc/passwd") for line in lines if line.strip()))
    return found[::step]


@pytest.mark.skipif(not TRAVERSAL.is_dir(), reason="shared/hostile is not on this machine")
@pytest.mark.parametrize("step", [17, pytest.param(1, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_no_path_leads_out_of_the_archive(client: TestClient, step: int) -> None:
    wrong = []
    for payload in payloads(step):
        path = payload.lstrip("/")
        for prefix in ("/", "/static/", "/sources/", "/snapshots/", "/web/2026/"):
            answer = raw(client, (prefix + path).encode(errors="surrogateescape"))
            if answer.status_code not in (400, 404) or "root:" in answer.text or "Traceback" in answer.text:
                wrong.append((prefix, payload, answer.status_code))
    assert wrong == []


@attrs.frozen
class Answer:
    """What `is_refused` looks at."""

    status_code: int
    headers: Mapping[str, str]
    text: str


def raw(client: TestClient, target: bytes) -> Answer:
    """The answer to a target as it is, which no client would send and some do; in a fifth of the time of a client's.

    What the application fails over is raised.
    """
    path, _, query = target.partition(b"?")
    path = path.partition(b"#")[0]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"), "raw_path": path, "query_string": query,
        "root_path": "", "headers": [(b"host", b"127.0.0.1:8090")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8090),
    }  # fmt: skip
    said: list[Any] = []

    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        # After the request the client says nothing more.
        return next(asked, None) or await anyio.sleep_forever()

    async def send(message: Any) -> None:
        said.append(message)

    assert client.portal is not None
    client.portal.call(client.app, scope, receive, send)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in said[0]["headers"]}
    text = b"".join(message.get("body", b"") for message in said[1:]).decode("utf-8", "replace")
    return Answer(said[0]["status"], headers, text)
