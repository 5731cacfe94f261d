"""The Chromium that is on this machine: found, started without a way to any network, and stopped."""

import asyncio
import contextlib
import importlib.util
import os
import shutil
from typing import Any

import attrs

from storage.errors import BackissueError

# Debian's, Chrome's on Debian and Fedora, and what other systems call it.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# It has to start within this, on a machine that is busy with other things.
START_SECONDS = 60.0

# Pages at once: each is a process of some 200 MB.
AT_ONCE = 2

# What it asks for is answered here. Whatever else it may think of leads to a port where nothing listens, for
# addresses of this machine as well, which Chromium leaves out by default.
_NOWHERE = {"server": "http://127.0.0.1:1", "bypass": "<-loopback>"}
_ARGUMENTS = (
    # WebRTC goes past every proxy otherwise.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    # MB of a page's objects; the most that one of today's news pages takes is some 100.
    "--js-flags=--max-old-space-size=512",
)


class RenderUnavailable(BackissueError):
    """A source is to be rendered and there is nothing here to do it with."""

    def __init__(self, why: str):
        super().__init__(f"Pages cannot be rendered here: {why}")


def find() -> str:
    """The path of a Chromium. Raises RenderUnavailable."""
    if importlib.util.find_spec("playwright") is None:
        raise RenderUnavailable("the extra is not installed. Run `pip install 'backissue[render]'`.")
    named = os.environ.get("BACKISSUE_CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise RenderUnavailable(f"BACKISSUE_CHROMIUM names {named}, which is no program. Correct it.")
        return found
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise RenderUnavailable("there is no Chromium. Install one, or name it in BACKISSUE_CHROMIUM.")


@attrs.define
class Chromium:
    """One browser for all sources of a process. Started when it is needed first."""

    _path: str
    _playwright: Any = None
    _browser: Any = None
    _lock: asyncio.Lock = attrs.field(factory=asyncio.Lock)
    gate: asyncio.Semaphore = attrs.field(factory=lambda: asyncio.Semaphore(AT_ONCE))
    """Held by each page."""
    kills: int = 0
    """How often it had to be stopped with pages in it."""
    closed: bool = False
    """For good. Who asks for a page then waits for ever: it is neither rendered nor failed, and its visit goes back to
    the frontier."""

    async def context(self, **more: Any) -> Any:
        """A new Playwright context, which shares nothing with others. Raises RenderUnavailable."""
        if self.closed:
            await asyncio.Event().wait()
        async with self._lock:
            if self._browser is None or not self._browser.is_connected():
                await self._start()
            return await self._browser.new_context(**more)

    async def _start(self) -> None:
        # Imported here: it takes 0.4 s, and most crawls render nothing.
        from playwright.async_api import Error, async_playwright

        try:
            if self._playwright is None:
                self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=self._path,
                # Chromium has no sandbox for root.
                chromium_sandbox=os.geteuid() != 0,
                proxy=_NOWHERE,
                args=list(_ARGUMENTS),
                timeout=START_SECONDS * 1000,
                # A Ctrl-C is ours to answer.
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except (Error, OSError) as error:
            said = str(error).strip().splitlines()
            raise RenderUnavailable(
                f"{self._path} does not start ({said[0][:160] if said else 'no reason'})."
            ) from error

    async def kill(self) -> None:
        """Stop the browser, hanging pages and all; the next page starts another."""
        browser, self._browser = self._browser, None
        if browser is not None:
            self.kills += 1
            with contextlib.suppress(Exception):
                await asyncio.wait_for(browser.close(), 5)

    async def close(self) -> None:
        """Stop everything, pages under way too."""
        self.closed = True
        await self.kill()
        playwright, self._playwright = self._playwright, None
        if playwright is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(playwright.stop(), 5)
