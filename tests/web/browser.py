"""A real Chromium, where one is on this machine, and pages in it that are watched."""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # What a test fails to hold back goes nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; skips the test where there is none on this machine."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page that notes what it asks for and what it says."""

    def __init__(self, context: Any):
        self.page = context.new_page()
        self.asked: list[str] = []
        self.dialogs: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("dialog", self._dismiss)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def strangers(self, address: str) -> list[str]:
        """What was asked of other hosts."""
        return [url for url in self.asked if not url.startswith((address, "data:", "about:"))]


class Fenced:
    """A page that may ask its own origins only, and all that it did: dialogs, requests, windows that it opened."""

    def __init__(self, browser: Browser, *origins: str, **more: Any):
        self.context = browser.new_context(**more)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.did: list[str] = []
        self.asked: list[str] = []
        self.origins = origins
        self.page.on("dialog", lambda dialog: (self.did.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.context.on("page", lambda opened: self.did.append(f"window {opened.url}"))
        self.context.route("**/*", self._route)

    def _route(self, route: object) -> None:
        url: str = route.request.url  # type: ignore[attr-defined]
        self.asked.append(url)
        if url.startswith((*self.origins, "data:", "blob:", "about:")):
            route.continue_()  # type: ignore[attr-defined]
        else:
            self.did.append(f"request {url}")
            route.abort()  # type: ignore[attr-defined]


# A dialog of a frame is not shown where the frame's origin is another than the page's: what calls for one says so.
_TELLING = """for (const name of ['alert', 'confirm', 'prompt', 'print'])
    window[name] = (...words) => console.log('ran', name, ...words)"""
# Nothing is waited for: what a document runs or asks for as it is parsed, it does as it is written.
_WRITTEN = r"""texts => texts.map(text => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const made = frame.contentDocument, found = [];
    // Each would be asked for anew, and takes longer than all the rest.
    text = text.replace(/<link rel="(stylesheet|icon)" href="\/static\/[^"]*"[^>]*>/g, '');
    made.open(); made.write(text); made.close();
    if (made.querySelectorAll('main').length !== 1) found.push('no main');
    const comment = made.createNodeIterator(made, NodeFilter.SHOW_COMMENT).nextNode();
    if (comment) found.push(comment.data);
    for (const one of made.querySelectorAll('*')) {
        const attributes = [...one.attributes];
        if (/^(script|style|i?frame|object|embed|applet|base|img|video|audio|source|image|math)$/.test(one.localName)
            || attributes.some(({name}) => /^(on.*|style|srcdoc|srcset|autofocus|formaction|http-equiv)$/.test(name))
            || attributes.some(({name, value}) => /^(.*href|src|action|data)$/.test(name)
                && !/^(\/(?!\/)|#|https?:\/\/)/.test(value)))
            found.push(one.outerHTML.slice(0, 300));
    }
    return [frame, found];
}).map(([frame, found]) => (setTimeout(() => frame.remove(), 300), found))"""
_LOADED = """urls => Promise.all(urls.map(url => new Promise(done => {
    const frame = document.createElement('iframe');
    frame.onload = () => done(setTimeout(() => frame.remove(), 100));
    frame.src = url;
    document.body.append(frame);
})))"""
# Documents in one page at a time.
_AT_ONCE = 25


class Framed(Fenced):
    """Thousands of documents, each in a frame of one page: a tenth of the time that going to each of them takes.

    `policies`: whether a Content-Security-Policy counts. Without, nothing but how a document is written holds what is
    in it.
    """

    def __init__(self, browser: Browser, *origins: str, policies: bool = True):
        super().__init__(browser, *origins, bypass_csp=not policies)
        self.context.add_init_script(_TELLING)
        self.page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        if message.text.startswith("ran "):
            self.did.append(message.text)

    def write(self, texts: Sequence[str]) -> list[list[str]]:
        """For each document the elements and attributes in it that no page of ours has."""
        found = []
        for start in range(0, len(texts), _AT_ONCE):
            found += self.page.evaluate(_WRITTEN, texts[start : start + _AT_ONCE])
        self.page.wait_for_timeout(500)
        return found

    def load(self, urls: Sequence[str]) -> None:
        """Show what is at these addresses, each until it is there with all that belongs to it."""
        for start in range(0, len(urls), _AT_ONCE):
            self.page.evaluate(_LOADED, urls[start : start + _AT_ONCE])
        self.page.wait_for_timeout(500)
