"""Takes mementos out of another web archive and sends them through the same pipelines, one after the other."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from sqlalchemy import Connection
from twisted.python.failure import Failure

from crawler.back_off import MEMENTO_DATETIME, REFUSALS, BackOffs
from crawler.backfilling.index import Index, Listed, read_cdx, read_timemap
from crawler.backfilling.memento import NoMemento, memento_of
from crawler.backfilling.selection import Selection
from crawler.backfilling.web_archive import WebArchive, original_of
from crawler.misses import miss_of
from pipelines.desk import Desk
from storage import frontier, hosts, mementos
from storage.capture import Capture, Exchange, Memento, Miss
from storage.database import reading
from storage.errors import HostBacksOff, WorkerLost
from storage.frontier import Entry
from storage.outcome import Receipt
from storage.runs import Run

# So many failures in a row are the archive's, and not the mementos'.
FAILURES_IN_A_ROW = 5
# Leased at once. They are asked for one by one, so few are given back after a crash.
LEASE = 8


class BackfillSpider(Spider):
    """One run over the list of a backfill. A memento is asked for when the one before is in the archive.

    So a page's mementos come in their order, and a 404 finds the page that it took down. The archive's own pace is
    slower than reading them.
    """

    name = "backfill"

    def __init__(
        self,
        *,
        desk: Desk,
        run: Run,
        archive: WebArchive,
        selection: Selection,
        next_index: Callable[[str], str],
        back_offs: BackOffs,
        limit: int | None = None,
        on_index: Callable[[str, int], None] = lambda url, new: None,
    ):
        """`next_index`: the address that goes on with a resume key."""
        super().__init__(name="backfill")
        self.desk = desk
        self.run = run
        self.back_offs = back_offs
        self.skipped: Counter[str] = Counter()
        """What was left out: reason -> count. Those of the index are counted where it is read."""
        self.problems: list[str] = []
        self.left = 0
        """Mementos, and parts of the index, that wait for the next run."""
        self.lines = 0
        """How many captures the index lists, wanted or not."""
        self.stopped: str | None = None
        """Why the run ended before its list did."""
        self._archive = archive
        self._selection = selection
        self._next_index = next_index
        self._limit = limit
        self._on_index = on_index
        self._listed = 0
        self._taken = 0
        self._failures = 0
        self._ended = asyncio.Event()

    @property
    def limited(self) -> bool:
        """Whether the run ended before its list did."""
        return self.stopped is not None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "BackfillSpider":
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._recorded, signal=signals.item_scraped)
        crawler.signals.connect(spider._recorded, signal=signals.item_error)
        return spider

    def _recorded(self, item: Any = None, **_: Any) -> None:
        if isinstance(item, Receipt):
            self._failures = self._failures + 1 if item.outcome.value == "failed" else 0
        self._ended.set()

    async def start(self) -> AsyncIterator[Any]:
        recorder = self.desk.recorder
        # What other runs, and other processes, were told by the archive.
        self.back_offs.learn(await recorder.transact(hosts.back_offs))
        lease = partial(frontier.lease, scope=self.run.scope, run_id=self.run.id, count=LEASE)
        while self.stopped is None:
            entries = await recorder.transact(lease)
            if not entries:
                break
            for entry in entries:
                if self._limit is not None and self._taken >= self._limit and entry.kind == "article":
                    self.stopped = f"{self._limit:,} mementos were taken, as --limit says."
                if self.stopped is None and not await self._leave_out_known(entry):
                    self._ended.clear()
                    self._taken += entry.kind == "article"
                    yield self._request(entry)
                    await self._ended.wait()
                    if self._failures >= FAILURES_IN_A_ROW:
                        self.stopped = f"{self._archive.name} failed {self._failures} times in a row."
        scope = self.run.scope
        self.left = await recorder.transact(lambda connection: frontier.count_left(connection, scope))

    async def _leave_out_known(self, entry: Entry) -> bool:
        url, when = original_of(entry.url)
        if entry.kind != "article" or url is None or when is None:
            return False
        with reading(self.desk.reader) as connection:
            known = mementos.is_taken(connection, url, when)
        if known:
            await self._leave_out(entry.id, "taken_before")
        return known

    async def _leave_out(self, entry: int, reason: str) -> None:
        self.skipped[reason] += 1
        await self.desk.recorder.transact(lambda connection: mementos.leave_out(connection, entry, reason))

    def _request(self, entry: Entry) -> Request:
        article = entry.kind == "article"
        return Request(
            entry.url,
            callback=self.take if article else self.read_index,
            errback=self.memento_failed if article else self.index_failed,
            # Archives that know the draft give what they captured, and nothing of their own.
            headers={"Prefer": "original-content, original-links, original-headers"} if article else {},
            dont_filter=True,
            # A redirect that was captured is no way to an article now; one of the archive's leads to another date.
            meta={
                "article": article,
                "entry": entry.id,
                "requested_url": entry.url,
                "kind": entry.kind,
                "dont_redirect": article,
            },
        )

    async def read_index(self, response: Response) -> None:
        entry, url = response.meta["entry"], response.url
        if response.status in REFUSALS:
            self._stop(f"{self._archive.name} answered {response.status}: it asks to be left alone.")
        elif response.status != 200:
            await self._index_is(entry, None, f"{url} answered {response.status}. Check the address of the index.")
        else:
            try:
                read = await self._read(response)
            except WorkerLost as lost:
                await self._index_is(entry, None, str(lost))
            else:
                nothing = read.damaged and not read.listed and not read.further
                why = f"{url} is no index of a web archive: no line of it can be read." if nothing else None
                await self._index_is(entry, read, why)
        self._ended.set()

    async def _read(self, response: Response) -> Index:
        run, body, url = self.desk.workers.run, response.body, response.url
        if self._archive.cdx is not None:
            return await run(read_cdx, url, body)
        return await run(read_timemap, url, body, url)

    async def _index_is(self, entry: int, index: Index | None, error: str | None) -> None:
        """Put what an answer of the index lists on the list, and note that it was read, in one transaction."""
        if error is not None:
            self.problems.append(error)
        taken = self._selection.take(index.listed) if index else []
        if index and index.damaged:
            self._selection.left_out["damaged_line"] += index.damaged
        further = [self._next_index(index.resume_key)] if index and index.resume_key else []
        further += index.further if index else ()
        now, run = self.desk.recorder.clock.now(), self.run

        def write(connection: Connection) -> int:
            new = self._add(connection, taken)
            for url in further:
                frontier.offer_listing(
                    connection, run.scope, "sitemap", url, run.id, now=now, found_in="index", again=True
                )
            frontier.end_listing(connection, entry, error=error)
            return new

        new = await self.desk.recorder.transact(write)
        self._listed += len(taken)
        self.lines += len(index.listed) if index else 0
        if error is None:
            self._on_index(self._archive.name, new)

    def _add(self, connection: Connection, taken: Sequence[Listed]) -> int:
        urls = [self._archive.memento_url(one) for one in taken]
        now, scope = self.desk.recorder.clock.now(), self.run.scope
        # Behind those of the index's earlier answers: the list is taken in the index's order.
        added = frontier.add(connection, scope, "article", urls, now=now, priority=-self._listed)
        if added.invalid:
            self._selection.left_out["invalid_url"] += added.invalid
        return added.new

    async def index_failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        if isinstance(failure.value, HostBacksOff):
            self._stop(str(failure.value))
        else:
            await self._index_is(request.meta["entry"], None, self._miss(failure, request).message)
        self._ended.set()

    async def take(self, response: Response) -> AsyncIterator[Capture | Miss]:
        meta = response.meta
        entry, is_memento = meta["entry"], MEMENTO_DATETIME in response.headers
        if response.status in REFUSALS and not is_memento:
            self._stop(f"{self._archive.name} answered {response.status}: it asks to be left alone.")
        elif 300 <= response.status < 400:
            await self._leave_out(entry, "redirect")
        else:
            found = self._memento(meta["exchange"], entry)
            if isinstance(found, Miss):
                yield found
                return
            reason = self._is_no_evidence(found)
            if reason is None:
                yield found
                return
            await self._leave_out(entry, reason)
        self._ended.set()

    def _memento(self, exchange: Exchange, entry: int) -> Capture | Miss:
        now = self.desk.recorder.clock.now()
        try:
            return memento_of(exchange, entry=entry, taken_at=now, by_address=self._archive.cdx is not None)
        except NoMemento as error:
            return self._missed(exchange.url, error.kind, str(error), entry)

    def _missed(self, uri: str, kind: str, message: str, entry: int) -> Miss:
        now = self.desk.recorder.clock.now()
        return Miss(
            requested_url=original_of(uri)[0] or uri,
            outcome="failed",
            kind=kind,
            message=message,
            missed_at=now,
            entry=entry,
            memento=Memento(uri=uri, taken_at=now),
        )

    def _is_no_evidence(self, capture: Capture) -> str | None:
        """Why a capture says nothing of an article. A 404 does where there was one before."""
        status = capture.status
        if status in (404, 410):
            with reading(self.desk.reader) as connection:
                there = mementos.has_by_then(connection, capture.url, capture.captured_at)
            return None if there else f"http_{status}"
        if status != 200:
            return f"http_{status}"
        media = (capture.header("Content-Type") or "text/html").partition(";")[0].strip().lower()
        if "html" not in media and media not in ("text/plain", "application/octet-stream"):
            return media or "no type"
        return None

    async def memento_failed(self, failure: Failure) -> AsyncIterator[Miss]:
        request: Request = failure.request  # type: ignore[attr-defined]
        if isinstance(failure.value, HostBacksOff):
            self._stop(str(failure.value))
            self._ended.set()
            return
        miss = self._miss(failure, request)
        yield self._missed(request.url, miss.kind, miss.message, request.meta["entry"])

    def _miss(self, failure: Failure, request: Request) -> Miss:
        timeout = self.settings.getfloat("DOWNLOAD_TIMEOUT")
        return miss_of(failure, request, self.desk.recorder.clock.now(), timeout=timeout)

    def _stop(self, why: str) -> None:
        self.stopped = why
