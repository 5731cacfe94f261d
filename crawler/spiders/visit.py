"""Visits what the frontier of one run lists: articles, and the listings that name more of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from sqlalchemy import Connection
from twisted.python.failure import Failure

from crawler.assets import Assets
from crawler.audits import is_audited
from crawler.back_off import PATIENCE, REFUSALS, BackOffs
from crawler.discovery.errors import ListingError
from crawler.discovery.following import Depth, Followed, followed
from crawler.discovery.listing import Found, FurtherKind, Listing
from crawler.discovery.shapes import Shapes
from crawler.discovery.wanted import wanted
from crawler.listing_reader import read_listing
from crawler.misses import miss_of
from crawler.opt_outs import OptOuts
from crawler.rendering.chromium import Chromium, RenderUnavailable
from crawler.rendering.pages import Subrequests, rendered, rendered_listing
from crawler.rendering.renderer import Renderer, RenderFailed
from crawler.visiting import capture_of, in_full, part_request, request_for
from pipelines.desk import Desk
from storage import frontier, hosts, revisit_plans, runs, snapshots
from storage.capture import Capture, Miss
from storage.database import reading
from storage.errors import HostBacksOff, WorkerLost
from storage.frontier import Entry
from storage.hosts import BackOff
from storage.outcome import Outcome, Receipt
from storage.runs import Run
from storage.sources import Source
from storage.urls import key

# Enough for the slowest host not to starve the workers, few enough that a crash gives back little.
LEASE = 16
MOST_UNDER_WAY = 64


class VisitSpider(Spider):
    """One run over its own list in the frontier. Ends when nothing is pending and nothing is under way."""

    name = "visit"

    def __init__(
        self,
        *,
        desk: Desk,
        run: Run,
        source: Source | None = None,
        limit: int | None = None,
        fresh: bool = False,
        since: datetime | None = None,
        most_listings: int | None = None,
        shapes: Shapes | None = None,
        back_offs: BackOffs,
        on_listing: Callable[[str, Listing | None, str | None, int], None] | None = None,
        chromium: Chromium | None = None,
        with_assets: bool = False,
    ):
        super().__init__(name="visit")
        self.desk = desk
        self.run = run
        self.source = source
        self.limit = limit
        self.fresh = fresh
        """Whether only what was due again is taken up, and nothing new."""
        self.limited = False
        """Whether the limit left articles pending."""
        self.since = since
        """How far back to go, through next pages, archives by date and old sitemaps. None: as the source says."""
        self.shapes = shapes
        self.bounds: Counter[str] = Counter()
        """What kept a crawl with `since` from going further: reason -> listings that were not read."""
        self._listings_left = most_listings
        self._seen: set[str] = set()
        """Keys of what the listings of a crawl with `since` named."""
        self.back_offs = back_offs
        self.left: int = 0
        """URLs that were not taken up because their hosts are left alone."""
        self.resting: list[BackOff] = []
        """Those hosts, at the end."""
        self.on_listing = on_listing
        self._opt_outs: OptOuts
        self._chromium = chromium
        self._renderer: Renderer | None = None
        self._with_assets = with_assets
        self._assets: Assets | None = None
        self._own_pages = {key(url) for url in (source.home, *source.mirrors, *source.sections)} if source else set()
        self._held: set[int] = set()
        self._leased: set[int] = set()
        self._articles = 0
        self._free = asyncio.Event()
        self._distrusted: dict[str, datetime] = {}
        self._checked: set[str] = set()

    @property
    def stopped_short(self) -> bool:
        """Whether there were more listings than the run was to read."""
        return self.bounds["listings"] > 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "VisitSpider":
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._opt_outs = OptOuts(spider.desk, spider.source, lambda request: crawler.engine.download_async(request))
        if spider._chromium is not None:
            spider._renderer = Renderer(
                chromium=spider._chromium,
                fetch=Subrequests(crawler),
                user_agent=crawler.settings["USER_AGENT"],
                seconds=crawler.settings.getfloat("DOWNLOAD_TIMEOUT"),
                cookies=crawler.settings["BACKISSUE_SECRETS"].cookies,
            )
        if spider._with_assets:
            spider._assets = Assets(desk=spider.desk, download=lambda request: crawler.engine.download_async(request))
            crawler.signals.connect(spider._stop_assets, signal=signals.spider_closed)
        crawler.signals.connect(spider._ended, signal=signals.item_scraped)
        crawler.signals.connect(spider._ended, signal=signals.item_error)
        return spider

    @property
    def unanswered(self) -> dict[str, int]:
        """What scripts of rendered pages asked for in vain, and the images and styles that were not kept:
        `subrequest_` or `asset_` and why -> count."""
        refused = self._renderer.refused if self._renderer else {}
        assets = self._assets.skipped if self._assets else {}
        return {f"subrequest_{reason}": count for reason, count in refused.items()} | assets

    def _stop_assets(self, **_: Any) -> None:
        if self._assets is not None:
            self._assets.stop()

    def _ended(self, item: Any = None, **_: Any) -> None:
        made = isinstance(item, Receipt) and item.outcome in (Outcome.NEW, Outcome.CHANGED)
        if self._assets is not None and made and item.snapshot is not None:
            self._assets.begin(item.snapshot, self._free.set)
        self._let_go(item.entry if isinstance(item, Receipt) else None)

    def _let_go(self, entry: int | None) -> None:
        if entry is not None:
            self._leased.discard(entry)
        self._free.set()

    async def start(self) -> AsyncIterator[Any]:
        recorder = self.desk.recorder
        with reading(self.desk.reader) as connection:
            self._distrusted = {one.origin: one.until for one in hosts.distrusted(connection, recorder.clock.now())}
            self._checked = hosts.checked(connection)
        while True:
            self._free.clear()
            room = min(LEASE, MOST_UNDER_WAY - len(self._leased))
            if room > 0:
                entries, known = await recorder.transact(partial(self._lease, room))
                self.back_offs.learn(known)
                for entry in entries:
                    if entry.kind == "article" and self.limit is not None and self._articles >= self.limit:
                        self.limited = True
                        continue
                    self._articles += entry.kind == "article"
                    self._leased.add(entry.id)
                    yield self._request(entry)
                if self.limited or (not entries and not self._leased):
                    if not self._leased and not (self._assets and self._assets.busy):
                        await self._count_left(known)
                        return
                    await self._free.wait()
                    continue
                if entries:
                    continue
            await self._free.wait()

    def _lease(self, room: int, connection: Connection) -> tuple[list[Entry], list[BackOff]]:
        known = hosts.back_offs(connection)
        entries = frontier.lease(
            connection, self.run.scope, self.run.id, room, avoid=self._avoided(known), only_again=self.fresh
        )
        return entries, known

    def _avoided(self, known: list[BackOff]) -> list[str]:
        """The hosts whose URLs wait for the next run. What `archive` was given has no next run, and ends `blocked`."""
        if self.run.source_id is None:
            return []
        limit = self.desk.recorder.clock.now() + PATIENCE
        return [one.origin for one in known if one.until > limit]

    async def _count_left(self, known: list[BackOff]) -> None:
        self.left = len(self._held)
        if self.run.source_id is not None and not self.limited:
            scope = self.run.scope
            self.left = await self.desk.recorder.transact(
                lambda connection: frontier.count_left(connection, scope, only_again=self.fresh)
            )
        if self.left:
            now = self.desk.recorder.clock.now()
            self.resting = [one for one in known if one.until > now]

    def _hold(self, failure: Failure, request: Request) -> bool:
        """Whether a URL was never asked for, as its host is left alone. It stays on lease until the run ends."""
        asked = request.meta.get("hops") or request.meta.get("retry_times")
        if not isinstance(failure.value, HostBacksOff) or self.run.source_id is None or asked:
            return False
        entry: int = request.meta["entry"]
        self._held.add(entry)
        self._articles -= request.meta["kind"] == "article"
        self._let_go(entry)
        return True

    def _request(self, entry: Entry) -> Request:
        if entry.kind != "article":
            return request_for(entry, self.parse_listing, self.listing_failed, {})
        # That the page itself is the same says nothing of what its scripts will put into it.
        ask_for_all = self._renderer is not None or self._is_distrusted(entry.url)
        asking = snapshots.how_to_ask(self.desk.reader, entry.url, self.desk.recorder.clock, for_all=ask_for_all)
        request = request_for(entry, self.parse_article, self.article_failed, asking.headers)
        return request if asking.url == entry.url else request.replace(url=asking.url)

    def _is_distrusted(self, url: str) -> bool:
        """Whether the 304s of a URL's host are not believed."""
        until = self._distrusted.get(hosts.origin(url))
        return until is not None and until > self.desk.recorder.clock.now()

    async def parse_article(self, response: Response) -> AsyncIterator[Capture | Miss | Request]:
        if response.status == 304 and self._is_to_be_checked(response.url):
            request: Request = response.request  # type: ignore[assignment]
            yield in_full(request)
        else:
            yield await self._finished(capture_of(response))

    def _is_to_be_checked(self, url: str) -> bool:
        """Whether a 304 is followed by a full fetch: a host's first in any case."""
        where = hosts.origin(url)
        first = where not in self._checked
        self._checked.add(where)
        return first or is_audited(url, self.desk.recorder.clock.now())

    async def _finished(self, capture: Capture) -> Capture | Miss:
        """What becomes of a capture before the pipelines see it."""
        kept = await self._opt_outs.kept(capture)
        if self._renderer is None or not isinstance(kept, Capture):
            return kept
        return await rendered(self._renderer, kept)

    async def article_failed(self, failure: Failure) -> AsyncIterator[Miss]:
        request: Request = failure.request  # type: ignore[attr-defined]
        if not self._hold(failure, request):
            yield self._miss(failure, request)

    async def fetch_part(self, url: str) -> Capture | str:
        """Another part of an article, through the same middlewares as every page; a string says why there is none."""
        request = part_request(url)
        try:
            found = await self._finished(capture_of(await self.crawler.engine.download_async(request)))
            return found if isinstance(found, Capture) else found.message
        except Exception as error:  # noqa: BLE001 - whatever keeps a part from us is said of its article
            return self._miss(Failure(error), request).message  # type: ignore[no-untyped-call]

    def _miss(self, failure: Failure, request: Request) -> Miss:
        timeout = self.settings.getfloat("DOWNLOAD_TIMEOUT")
        return miss_of(failure, request, self.desk.recorder.clock.now(), timeout=timeout)

    async def parse_listing(self, response: Response) -> None:
        kind, url = response.meta["kind"], response.url
        listing: Listing | None = None
        error: str | None = None
        if response.status == 304:
            pass
        elif url.endswith("/robots.txt") and 400 <= response.status < 500:
            # A site without one names no sitemaps, and that is all right.
            listing = Listing(articles=(), further=(), skipped={}, kind="robots")
        elif response.status in REFUSALS:
            error = f"{url} answered {response.status}: the site asks to be left alone. The next crawl reads it again."
        elif response.status != 200:
            error = f"{url} answered {response.status}. Check the address in sources.toml."
        else:
            try:
                listing = await self._read(kind, response)
            except (ListingError, WorkerLost, RenderFailed, RenderUnavailable) as problem:
                error = str(problem)
        await self._note(response.meta["entry"], url, listing, error, kind)

    async def listing_failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        if self._hold(failure, request):
            return
        miss = self._miss(failure, request)
        await self._note(request.meta["entry"], request.url, None, miss.message, request.meta["kind"])

    async def _read(self, kind: FurtherKind, response: Response) -> Listing:
        if kind == "section" and self._renderer is not None:
            response = response.replace(body=await rendered_listing(self._renderer, response))
        return await read_listing(self.desk.workers, kind, response, self.source, self.shapes)

    async def _note(self, entry: int, url: str, listing: Listing | None, error: str | None, kind: FurtherKind) -> None:
        """Put what a listing names on the list, and note that it was read, in one transaction."""
        now, run = self.desk.recorder.clock.now(), self.run
        skipped: dict[str, int] = dict(listing.skipped) if listing else {}
        depth = self._depth(now)
        articles: list[Found] = []
        follow = Followed()
        if listing:
            # A sitemap of 50,000 URLs takes seconds, in which other hosts and a Ctrl-C would wait.
            choose = partial(wanted, source=self.source, own_pages=self._own_pages, skipped=skipped)
            articles = await asyncio.to_thread(choose, listing.articles, kind, depth)
            follow = followed(listing, depth, leads_on=self._leads_on(articles))
        if follow.too_old:
            skipped["old_listing"] = skipped.get("old_listing", 0) + follow.too_old
            self.bounds["old_listing"] += follow.too_old

        dated = [
            (found.url, max(dates))
            for found in articles
            if (dates := [date for date in (found.modified_at, found.published_at) if date is not None])
        ]

        def write(connection: Any) -> int:
            added = frontier.add(
                connection, run.scope, "article", [found.url for found in articles], now=now, found_in=url
            )
            revisit_plans.signal(connection, run.scope, dated, now=now)
            if added.invalid:
                skipped["invalid_url"] = skipped.get("invalid_url", 0) + added.invalid
            self._offer(connection, follow, url, now, skipped)
            frontier.end_listing(connection, entry, error=error)
            runs.count_listing(connection, run.id, failed=error is not None, skipped=skipped)
            return added.new

        new = await self.desk.recorder.transact(write)
        if self.on_listing is not None:
            self.on_listing(url, listing, error, new)
        self._let_go(entry)

    def _depth(self, now: datetime) -> Depth:
        if self.since is not None:
            return Depth(oldest=self.since, deep=True)
        days = self.source.max_age_days if self.source else None
        return Depth(oldest=now - timedelta(days=days) if days else None)

    def _leads_on(self, articles: list[Found]) -> bool:
        """Whether a list's next page is worth reading: this one named what no other of the run did."""
        if self.since is None:
            return False
        keys = {key(found.url) for found in articles}
        fresh = bool(keys - self._seen)
        self._seen |= keys
        return fresh

    def _offer(
        self, connection: Connection, follow: Followed, url: str, now: datetime, skipped: dict[str, int]
    ) -> None:
        """Put further listings on the list, as many as the run may still read."""
        for further, again in [(one, True) for one in follow.again] + [(one, False) for one in follow.once]:
            if self._listings_left == 0:
                skipped["over_listings"] = skipped.get("over_listings", 0) + 1
                self.bounds["listings"] += 1
                continue
            taken = frontier.offer_listing(
                connection, self.run.scope, further.kind, further.url, self.run.id, now=now, found_in=url, again=again
            )
            if taken and self._listings_left is not None:
                self._listings_left -= 1


def listings_of(source: Source, *, deep: bool = False) -> list[tuple[frontier.Kind, str]]:
    """What a crawl of a source reads first. `deep`: the sitemaps and the front page too, which lead to older articles,
    whatever is listed."""
    found: list[tuple[frontier.Kind, str]] = [("feed", url) for url in source.feeds]
    found += [("sitemap", url) for url in source.sitemaps]
    found += [("section", url) for url in source.sections]
    if source.follows_robots_sitemaps or (deep and source.robots_sitemaps is not False):
        found.append(("sitemap", urljoin(source.home, "/robots.txt")))
    if source.discovers or (deep and source.home not in source.sections):
        found.append(("section", source.home))
    return found
