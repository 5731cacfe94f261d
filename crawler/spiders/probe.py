"""Asks a few URLs what they list and records no visit, for `sources add` and `sources check`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from crawler.back_off import REFUSALS, BackOffs
from crawler.discovery.errors import ListingError
from crawler.discovery.listing import FurtherKind
from crawler.listing_reader import read_listing
from crawler.misses import miss_of
from crawler.probing.answer import Answer, AnswerState, Ask
from pipelines.desk import Desk
from storage.errors import WorkerLost

_PERMANENT = frozenset({301, 308})
_BLOCKED = frozenset({401, 402, 403, 407, 451}) | REFUSALS


class ProbeSpider(Spider):
    """Lets an inquiry ask, one URL after the other, through the middlewares of every page, and keeps its result."""

    name = "probe"

    def __init__(self, *, desk: Desk, back_offs: BackOffs, inquiry: Callable[[Ask], Awaitable[Any]]):
        super().__init__(name="probe")
        self.desk = desk
        self.back_offs = back_offs
        self.found: Any = None
        """What the inquiry returned."""
        self.failure: BaseException | None = None
        self._inquiry = inquiry

    async def start(self) -> AsyncIterator[Any]:
        try:
            self.found = await self._inquiry(self.ask)
        except Exception as error:  # noqa: BLE001 - Scrapy would only log it; the process raises it again
            self.failure = error
        nothing: tuple[Any, ...] = ()
        for item in nothing:
            yield item

    async def ask(self, url: str, kind: FurtherKind) -> Answer:
        """Ask a URL for a listing of a kind."""
        request = Request(
            url,
            callback=NO_CALLBACK,
            dont_filter=True,
            meta={"article": False, "entry": None, "requested_url": url, "kind": kind},
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever keeps a listing from us is its answer
            failure = Failure(error)  # type: ignore[no-untyped-call]
            timeout = self.settings.getfloat("DOWNLOAD_TIMEOUT")
            miss = miss_of(failure, request, self.desk.recorder.clock.now(), timeout=timeout)
            state: AnswerState = "blocked" if miss.outcome == "blocked" else "dead"
            return Answer(url=url, final_url=url, kind=kind, state=state, problem=miss.message)
        return await self._judge(url, kind, response)

    async def _judge(self, url: str, kind: FurtherKind, response: Response) -> Answer:
        reasons = response.meta.get("redirect_reasons") or ()
        said: dict[str, Any] = {
            "url": url,
            "final_url": response.url,
            "kind": kind,
            "moved_for_good": bool(reasons) and all(reason in _PERMANENT for reason in reasons),
        }
        status = response.status
        if status in _BLOCKED:
            problem = f"{url} answered {status}: the site keeps us out. Try later or slower."
            return Answer(**said, state="blocked", problem=problem)
        if status != 200:
            return Answer(**said, state="dead", problem=f"{url} answered {status}. Check the address in a browser.")
        try:
            listing = await read_listing(self.desk.workers, kind, response, self.desk.source)
        except (ListingError, WorkerLost) as error:
            return Answer(**said, state="changed", problem=str(error), body=response.body)
        return Answer(**said, state="ok", listing=listing, body=response.body)
