"""A real Chromium, where one is on this machine, and pages in it that are watched."""

import contextlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
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
