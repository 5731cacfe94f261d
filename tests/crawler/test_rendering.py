"""A real Chromium that runs the scripts of pages: what it shows, what it may ask for, and that it reaches nothing."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.rendering import chromium, renderer
from crawler.rendering.chromium import Chromium, RenderUnavailable
from crawler.rendering.renderer import Answer, Page, Renderer, RenderFailed

URL = "https://news.example/a"
HTML = (("Content-Type", "text/html; charset=utf-8"),)

try:
    PATH = chromium.find()
except RenderUnavailable as unavailable:
    pytest.skip(str(unavailable), allow_module_level=True)


def rendered(
    *bodies: str,
    fetch: Callable[[str, Mapping[str, str]], Awaitable[Answer | str]] | None = None,
    seconds: float = 20,
    cookies: Mapping[str, str] | None = None,
) -> tuple[list[str | Exception], Renderer]:
    """The markup of pages, one after the other in one browser, or what was raised."""

    async def refuse(url: str, headers: Mapping[str, str]) -> str:
        return "address"

    async def run() -> tuple[list[str | Exception], Renderer]:
        browser = Chromium(PATH)
        one = Renderer(
            chromium=browser,
            fetch=fetch or refuse,
            user_agent="backissue-test",
            seconds=seconds,
            cookies=lambda url: cookies or {},
        )
        found: list[str | Exception] = []
        try:
            for body in bodies:
                try:
                    found.append((await one.markup(Page(url=URL, headers=HTML, body=body.encode()))).decode())
                except RenderFailed as error:
                    found.append(error)
        finally:
            await browser.close()
        return found, one

    return asyncio.run(run())


class Canary:
    """Counts whoever comes to it, over TCP and UDP."""

    def __init__(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.tcp.getsockname()[1])
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.visits: list[str] = []
        for listen in (self._tcp, self._udp):
            threading.Thread(target=listen, daemon=True).start()

    def _tcp(self) -> None:
        while True:
            try:
                peer, _ = self.tcp.accept()
            except OSError:
                return
            self.visits.append("tcp")
            peer.close()

    def _udp(self) -> None:
        while True:
            try:
                self.udp.recvfrom(2048)
            except OSError:
                return
            self.visits.append("udp")

    def close(self) -> None:
        self.tcp.close()
        self.udp.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    bird = Canary()
    yield bird
    bird.close()


def test_scripts_and_what_they_ask_for_make_the_page() -> None:
    asked: dict[str, dict[str, str]] = {}

    async def fetch(url: str, headers: Mapping[str, str]) -> Answer:
        asked[url] = dict(headers)
        if url.endswith(".js"):
            code = b"fetch('/api/a?lang=en', {headers: {'X-App': 'reader'}}).then(r => r.json()).then(d => {"
            code += b"document.querySelector('main').textContent = d.text; document.title = navigator.userAgent })"
            return Answer(200, (("Content-Type", "text/javascript"),), code)
        return Answer(200, (("Content-Type", "application/json"),), '{"text": "Grüße vom Kai"}'.encode())

    (markup,), _ = rendered('<!doctype html><title>x</title><main></main><script src="/app.js"></script>', fetch=fetch)
    assert isinstance(markup, str)
    assert "<main>Grüße vom Kai</main>" in markup
    assert "<title>backissue-test</title>" in markup
    assert list(asked) == ["https://news.example/app.js", "https://news.example/api/a?lang=en"]
    sent = asked["https://news.example/api/a?lang=en"]
    assert sent["x-app"] == "reader"
    assert not {"user-agent", "cookie", "accept-encoding"} & set(sent)


EVERY_WAY_OUT = """<!doctype html>
<link rel=preconnect href="HTTP"><link rel=dns-prefetch href="HTTP"><link rel=prefetch href="HTTP/1">
<link rel=icon href="HTTP/2"><link rel=stylesheet href="HTTP/3"><script src="HTTP/4"></script><img src="HTTP/5">
<iframe src="HTTP/6"></iframe><object data="HTTP/7"></object><video src="HTTP/8" autoplay></video>
<form id=f method=post action="HTTP/9"></form><main>here</main>
<script>
  fetch("HTTP/10").catch(() => {}); fetch("HTTP/11", {method: "POST", body: "x", mode: "no-cors"}).catch(() => {});
  navigator.sendBeacon("HTTP/12", "x"); new EventSource("HTTP/13");
  try { new WebSocket("ws://127.0.0.1:PORT/14") } catch (e) {}
  navigator.serviceWorker && navigator.serviceWorker.register("/sw.js").catch(() => {});
  try { new Worker(URL.createObjectURL(new Blob(["fetch('HTTP/15'); new WebSocket('ws://127.0.0.1:PORT/16')"]))) }
  catch (e) {}
  const peer = new RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:PORT"}, {urls: "turn:127.0.0.1:PORT",
    username: "u", credential: "p"}]});
  peer.createDataChannel("x"); peer.createOffer().then(o => peer.setLocalDescription(o));
  try { new WebTransport("https://127.0.0.1:PORT/19").ready.catch(() => {}) } catch (e) {}
  const frame = document.createElement("iframe"); document.body.append(frame);
  new frame.contentWindow.RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:PORT"}]}).createOffer(
    {offerToReceiveAudio: true});
  window.open("HTTP/17"); document.getElementById("f").submit(); setTimeout(() => location = "HTTP/18", 100);
  document.title = "to the end";
</script>"""


def test_nothing_that_a_page_tries_goes_past_the_crawl(canary: Canary) -> None:
    body = EVERY_WAY_OUT.replace("HTTP", f"http://127.0.0.1:{canary.port}").replace("PORT", str(canary.port))
    (markup,), one = rendered(body, seconds=4)
    assert isinstance(markup, str)
    assert "<main>here</main>" in markup
    assert "<title>to the end</title>" in markup
    time.sleep(0.5)
    assert canary.visits == []
    assert {"address", "kind", "navigation", "method"} <= set(one.refused)


def test_a_page_that_never_ends_is_stopped_and_the_next_one_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    # It keeps a processor busy for as long as it is waited for, twice.
    monkeypatch.setattr(renderer, "SETTLE_SECONDS", 1.0)
    found, _ = rendered("<script>while (true) {}</script>", "<p>after</p>", seconds=2)
    assert isinstance(found[0], RenderFailed)
    assert "kept the browser busy" in str(found[0])
    assert isinstance(found[1], str)
    assert "<p>after</p>" in found[1]


def test_markup_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "MAX_MARKUP", 100_000)
    (found,), _ = rendered("<body><script>document.body.textContent = 'x'.repeat(200000)</script>")
    assert isinstance(found, RenderFailed)
    assert "is larger than" in str(found)


def test_a_page_that_asks_without_end_gets_a_hundred_answers() -> None:
    asked: list[str] = []

    async def fetch(url: str, headers: Mapping[str, str]) -> Answer:
        asked.append(url)
        return Answer(200, (), b"x")

    script = "<p></p><script>for (let n = 0; n < 150; n++) fetch('/' + n).catch(() => {})</script>"
    _, one = rendered(script, fetch=fetch)
    assert len(asked) == 100
    assert one.refused["too_many"] == 50


def test_scripts_see_the_cookie_that_says_yes() -> None:
    (markup,), _ = rendered(
        "<main></main><script>document.querySelector('main').textContent = document.cookie</script>",
        cookies={"consent": "yes"},
    )
    assert isinstance(markup, str)
    assert "<main>consent=yes</main>" in markup


def test_where_there_is_no_chromium_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKISSUE_CHROMIUM", "/no/such/chromium")
    with pytest.raises(RenderUnavailable, match="names /no/such/chromium, which is no program"):
        chromium.find()
    monkeypatch.delenv("BACKISSUE_CHROMIUM")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RenderUnavailable, match="Install one, or name it in BACKISSUE_CHROMIUM"):
        chromium.find()


FRAME = """<!doctype html><html lang=en><head><title>Ledger</title><meta property="og:type" content="article"></head>
<body><div id=app>Please wait.</div><script>
fetch("/api/quay.json").then(r => r.json()).then(d => { document.title = d.title;
  document.getElementById("app").innerHTML = "<article><h1>" + d.title + "</h1>" +
    d.text.map(t => "<p>" + t + "</p>").join("") + "</article>" });
CANARY
</script></body></html>"""


def publish(site: Any, title: str) -> None:
    sentence = "The council of Brackwater met on Tuesday and agreed to mend the eastern quay before the winter storms."
    text = [f"{n}. {title}: {sentence}" for n in range(6)]
    site.made["/api/quay.json"] = json.dumps({"title": title, "text": text}).encode()


def records(archive: Path) -> list[tuple[str, str, str | None, bytes]]:
    found = []
    for file in sorted((archive / "warc").glob("*.warc.gz"), key=lambda path: path.stat().st_mtime):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                headers = record.rec_headers
                found.append(
                    (
                        record.rec_type,
                        headers.get_header("WARC-Record-ID"),
                        headers.get_header("WARC-Refers-To"),
                        record.content_stream().read(),
                    )
                )
    return found


def test_a_page_of_scripts_has_its_text_its_edits_and_its_records(site: Any, backissue: Any) -> None:
    page = site.url("/story-of-scripts/the-quay")
    site.made["/story-of-scripts/the-quay"] = FRAME.replace("CANARY", "").encode()
    site.made["/map.xml"] = (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{page}</loc></url></urlset>'.encode()
    )
    publish(site, "Quay mended")
    backissue.archive.mkdir(parents=True)
    text = f'[sources.paper]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/map.xml")}"]\ndelay = 0\n'
    (backissue.archive / "sources.toml").write_text(text + "allow_private = true\nrender = true\n", encoding="utf-8")
    (row,) = backissue.json("crawl", "--json")
    assert (row["outcome"], row["title"]) == ("new", "Quay mended")
    kinds = {kind: (own, of, body) for kind, own, of, body in records(backissue.archive)}
    assert kinds["conversion"][1] == kinds["response"][0]
    assert b"<h1>Quay mended</h1>" in kinds["conversion"][2]
    assert kinds["response"][2] == site.made["/story-of-scripts/the-quay"]
    again(backissue)
    (row,) = backissue.json("crawl", "--json")
    assert row["outcome"] == "unchanged"
    assert [kind for kind, *_ in records(backissue.archive)].count("conversion") == 1
    publish(site, "Quay mended twice")
    again(backissue)
    (row,) = backissue.json("crawl", "--json")
    assert (row["outcome"], row["title"]) == ("changed", "Quay mended twice")
    rows = backissue.json("reextract", "--all", "--json")
    assert [one["outcome"] for one in rows] == ["same", "same"]


def again(backissue: Any) -> None:
    """Make all pages due."""
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        connection.execute("UPDATE frontier SET due_at = '2000-01-01 00:00:00.000000' WHERE kind = 'article'")


def test_what_scripts_ask_for_passes_the_guard_and_is_counted(
    site: Any, http_proxy: Any, canary: Canary, backissue: Any
) -> None:
    host = "news.brackwater.org"
    inside = f'fetch("http://127.0.0.1:{canary.port}/").catch(() => {{}}); fetch("/secret/x").catch(() => {{}});'
    site.made["/story-of-scripts/the-quay"] = FRAME.replace("CANARY", inside).encode()
    page = f"http://{host}/story-of-scripts/the-quay"
    site.made["/map.xml"] = (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{page}</loc></url></urlset>'.encode()
    )
    publish(site, "Quay mended")
    backissue.archive.mkdir(parents=True)
    text = f'[sources.paper]\nhome = "http://{host}/"\nsitemaps = ["http://{host}/map.xml"]\ndelay = 0\nrender = true\n'
    text += f'proxy = "http://127.0.0.1:{http_proxy.port}"\n'
    (backissue.archive / "sources.toml").write_text(text, encoding="utf-8")
    (row,) = backissue.json("crawl", "--json")
    assert (row["outcome"], row["title"]) == ("new", "Quay mended")
    assert canary.visits == []
    assert "/secret/x" not in site.hits
    skipped = backissue.json("status", "--json")[0]["runs"][0]["skipped"]
    assert skipped["subrequest_address"] == 1
    assert skipped["subrequest_robots"] == 1


def programs() -> dict[int, tuple[int, str]]:
    """The parent and the name of each process that runs, by number."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name, rest = (process / "stat").read_text().partition("(")[2].rsplit(")", 1)
            state, parent, *_ = rest.split()
            if state != "Z":
                found[int(process.name)] = (int(parent), name)
    return found


def below(root: int) -> dict[int, str]:
    """The processes that one has started, and those that these have."""
    running, found = programs(), dict[int, str]()
    while more := {n: name for n, (parent, name) in running.items() if parent in {root, *found} and n not in found}:
        found |= more
    return found


BUSY = "fetch('/begun').then(() => { while (true) {} })"
ASKS = "fetch('/begun'); setInterval(() => fetch('/again'), 50)"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look for processes in")
@pytest.mark.parametrize(
    ("script", "to_all"),
    [(BUSY, False), (BUSY, True), (ASKS, True)],
    ids=["a busy page", "a busy page, from a terminal", "a page that never stops asking, from a terminal"],
)
def test_a_ctrl_c_while_chromium_renders_ends_all_within_seconds(
    site: Any, backissue: Any, script: str, to_all: bool
) -> None:
    page = site.url("/story-of-scripts/the-quay")
    site.made["/story-of-scripts/the-quay"] = f"<!doctype html><p>Wait.</p><script>{script}</script>".encode()
    site.made["/map.xml"] = (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{page}</loc></url></urlset>'.encode()
    )
    backissue.archive.mkdir(parents=True)
    text = f'[sources.paper]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/map.xml")}"]\ndelay = 0\n'
    (backissue.archive / "sources.toml").write_text(text + "allow_private = true\nrender = true\n", encoding="utf-8")
    crawl: Any
    if to_all:
        crawl = backissue.start("crawl")
    else:
        # Cold, so that its workers are seen to end too.
        crawl = subprocess.Popen(
            backissue.args("crawl"), stderr=subprocess.PIPE, text=True, start_new_session=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
    while "/begun" not in site.hits and crawl.poll() is None:
        time.sleep(0.02)
    started = below(crawl.pid)
    assert any("chrom" in name for name in started.values())
    begun = time.monotonic()
    if to_all:
        os.killpg(crawl.pid, signal.SIGINT)
    else:
        crawl.send_signal(signal.SIGINT)
    _, told = crawl.communicate(timeout=60)
    took = time.monotonic() - begun
    assert crawl.returncode == 130, told
    assert "taken up" in told
    assert took < 20
    until = time.monotonic() + 10
    while (left := started.keys() & programs().keys()) and time.monotonic() < until:
        time.sleep(0.05)
    assert {started[number] for number in left} == set()


def test_a_crawl_without_chromium_says_so_and_fetches_nothing(
    site: Any, backissue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKISSUE_CHROMIUM", "/no/such/chromium")
    backissue.archive.mkdir(parents=True)
    text = f'[sources.paper]\nhome = "{site.url("/")}"\nallow_private = true\nrender = true\n'
    (backissue.archive / "sources.toml").write_text(text, encoding="utf-8")
    done = backissue("crawl")
    assert done.returncode == 1
    assert "names /no/such/chromium" in done.stderr
    assert site.hits == []
