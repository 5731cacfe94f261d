"""Fetches what pages need to look as they did: through every middleware that pages go through, and within bounds."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator

import attrs
from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.misses import judge
from crawler.visiting import capture_of
from pipelines import requisites
from pipelines.desk import Desk
from pipelines.page import PageBytes
from storage import assets, snapshots
from storage.capture import Capture
from storage.database import reading
from storage.errors import BackissueError
from storage.replaying.reference import Reference

logger = logging.getLogger(__name__)

# A news page names some forty, of half a MB to 3 MB in all.
MOST = 80
MOST_BYTES = 10 * 1024 * 1024
# One picture is not worth all of it.
MOST_BYTES_EACH = 4 * 1024 * 1024

SLOT = "assets"
"""They belong to the visit of the page: no page's pause between them, but each host's place."""

_FONTS = (
    "font/",
    "application/font",
    "application/x-font",
    "application/vnd.ms-fontobject",
    "application/octet-stream",
)
_TYPES = {"style": ("text/css",), "image": ("image/",), "font": _FONTS}

Download = Callable[[Request], Awaitable[Response]]


@attrs.define(kw_only=True)
class Assets:
    """The images, styles and fonts of one run's new snapshots. Scripts, frames and films are never asked for."""

    desk: Desk
    download: Download
    skipped: Counter[str] = attrs.field(factory=Counter)
    """What was not kept: `asset_` and why -> count."""
    _under_way: set["asyncio.Task[None]"] = attrs.field(factory=set, init=False)

    @property
    def busy(self) -> bool:
        """Whether some are being fetched."""
        return bool(self._under_way)

    def begin(self, snapshot: int, then: Callable[[], None]) -> None:
        """Fetch those of a snapshot. `then` is called at the end."""
        task = asyncio.get_running_loop().create_task(self._fetch_all(snapshot))
        self._under_way.add(task)

        def ended(done: "asyncio.Task[None]") -> None:
            self._under_way.discard(done)
            if not done.cancelled() and (error := done.exception()) is not None:
                self.skipped["asset_failed"] += 1
                logger.error("the images and styles of snapshot %s: %r", snapshot, error)
            then()

        task.add_done_callback(ended)

    def stop(self) -> None:
        """Leave what is not there yet; what is kept stays."""
        for task in self._under_way:
            self.skipped["asset_interrupted"] += 1
            task.cancel()

    async def _fetch_all(self, snapshot: int) -> None:
        try:
            exchange = await asyncio.to_thread(
                snapshots.exchange_of, self.desk.reader, self.desk.recorder.folder.warc, snapshot
            )
            named = await self.desk.workers.run(requisites.of_page, exchange.url, PageBytes.of(exchange))
        except BackissueError:
            self.skipped["asset_page_unreadable"] += 1
            return
        waiting, seen, left = deque(named), set[str](), MOST_BYTES
        for number, one in enumerate(_each_once(waiting, seen)):
            if number == MOST or left <= 0:
                # With what those that wait would have named.
                self.skipped["asset_over_number" if left > 0 else "asset_over_bytes"] += 1 + len(waiting)
                return
            if await self._known(snapshot, one):
                continue
            capture = await self._fetch(one, min(left, MOST_BYTES_EACH))
            if capture is None:
                continue
            left -= len(capture.body)
            try:
                await self.desk.recorder.keep_asset(snapshot, one.url, capture)
                if one.kind == "style":
                    named = await self.desk.workers.run(requisites.of_style, one.url, PageBytes.of(capture))
                    waiting.extend(named)
            except BackissueError:
                # Where the writer has failed, the run ends and says so.
                self.skipped["asset_unreadable"] += 1

    async def _known(self, snapshot: int, one: Reference) -> bool:
        """Whether the archive has it already from the last day: then it is that."""
        since = self.desk.recorder.clock.now() - assets.FRESH
        with reading(self.desk.reader) as connection:
            record = assets.captured_since(connection, one.url, since)
        if record is None:
            return False
        await self.desk.recorder.transact(lambda connection: assets.link(connection, snapshot, one.url, record))
        return True

    async def _fetch(self, one: Reference, most: int) -> Capture | None:
        """The capture; None where it is not to be kept, which is counted."""
        meta = {
            "article": True, "entry": None, "requested_url": one.url, "kind": "asset", "download_slot": SLOT,
            "rendering": True, "autothrottle_dont_adjust_delay": True, "download_maxsize": most,
        }  # fmt: skip
        try:
            request = Request(one.url, callback=NO_CALLBACK, dont_filter=True, meta=meta)
            capture = capture_of(await self.download(request))
        except Exception as error:  # noqa: BLE001 - a picture that is not to be had is no failure of its page
            self.skipped[f"asset_{judge(error, one.url, 0)[1]}"] += 1
            return None
        kind = (capture.header("Content-Type") or "").strip().lower()
        if capture.status != 200:
            self.skipped[f"asset_http_{capture.status}"] += 1
        elif not kind.startswith(_TYPES[one.kind]):
            self.skipped["asset_type"] += 1
        elif capture.truncated is not None:
            self.skipped["asset_cut_off"] += 1
        else:
            return capture
        return None


def _each_once(waiting: deque[Reference], seen: set[str]) -> Iterator[Reference]:
    while waiting:
        one = waiting.popleft()
        if one.url not in seen:
            seen.add(one.url)
            yield one
