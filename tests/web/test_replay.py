"""Archived pages in a real browser: they look as they did, and can do nothing."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storage.clock import Clock
from storage.folder import Folder
from tests.conftest import Command, article
from tests.web.browser import Fenced, Framed, chromium
from tests.web.made_archive import FERRY, archive_of, capture, captures, exchange
from tests.web.serving import client_of, served
from web.app import create_app
from web.doors.keys import Keys
from web.replay import create_replay_app
from web.replay.addresses import is_good, token
from web.settings import Settings

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006000557"
    "bfabd40000000049454e44ae426082"
)
NOW = datetime.now(UTC)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def both(archive: Path, around: Callable[[ASGIApp], Any] | None = None, **more: Any) -> Iterator[tuple[str, str]]:
    """The addresses of the web page, in something `around` it, and of the archived pages."""
    with served(create_replay_app(archive, settings=Settings(**more))) as replay:
        settings = Settings(replay_port=int(replay.rpartition(":")[2]), **more)
        app = create_app(archive, settings=settings)
        with served(around(app) if around else app) as main:
            yield main, replay


def with_requisites(site: Any, path: str) -> str:
    head = '<link rel=stylesheet href=/paper.css><script>document.title="ran"</script><script src=/own.js></script>'
    body = article("Rich page", head=head).replace(
        b"<h1>",
        b"<img id=a src=/a.png><img id=b data-src=/b.png><img id=c src=/private.png><img id=d src=/gone.png><h1>",
    )
    kinds = {
        "/paper.css": ("text/css", b'@import "more.css"; h1{color:rgb(1,2,3)} body{background:url(bg.png)}'),
        "/more.css": ("text/css", b"p{color:rgb(4,5,6)}"),
        "/own.js": ("text/javascript", b"document.title='ran'"),
        "/script.png": ("text/javascript", b"document.title='ran'"),
        **{f"/{name}.png": ("image/png", PNG) for name in ("a", "b", "bg", "private")},
    }
    for name, (kind, content) in kinds.items():
        site.made[name], site.made_headers[name] = content, {"kind": kind}
    site.made[path] = body
    site.robots = (200, b"User-agent: *\nDisallow: /private.png\n")
    return str(site.url(path))


def archived(command: Command, *words: str) -> str:
    done = command("archive", "--with-assets", "--allow-private", "--delay", "0", "--workers", "1", *words)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_page_is_shown_with_its_images_and_styles_and_without_its_scripts(site: Any, backissue: Command) -> None:
    url = with_requisites(site, "/2026/rich")
    said = archived(backissue, url)
    assert "1 taken up: 1 new" in said
    assert re.search("1 asset_http_404", said)
    assert re.search("1 asset_robots", said)
    assert not {"/own.js", "/private.png"} & set(site.hits)
    with both(backissue.archive) as (main, replay), chromium() as browser:
        watched = Fenced(browser, main, replay)
        hits = len(site.hits)
        watched.page.goto(f"{main}/snapshots/1/replay", wait_until="load")
        frame = watched.page.frames[1]
        frame.wait_for_load_state("load")
        assert frame.url.startswith(replay)
        seen = frame.evaluate(
            "() => ({h1: getComputedStyle(document.querySelector('h1')).color,"
            " p: getComputedStyle(document.querySelector('p')).color,"
            " wide: [...document.images].map(one => one.naturalWidth), title: document.title, origin: self.origin})"
        )
        assert seen == {
            "h1": "rgb(1, 2, 3)", "p": "rgb(4, 5, 6)", "wide": [1, 1, 0, 0], "title": "Rich page", "origin": "null",
        }  # fmt: skip
        assert any("bg.png" in asked for asked in watched.asked)
        assert watched.did == []
        assert len(site.hits) == hits


def test_requisites_belong_to_their_snapshot_and_are_no_visits(site: Any, backissue: Command) -> None:
    one, other = with_requisites(site, "/2026/rich"), with_requisites(site, "/2026/other")
    archived(backissue, one)
    archived(backissue, other)
    # Those of the first are from the same day, so nothing was asked for twice.
    asked = [path for path in site.hits if path.endswith((".png", ".css"))]
    assert sorted(asked) == sorted({*asked, "/gone.png"} | set()) or asked.count("/a.png") == 1
    assert asked.count("/paper.css") == 1
    (status,) = backissue.json("status", "--json")
    assert [run["taken_up"] for run in status["runs"]] == [1, 1]
    with both(backissue.archive) as (main, _):
        lines = httpx.get(f"{main}/cdx", params={"url": site.url("/*"), "fl": "original,mimetype"}).text.split("\n")
    assert f"{site.url('/a.png')} image/png" in lines


def test_a_source_with_assets_keeps_them(site: Any, backissue: Command) -> None:
    with_requisites(site, "/2026/rich")
    site.made["/feed"] = (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><item><link>{site.url("/2026/rich")}</link>'
        "</item></channel></rss>"
    ).encode()
    site.made_headers["/feed"] = {"kind": "application/rss+xml"}
    backissue.archive.mkdir()
    (backissue.archive / "sources.toml").write_text(
        f'[sources.paper]\nhome = "{site.url("/")}"\nfeeds = ["{site.url("/feed")}"]\nassets = true\n'
        "allow_private = true\ndelay = 0\n"
    )
    done = backissue("crawl", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "/a.png" in site.hits
    assert "/bg.png" in site.hits


@contextmanager
def replayed(archive: Path, *, key: bytes | None = None, clock: Clock | None = None) -> Iterator[httpx.Client]:
    app = create_replay_app(archive, settings=Settings(replay_key=key), clock=clock)
    with served(app) as address, httpx.Client(base_url=address) as client:
        yield client


def test_what_needs_a_key_is_shown_for_an_hour_or_two(tmp_path: Path) -> None:
    archive, key = archive_of(tmp_path / "archive", captures()), b"k" * 32
    good, old = token(key, NOW), token(key, NOW - timedelta(hours=3))
    with replayed(archive, key=key) as client:
        for start in ("", f"/{old}", f"/{token(b'other', NOW)}", f"/{good[:-1]}0", "/0-" + "0" * 32, "/ffffffff-"):
            answer = client.get(f"{start}/20200302100000/{FERRY}")
            assert (answer.status_code in (403, 404), "engine" in answer.text) == (True, False), start
        answer = client.get(f"/{good}/20200302100000/{FERRY}")
        assert answer.status_code == 200
        assert "engine" in answer.text
    for minutes in (0, 59, 60):
        assert is_good(key, good, NOW + timedelta(minutes=minutes))
    assert not is_good(key, good, NOW + timedelta(minutes=121))


def test_the_web_page_gives_out_signed_addresses(site: Any, backissue: Command) -> None:
    backissue.archived(site.url("/story/one"))
    with both(backissue.archive, replay_key=b"k" * 32) as (main, replay):
        page = httpx.get(f"{main}/snapshots/1/replay").text
        address = re.search(r'<iframe[^>]* sandbox=""[^>]* src="([^"]*)"', page)
        assert address is not None
        assert address[1].startswith(replay)
        assert httpx.get(address[1]).status_code == 200
        unsigned = re.sub(r"/[0-9a-f]+-[0-9a-f]{32}/", "/", address[1])
        assert httpx.get(unsigned).status_code == 403
    with served(create_app(backissue.archive)) as main:
        assert "--replay-port" in httpx.get(f"{main}/snapshots/1/replay").text


def test_a_reader_with_a_password_sees_archived_pages_and_nobody_else_does(site: Any, backissue: Command) -> None:
    archived(backissue, with_requisites(site, "/2026/rich"))
    keys = Keys(Folder(backissue.archive))
    keys.set_password("nine herons on the quay")
    with both(backissue.archive, replay_key=b"k" * 32, keys=keys) as (main, replay), chromium() as browser:
        watched = Fenced(browser, main, replay)
        watched.page.goto(f"{main}/snapshots/1/replay", wait_until="load")
        watched.page.get_by_label("Password").fill("nine herons on the quay")
        watched.page.get_by_role("button", name="Log in").click()
        watched.page.wait_for_url(f"{main}/snapshots/1/replay")
        frame = watched.page.frames[1]
        frame.wait_for_load_state("load")
        assert frame.evaluate("[...document.images].map(one => one.naturalWidth)") == [1, 1, 0, 0]
        assert watched.did == []
        assert httpx.get(f"{main}/snapshots/1/replay").status_code == 303
        assert httpx.get(re.sub(r"/[0-9a-f]+-[0-9a-f]{32}/", "/", frame.url)).status_code == 403


def test_what_is_no_page_style_image_or_font_is_not_shown(tmp_path: Path) -> None:
    kinds = ("text/javascript", "application/pdf", "application/json", "text/plain")
    made = [capture(exchange(f"http://a.example/{n}", 2, b"x", ("Content-Type", kind))) for n, kind in enumerate(kinds)]
    made.append(capture(exchange("http://a.example/old", 2, b"", ("Location", "/1?x=1"), status=302)))
    with replayed(archive_of(tmp_path / "archive", made)) as client:
        for n in range(len(kinds)):
            answer = client.get(f"/2020/http://a.example/{n}")
            assert answer.status_code == 400
            assert "is not shown here" in answer.text
        answer = client.get("/20200302100000/http://a.example/old")
        assert answer.headers["location"] == "/20200302100000/http://a.example/1?x=1"
        for path in ("/", "/x", "/20201399/http://a.example/1", "/2020/", "/2020/http://never.example/", "/web/2020/x"):
            answer = client.get(path)
            assert answer.status_code in (400, 404), path
            assert "sandbox" in answer.headers["content-security-policy"]
            assert answer.text.count("\n") == 1


HOSTILE = Path(__file__).resolve().parents[3] / "shared" / "hostile"


def payloads() -> list[bytes]:
    found = [line for file in sorted((HOSTILE / "xss").glob("*.txt")) for line in file.read_bytes().splitlines()]
    return list(dict.fromkeys(line for line in found if line.strip()))


def guards(answer: httpx.Response) -> list[tuple[str, str]]:
    """What an answer lets a browser do."""
    return [(name, value) for name, value in answer.headers.items() if name not in ("link", "x-archive-src", "date")]


class Framable:
    """An application whose pages may stand in a frame, and may do there what they may do by themselves."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def framable(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                del headers["X-Frame-Options"]
                policy = headers["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors *")
                # The page around them is one of ours, and its policy is for what ours may frame.
                headers["Content-Security-Policy"] = re.sub("frame-src [^;]*", "frame-src *", policy)
            await send(message)

        await self.app(scope, receive, framable)


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="shared/hostile is not on this machine")
@pytest.mark.parametrize("step", [150, pytest.param(1, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_nothing_that_a_page_holds_runs_or_leaves(tmp_path: Path, step: int) -> None:
    chosen = payloads()[::step]
    made = [
        capture(exchange(f"http://evil.example/{n}", 2, b"<html><body>" + line + b"</body></html>"))
        for n, line in enumerate(chosen)
    ]
    made.append(capture(exchange("http://evil.example/plain", 2, b"<html><body><p>A plain page</p></body></html>")))
    archive = archive_of(tmp_path / "archive", made)
    raw = "/web/20200302100000id_/http://evil.example/{}"
    with client_of(create_app(archive)) as client:
        for n, line in enumerate(chosen):
            answer, other = client.get(raw.format(n)), client.get(raw.replace("id_", "").format(n))
            assert line in answer.content
            assert (answer.content, guards(answer)) == (other.content, guards(other))
            assert {"sandbox", "frame-ancestors 'none'"} <= set(answer.headers["content-security-policy"].split("; "))
    with both(archive, Framable) as (main, replay), chromium() as browser:
        framed = Framed(browser, main, replay)
        framed.page.goto(f"{main}/runs")
        for start in range(0, len(chosen), 100):
            some = range(start, min(start + 100, len(chosen)))
            framed.load([f"{replay}/2020/http://evil.example/{n}" for n in some])
            framed.load([main + raw.format(n) for n in some])
            assert framed.did == []
        # They were shown, and not held back by the page around them.
        for address in (f"{replay}/2020/http://evil.example/plain", main + raw.format("plain")):
            framed.page.evaluate(
                "src => document.body.append(Object.assign(document.createElement('iframe'), {src}))", address
            )
            framed.page.frame_locator(f'iframe[src="{address}"]').get_by_text("A plain page").wait_for()
        assert len({asked for asked in framed.asked if "evil.example" in asked}) >= 2 * len(chosen) + 2
        assert framed.context.cookies() == []


WILD = b"""<meta http-equiv=refresh content="0;url=http://evil.example/r">
<script>alert(1); fetch("http://evil.example/f"); document.title = "ran"; document.cookie = "a=1"</script>
<img src=http://evil.example/i onerror="document.title='ran'"><link rel=stylesheet href=http://evil.example/s>
<iframe src=http://evil.example/f></iframe><title>still</title>
<form action=http://evil.example/p><input autofocus onfocus="document.title='ran'"></form>
<svg onload="document.title='ran'"><style>@import "http://evil.example/c";</style></svg>
<video src=http://evil.example/v autoplay></video><base href=//evil.example>"""


def test_a_page_without_the_policy_would_have_been_noticed() -> None:
    with chromium() as browser:
        watched = Fenced(browser)
        watched.page.set_content(WILD.decode(), wait_until="commit")
        watched.page.wait_for_timeout(500)
        assert "dialog 1" in watched.did
        assert {"request http://evil.example/f", "request http://evil.example/i"} <= set(watched.did)
        framed = Framed(browser)
        framed.load([f"data:text/html,{quote(WILD)}"])
        assert {"ran alert 1", "request http://evil.example/i"} <= set(framed.did)


def test_the_policy_holds_whatever_markup_gets_through(tmp_path: Path) -> None:
    """The raw payload on our own origin is not rewritten at all: only the policy is between it and the reader."""
    page = b"<html><body>" + WILD + b"</body></html>"
    made = [capture(exchange("http://evil.example/", 2, page))]
    with both(archive_of(tmp_path / "archive", made)) as (main, replay), chromium() as browser:
        for address in (f"{main}/web/20200302100000id_", f"{replay}/20200302100000"):
            watched = Fenced(browser, main, replay)
            watched.page.goto(f"{address}/http://evil.example/", wait_until="load")
            watched.page.wait_for_timeout(300)
            assert watched.did == [], address
            assert watched.page.title() == "still"
