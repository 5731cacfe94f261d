"""Runs a page's scripts: from the bytes that were captured to the markup that a reader's browser would show.

Not scrapy-playwright, which lets the browser fetch: the guard would see its URLs and not the addresses that it connects
to, the body would be decoded already, and neither places at a host nor back-offs would hold for it. Here the browser
has no network. Every request that it makes is answered by the crawl itself, which asks for it like for any page.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal
from urllib.parse import urldefrag

import attrs

from crawler.rendering.chromium import Chromium
from storage.errors import BackissueError

# A page asks for some 20 scripts and answers to them; what asks for more than a hundred shows advertisements.
MAX_REQUESTS = 100
MAX_BYTES = 32 * 1024 * 1024
# Of the markup: the same as of a page on the wire.
MAX_MARKUP = 16 * 1024 * 1024

# Seconds without a request after which nothing more is to come is Playwright's half; this is how long to wait for that
# after the page has loaded. Pages that never stop asking are taken as they are then.
SETTLE_SECONDS = 5.0

# Nothing that is read of a page comes from these.
_NOT_READ = frozenset({"image", "media", "font", "texttrack", "manifest", "ping", "cspviolationreport", "websocket"})

# What is about this connection or would say more of us than the crawl does.
_OURS = frozenset({"host", "connection", "user-agent", "cookie", "accept-encoding", "content-length", "if-none-match",
                   "if-modified-since", "range", "proxy-authorization"})  # fmt: skip
# Of a body that is decoded and whole.
_OF_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding", "set-cookie"})


class RenderFailed(BackissueError):
    """A page's scripts kept the browser busy, broke it, or made more than is kept."""

    def __init__(self, url: str, why: str):
        super().__init__(f"{url} could not be rendered: {why}. Try again later, or leave `render` off for its source.")


@attrs.frozen
class Answer:
    """What a script gets for its question."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """Decoded."""


Fetch = Callable[[str, Mapping[str, str]], Awaitable[Answer | str]]
"""Asks for a URL with these headers beside the crawl's own. A word says why there is no answer."""


@attrs.frozen(kw_only=True)
class Page:
    """A page as it was captured."""

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """Decoded."""


@attrs.define(kw_only=True)
class Renderer:
    """The browser as one source uses it."""

    chromium: Chromium
    fetch: Fetch
    user_agent: str
    seconds: float
    """For the whole of a page."""
    cookies: Callable[[str], Mapping[str, str]] = lambda url: {}
    """Those that a page's scripts may see."""
    refused: Counter[str] = attrs.field(factory=Counter)
    """Requests of pages that were not answered: reason -> count."""

    async def markup(self, page: Page) -> bytes:
        """The page's markup after its scripts have run, in UTF-8. Raises RenderFailed and RenderUnavailable."""
        from playwright.async_api import Error

        async with self.chromium.gate:
            while True:
                kills = self.chromium.kills
                try:
                    return await self._once(page)
                except Error as error:
                    if self.chromium.kills != kills:
                        # Another page had to be stopped, and the browser with it.
                        continue
                    said = str(error).strip().splitlines()
                    raise RenderFailed(page.url, said[0][:160] if said else "the browser gave up") from error

    async def _once(self, page: Page) -> bytes:
        context = await self.chromium.context(
            user_agent=self.user_agent, service_workers="block", accept_downloads=False
        )
        try:
            # Scripts in an endless loop answer no question, whatever its own limit.
            return await asyncio.wait_for(self._run(context, page), self.seconds + SETTLE_SECONDS)
        except TimeoutError as error:
            await self.chromium.kill()
            raise RenderFailed(page.url, f"it kept the browser busy for {self.seconds:g} s") from error
        finally:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(context.close(), SETTLE_SECONDS)

    async def _run(self, context: Any, page: Page) -> bytes:
        from playwright.async_api import TimeoutError as TookTooLong  # of Playwright, no kin of Python's own

        until = time.monotonic() + self.seconds
        if cookies := self.cookies(page.url):
            await context.add_cookies([{"name": n, "value": v, "url": page.url} for n, v in cookies.items()])
        visit = _Visit(self, page)
        await context.route("**/*", visit.answer)
        await context.route_web_socket("**/*", visit.no_socket)
        tab = await context.new_page()
        context.on("page", visit.no_window)
        with contextlib.suppress(TookTooLong):
            await tab.goto(page.url, wait_until="load", timeout=self.seconds * 1000)
            left = max(0.1, min(SETTLE_SECONDS, until - time.monotonic()))
            await tab.wait_for_load_state("networkidle", timeout=left * 1000)
        if tab.url.startswith("chrome-error:"):
            raise RenderFailed(page.url, "the browser shows an error in its place")
        markup: str = await tab.content()
        data = markup.encode("utf-8", "replace")
        if len(data) > MAX_MARKUP:
            raise RenderFailed(page.url, f"its markup is larger than {MAX_MARKUP >> 20} MiB")
        return data


# Playwright notes something of its own on the object whose methods it calls.
@attrs.define(slots=False)
class _Visit:
    """The requests of one page, answered here."""

    _renderer: Renderer
    _page: Page
    _asked: int = 0
    _bytes: int = 0
    _shown: bool = False

    async def answer(self, route: Any) -> None:
        """Answer a request of the browser. The page may be gone by the time that there is an answer."""
        from playwright.async_api import Error

        with contextlib.suppress(Error):
            await self._answer(route)

    async def _answer(self, route: Any) -> None:
        request = route.request
        if self._is_the_page(request):
            self._shown = True
            await route.fulfill(status=200, headers=_headers(self._page.headers), body=self._page.body)
            return
        reason: str | None = self._reason_against(request)
        if reason is None:
            self._asked += 1
            sent = {name: value for name, value in request.headers.items() if _may_be_sent(name)}
            found = await self._renderer.fetch(request.url, sent)
            if isinstance(found, Answer) and self._bytes + len(found.body) <= MAX_BYTES:
                self._bytes += len(found.body)
                await route.fulfill(status=found.status, headers=_headers(found.headers), body=found.body)
                return
            reason = found if isinstance(found, str) else "too_large"
        self._renderer.refused[reason] += 1
        # A page that goes elsewhere stays as it is; any other error would put the browser's own page in its place.
        await route.abort("aborted" if reason == "navigation" else "blockedbyclient")

    def _is_the_page(self, request: Any) -> bool:
        own = urldefrag(request.url)[0] == urldefrag(self._page.url)[0]
        return own and not self._shown and bool(request.is_navigation_request())

    def _reason_against(self, request: Any) -> Literal["kind", "method", "navigation", "too_many"] | None:
        if request.is_navigation_request():
            # Of the page itself to another, or of a frame, whose text is not read.
            return "navigation"
        if request.resource_type in _NOT_READ:
            return "kind"
        if request.method != "GET":
            # A visit changes nothing at the site.
            return "method"
        return "too_many" if self._asked >= MAX_REQUESTS else None

    async def no_window(self, window: Any) -> None:
        """Close what the page opens beside itself."""
        from playwright.async_api import Error

        self._renderer.refused["window"] += 1
        with contextlib.suppress(Error):
            await window.close()

    async def no_socket(self, socket: Any) -> None:
        self._renderer.refused["websocket"] += 1
        await socket.close()


def _may_be_sent(name: str) -> bool:
    return name.lower() not in _OURS and not name.lower().startswith(("sec-", ":"))


def _headers(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        if (lower := name.lower()) not in _OF_TRANSFER:
            found[lower] = f"{found[lower]}, {value}" if lower in found else value
    return found
