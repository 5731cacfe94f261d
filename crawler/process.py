"""One process of crawling: a reactor, one writer, a pool of workers, and the runs that share them."""

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import attrs

# Loading it makes Scrapy look three times through all that is loaded: first of all it takes no time.
import scrapy.core.downloader.contextfactory  # noqa: F401
from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from sqlalchemy import Connection
from twisted.python.failure import Failure

from crawler.back_off import BackOffs
from crawler.backfilling.job import Backfill
from crawler.backfilling.selection import Selection
from crawler.depth import bounds_met, shapes_of
from crawler.discovery.shapes import Shapes
from crawler.probing.answer import Ask
from crawler.rendering.chromium import Chromium, RenderUnavailable
from crawler.rendering.chromium import find as find_chromium
from crawler.result import Result
from crawler.run_settings import pace, settings_of
from crawler.spiders.backfill import BackfillSpider
from crawler.spiders.imports import ImportSpider
from crawler.spiders.probe import ProbeSpider
from crawler.spiders.visit import VisitSpider, listings_of
from pipelines.desk import Desk
from pipelines.memory.upkeep import OnProgress, Upkeep
from pipelines.workers import Workers
from storage import frontier, mementos, mirrors, revisit_plans, runs
from storage.capture import Miss
from storage.clock import Clock, iso
from storage.database import open_engine
from storage.errors import BackissueError, InvalidURL, RunUnderWay
from storage.folder import Folder
from storage.memory import Memory
from storage.outcome import Receipt
from storage.record import Ledger
from storage.recorder import Recorder
from storage.revisit_plans import USUAL_BUDGET
from storage.revisits import Mode
from storage.rule_book import RuleBook
from storage.runs import Run, RunKind
from storage.sources import Source
from storage.urls import without_fragment
from storage.visit import Visit

T = TypeVar("T")
OnReceipt = Callable[[Receipt], None]

# Sources that are crawled at once in one process; each keeps its own pace per host.
SOURCES_AT_ONCE = 8

WATCH = "watch"
"""The name of the watch list among the sources; no source may be called so."""
WATCH_DELAY = 2.0

# Seconds for the whole of an answer where no source says otherwise: the slowest sites take ten for a page.
TIMEOUT = 30.0

# After the first Ctrl-C, what is under way may finish; what has not by then goes back to the frontier.
GRACE_SECONDS = 5.0


@attrs.define(kw_only=True)
class Process:
    """Runs crawls in this process. Used once: Twisted's reactor cannot be started again."""

    folder: Folder
    clock: Clock = attrs.field(factory=Clock)
    workers: int | None = None
    allow_private: bool = False
    """For the watched pages, which no source describes."""
    on_receipt: OnReceipt = lambda receipt: None
    on_listing: Callable[[str, Any, str | None, int], None] | None = None
    on_read: Callable[[int], None] | None = None
    on_upkeep: OnProgress = lambda what, done, total: None
    _crawling: Any = None
    _recorder: Any = None
    _back_offs: Any = None
    _pool: Any = None
    _reader: Any = None
    _book: RuleBook = attrs.field(factory=RuleBook, init=False)
    _stopping: Any = None
    _chromium: Chromium | None = None
    _interrupted: bool = False
    _time_is_up: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)
    """What is under way after an interrupt is waited for no longer."""
    _ended: bool = False
    _failure: BaseException | None = None

    def run(self, main: Callable[[], Coroutine[Any, Any, list[T]]]) -> list[T]:
        """Start everything, run `main`, stop everything. Raises what `main` raises, and SourceFileError."""
        # Where the folder cannot be made, that is what to say, and not that sources.toml in it cannot be read.
        self.folder.make()
        self._book = RuleBook.of(self.folder)
        self._recorder = Recorder(self.folder, clock=self.clock, on_progress=self.on_upkeep)
        self._back_offs = BackOffs(self._recorder)
        self._reader = open_engine(self.folder.database, write=False)
        self._pool = Workers(self.workers)
        settings = Settings()
        settings.setmodule("crawler.settings", priority="project")
        self._crawling = AsyncCrawlerProcess(settings, install_root_handler=False)
        # It writes every item out in full; the receipts say what happened.
        logging.getLogger("scrapy.core.scraper").setLevel(logging.INFO)
        results: list[T] = []
        loop = asyncio.get_event_loop()
        # Modules and settings live as long as the process; the collector need not walk through them again.
        gc.freeze()

        async def whole() -> None:
            try:
                results.extend(await main())
            except BaseException as error:  # noqa: BLE001 - raised again when the reactor has stopped
                self._failure = error
            finally:
                self._ended = True
                if self._chromium is not None:
                    await self._chromium.close()
                self._stop_reactor()

        loop.call_soon(lambda: loop.create_task(whole()))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupt)
        try:
            self._crawling.start(stop_after_crawl=False, install_signal_handlers=False)
        finally:
            self._pool.close()
            self._recorder.close()
            self._reader.dispose()
        if self._failure is not None:
            raise self._failure
        if not self._ended:
            raise KeyboardInterrupt
        return results

    @property
    def pool(self) -> Workers:
        """The workers. Known while it runs."""
        workers: Workers = self._pool
        return workers

    @property
    def interrupted(self) -> bool:
        """Whether it was told to stop."""
        return self._interrupted

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Run a short function in a transaction of the archive's. Known while it runs."""
        result: T = await self._recorder.transact(work)
        return result

    def set_clock(self, clock: Clock) -> None:
        """Move the time between two crawls, for the demo and for tests."""
        self.clock = clock
        self._recorder.set_clock(clock)

    @staticmethod
    def _stop_reactor() -> None:
        # Imported here: importing the module installs the default reactor.
        from twisted.internet import reactor as installed

        reactor: Any = installed
        reactor.callLater(0, reactor.stop)

    def _interrupt(self) -> None:
        loop = asyncio.get_event_loop()
        if self._time_is_up.is_set():
            self._stop_reactor()
        elif self._interrupted:
            self._time_is_up.set()
        else:
            self._interrupted = True
            self._stopping = loop.create_task(self._crawling.stop())
            loop.call_later(GRACE_SECONDS, self._time_is_up.set)

    async def _run_to_end(self, crawler: Crawler, **arguments: Any) -> None:
        """Crawl until there is nothing left, or until the time after an interrupt is up."""
        crawling = asyncio.ensure_future(self._crawling.crawl(crawler, **arguments))
        waiting = asyncio.ensure_future(self._time_is_up.wait())
        await asyncio.wait({crawling, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if crawling.done():
            crawling.result()
        elif self._chromium is not None:
            # Before the run is closed: nothing is to come out of it any more.
            await self._chromium.close()

    async def archive(
        self,
        urls: Sequence[str],
        *,
        allow_private: bool,
        delay: float,
        watch: bool,
        seconds: float = TIMEOUT,
        with_assets: bool = False,
    ) -> Result:
        """Visit these URLs now, in one run. `seconds`: what a host has for the whole of an answer; `with_assets`:
        keep the images, styles and fonts of new snapshots too."""
        result = Result(name="archive")
        run = await self._begin("archive", None, None)
        good: list[str] = []
        for url in dict.fromkeys(urls):
            try:
                good.append(without_fragment(url))
            except InvalidURL as error:
                await self._refuse(run, url, str(error), result)
        now = self.clock.now()

        def fill(connection: Any) -> None:
            added = frontier.add(connection, run.scope, "article", good, now=now)
            if twice := len(good) - added.new:
                # Two spellings of one page: another scheme, `www.`, or a parameter that says how a reader arrived.
                result.skipped["same_page"] = twice
                runs.count_skipped(connection, run.id, {"same_page": twice})
            if watch:
                source = runs.source_id(connection, WATCH, None, now)
                for url in good:
                    frontier.watch(connection, f"source:{source}", url, now=now)

        await self._recorder.transact(fill)
        settings = pace(delay=delay, timeout=seconds, concurrency=1, allow_private=allow_private)
        extra = {"back_offs": self._back_offs, "with_assets": with_assets}
        await self._crawl(VisitSpider, run, result, settings, extra)
        await self._learn([result])
        return result

    async def _refuse(self, run: Run, url: str, message: str, result: Result) -> None:
        miss = Miss(
            requested_url=url, outcome="refused", kind="invalid_url", message=message, missed_at=self.clock.now()
        )
        receipt = await self._recorder.record(Visit(found=miss), Ledger(run_id=run.id, source_id=None))
        result.outcomes[receipt.outcome.value] += 1
        self.on_receipt(receipt)

    async def crawl(
        self,
        sources: Sequence[Source],
        *,
        limit: int | None,
        watched: bool = False,
        fresh: bool = False,
        since: datetime | None = None,
        most_listings: int | None = None,
    ) -> list[Result]:
        """Crawl sources, several at once, each as a run of its own; `watched`: the watched pages too.

        `fresh`: read no listings and take up nothing new, only what is due again.
        `since`: go back so far through sitemaps, next pages and archives by date, by at most `most_listings` listings
        a source beside those that it lists.
        """
        gate = asyncio.Semaphore(SOURCES_AT_ONCE)

        async def one(source: Source | None) -> Result:
            async with gate:
                return await self._crawl_source(source, limit, fresh, since, most_listings)

        wanted: list[Source | None] = [*sources, None] if watched else [*sources]
        results = list(await asyncio.gather(*(one(source) for source in wanted)))
        if not fresh or any(result.outcomes[kept] for result in results for kept in ("new", "changed")):
            await self._learn(results)
        return results

    async def _crawl_source(
        self, source: Source | None, limit: int | None, fresh: bool, since: datetime | None, most_listings: int | None
    ) -> Result:
        """Crawl a source; None: the pages that `archive --watch` put on the list."""
        name, home = (source.name, source.home) if source else (WATCH, None)
        result, now = Result(name=name), self.clock.now()
        identity = await self._recorder.transact(lambda connection: runs.source_id(connection, name, home, now))
        try:
            if source is not None and source.render:
                find_chromium()
            run = await self._begin("crawl", identity, name, resume=not fresh)
        except (RunUnderWay, RenderUnavailable) as error:
            if fresh and isinstance(error, RunUnderWay):
                # Every quarter of an hour, beside a nightly crawl: that is no failure. What is due stays so.
                result.notes.append(str(error))
                return result
            result.state = "failed"
            result.problems.append(str(error))
            return result
        if source is not None:
            await self._recorder.transact(partial(mirrors.keep, home=source.home, mirrors=source.mirrors, now=now))
        listings = listings_of(source, deep=since is not None) if source and not fresh else []
        mode, budget = (source.revisits, source.budget) if source else ("adaptive", USUAL_BUDGET)
        await self._recorder.transact(partial(_fill, run, listings, mode, budget, now))
        settings = (
            settings_of(source)
            if source
            else pace(delay=WATCH_DELAY, timeout=TIMEOUT, concurrency=1, allow_private=self.allow_private)
        )

        def listing(url: str, found: Any, error: str | None, new: int) -> None:
            result.listings += 1
            if error is not None:
                result.listings_failed += 1
                result.problems.append(error)
            if self.on_listing is not None:
                self.on_listing(url, found, error, new)

        extra = {"source": source, "limit": limit, "fresh": fresh, "on_listing": listing, "back_offs": self._back_offs}
        extra |= {"since": since, "most_listings": most_listings}
        if source is not None:
            extra["with_assets"] = source.assets
            extra["shapes"] = shapes_of(self._reader, source.home, run.scope)
            if source.render:
                extra["chromium"] = self._chromium = self._chromium or Chromium(find_chromium())
        spider = await self._crawl(VisitSpider, run, result, settings, extra, source)
        if since is not None:
            result.notes += bounds_met(since, spider.bounds, most_listings)
        if spider.left:
            # Beside what listings left out, which the run has counted itself.
            result.skipped["backing_off"] = spider.left
            hosts = "; ".join(f"{one.origin} is left alone until {iso(one.until)}" for one in spider.resting)
            result.notes.append(f"{spider.left:,} URLs wait for the next crawl: {hosts or 'a host was left alone'}.")
        return result

    async def inquire(self, inquiry: Callable[[Ask], Awaitable[T]], source: Source) -> T:
        """Let an inquiry ask a source's site, at the source's pace and by its permissions. No run, no visits.

        Raises what the inquiry raises, and KeyboardInterrupt after an interrupt, when the answers are none.
        """
        ledger = Ledger(run_id=0, source_id=None)
        crawler = Crawler(ProbeSpider, self._settings(settings_of(source)))
        desk = self._desk(ledger, source)
        await self._run_to_end(crawler, desk=desk, back_offs=self._back_offs, inquiry=inquiry)
        if self._interrupted:
            raise KeyboardInterrupt
        spider: Any = crawler.spider
        if spider.failure is not None:
            raise spider.failure
        found: T = spider.found
        return found

    async def take_in(self, files: Sequence[Path]) -> Result:
        """Import WARC files, in one run."""
        result = Result(name="import")
        run = await self._begin("import", None, None)
        extra = {"files": tuple(files), "on_progress": self.on_read}
        spider = await self._crawl(ImportSpider, run, result, {}, extra)
        result.skipped = spider.skipped
        result.problems += spider.problems
        skipped = dict(spider.skipped)
        await self._recorder.transact(lambda connection: runs.count_skipped(connection, run.id, skipped))
        await self._learn([result])
        return result

    async def backfill(
        self,
        job: Backfill,
        *,
        limit: int | None,
        delay: float,
        allow_private: bool,
        on_index: Callable[[str, int], None] = lambda url, new: None,
    ) -> Result:
        """Take a page's or a source's mementos out of another web archive, in one run of kind `import`."""
        result, scope, now = Result(name="backfill"), job.scope, self.clock.now()
        lock = scope.replace(":", "-")
        if not self._recorder.lock.take(lock):
            raise RunUnderWay(job.selection_text)
        try:
            run = attrs.evolve(await self._begin("import", None, None), scope=scope)
            owner, indexes, shapes = None, job.index_urls(()), Shapes()
            if job.source is not None:
                name, home = job.source.name, job.source.home
                owner = await self._recorder.transact(lambda c: runs.source_id(c, name, home, now))
                indexes = job.index_urls(await self._recorder.transact(lambda c: mementos.pages_of(c, name)))
                shapes = shapes_of(self._reader, home, f"source:{owner}")
            note = job.selection_text

            def begin(connection: Connection) -> bool:
                runs.describe(connection, run.id, note)
                return mementos.begin(connection, scope, indexes, now=now)

            if await self._recorder.transact(begin):
                result.notes.append("Goes on where the last backfill of the same was.")
            selection = Selection(first=job.first, last=job.last, source=job.source, shapes=shapes)
            extra = {
                "archive": job.archive,
                "selection": selection,
                "next_index": job.next_index,
                "back_offs": self._back_offs,
                "limit": limit,
                "on_index": on_index,
            }
            settings = pace(delay=delay, timeout=TIMEOUT, concurrency=1, allow_private=allow_private)
            spider = await self._crawl(BackfillSpider, run, result, settings, extra, job.source, owner=owner)
            result.skipped = selection.left_out + spider.skipped
            result.problems += spider.problems
            if not spider.lines and not spider.problems and not spider.stopped and not result.notes:
                result.notes.append(f"{job.archive.name} lists no capture of {job.target} in that time.")
            if spider.stopped:
                result.notes.append(f"{spider.stopped} {spider.left:,} wait; the same command goes on there.")
            skipped = dict(result.skipped)
            await self._recorder.transact(lambda connection: runs.count_skipped(connection, run.id, skipped))
        finally:
            self._recorder.lock.drop(lock)
        await self._learn([result])
        return result

    async def _learn(self, results: Sequence[Result]) -> None:
        """Close a generation of the site memory over what these runs added, and clean again what it concerns.

        After an interrupt the next run does it: what a generation has not seen waits for one.
        """
        last = next((result for result in reversed(results) if result.run is not None), None)
        if self._interrupted or last is None:
            return
        upkeep = Upkeep(
            recorder=self._recorder,
            reader=self._reader,
            workers=self._pool,
            on_progress=self.on_upkeep,
            stopping=lambda: self._interrupted,
        )
        try:
            kept = await upkeep.learn(last.run)
        except BackissueError as error:
            # Where the writer has failed, the run has said so.
            last.state = "failed"
            last.problems += [str(error)] * (str(error) not in last.problems)
            return
        last.problems += kept.problems
        if kept.stopped:
            last.state = "interrupted"

    async def _begin(self, kind: RunKind, source: int | None, name: str | None, *, resume: bool = True) -> Run:
        now = self.clock.now()
        run: Run = await self._recorder.transact(
            lambda connection: runs.begin(connection, self._recorder.lock, kind, source, name, now=now, resume=resume)
        )
        return run

    async def _crawl(
        self,
        spider_class: type[Spider],
        run: Run,
        result: Result,
        settings: dict[str, Any],
        extra: dict[str, Any],
        source: Source | None = None,
        owner: int | None = None,
    ) -> Any:
        """`owner`: the source whose pages these are, where that is not the run's."""
        result.run = run.id
        desk = self._desk(Ledger(run_id=run.id, source_id=owner or run.source_id), source)
        crawler = Crawler(spider_class, self._settings(settings))
        failures: list[BaseException] = []
        stopping: list[asyncio.Task[None]] = []

        def scraped(item: Any, **_: Any) -> None:
            if isinstance(item, Receipt):
                result.outcomes[item.outcome.value] += 1
                self.on_receipt(item)

        def failed(failure: Failure, **_: Any) -> None:
            # A failed write ends the run: going on would lose what comes after.
            failures.append(failure.value or RuntimeError(str(failure)))
            stopping.append(asyncio.get_event_loop().create_task(crawler.stop_async()))

        crawler.signals.connect(scraped, signal=signals.item_scraped, weak=False)
        crawler.signals.connect(failed, signal=signals.item_error, weak=False)
        crawler.signals.connect(failed, signal=signals.spider_error, weak=False)
        await self._run_to_end(crawler, desk=desk, run=run, **extra)
        await self._end(run, result, failures, crawler.spider)
        return crawler.spider

    def _desk(self, ledger: Ledger, source: Source | None) -> Desk:
        return Desk(
            recorder=self._recorder,
            workers=self._pool,
            reader=self._reader,
            ledger=ledger,
            memory=Memory(self._reader),
            book=self._book,
            source=source,
        )

    def _settings(self, own: dict[str, Any]) -> Settings:
        merged: Settings = self._crawling.settings.copy()
        ours = {"BACKISSUE_CLOCK": self.clock, "BACKISSUE_LOCKS": self.folder.locks}
        merged.update({**ours, **own}, priority="cmdline")
        return merged

    async def _end(self, run: Run, result: Result, failures: list[BaseException], spider: Any) -> None:
        error: str | None = None
        if failures:
            result.state = "failed"
            first = failures[0]
            error = str(first) if isinstance(first, BackissueError) else f"{type(first).__name__}: {first}"
            result.problems.append(error)
        elif self._interrupted:
            result.state = "interrupted"
        elif getattr(spider, "limited", False) or getattr(spider, "left", 0) or getattr(spider, "stopped_short", False):
            result.state = "limited"
        now, state = self.clock.now(), result.state
        unanswered: dict[str, int] = getattr(spider, "unanswered", {})
        result.skipped.update(unanswered)
        left = getattr(spider, "left", 0) if not isinstance(spider, BackfillSpider) else 0
        skipped = {**unanswered, **({"backing_off": left} if left else {})}

        def close(connection: Connection) -> None:
            if skipped:
                runs.count_skipped(connection, run.id, skipped)
            runs.close(connection, run.id, state, now=now, error=error)

        try:
            await self._recorder.conclude(close)
        except BackissueError:
            if not failures:
                raise
        if run.source_id is not None:
            self._recorder.lock.drop(f"source-{run.source_id}")


def _fill(
    run: Run,
    listings: list[tuple[frontier.Kind, str]],
    mode: Mode,
    budget: int,
    now: datetime,
    connection: Connection,
) -> None:
    """Put on a run's list what it begins with: its listings, unless it goes on where it was, and what is due."""
    if not run.resumed:
        by_kind: dict[frontier.Kind, list[str]] = {}
        for kind, url in listings:
            by_kind.setdefault(kind, []).append(url)
        for kind, urls in by_kind.items():
            frontier.add_again(connection, run.scope, kind, urls, now=now)
    revisit_plans.configure(connection, run.scope, mode=mode, budget=budget, now=now)
    frontier.make_due(connection, run.scope, now=now)
