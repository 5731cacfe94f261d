"""A real Chromium for the tests of the web page, where one is on this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is on this machine")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page, and all that it did: dialogs, addresses that it asked for, windows that it opened."""

    def __init__(self, browser: Browser, *origins: str):
        self.context = browser.new_context()
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
