"""Obeys robots.txt, which is kept in the archive for a day, for all processes and runs."""

import asyncio
from collections import defaultdict

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Response, TextResponse
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.misc import build_from_crawler

from crawler.back_off import BackOffs, header_of
from crawler.throttle import slow_down
from pipelines.desk import Desk
from storage import hosts
from storage.database import reading
from storage.errors import HostBacksOff, RobotsUnreachable
from storage.hosts import Robots

# RFC 9309 2.5: a crawler must read at least 500 KiB of a robots.txt, and may stop there.
MAX_ROBOTS_BYTES = 500 * 1024


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's check, with RFC 9309's reading of errors and a copy that outlives the run.

    4xx and endless redirects: nothing is forbidden (2.3.1.2, 2.3.1.3). 5xx, and 429 like it: nothing is allowed for
    now, so the host is left alone (2.3.1.4). No answer at all is the page's own failure, with the same cause.
    """

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._robots: dict[str, tuple[Robots, RobotParser]] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        crawler.signals.connect(self._received, signal=signals.bytes_received)

    @property
    def _desk(self) -> Desk:
        desk: Desk = self.crawler.spider.desk  # type: ignore[union-attr]
        return desk

    @property
    def _back_offs(self) -> BackOffs:
        back_offs: BackOffs = self.crawler.spider.back_offs  # type: ignore[union-attr]
        return back_offs

    async def process_request(self, request: Request) -> Response | None:  # type: ignore[override]
        """Raises HostBacksOff, RobotsUnreachable, and IgnoreRequest for what is disallowed."""
        if request.meta.get("dont_obey_robotstxt"):
            return None
        if self._back_offs.long(request.url):
            raise self._back_offs.refusal(request.url)
        robots, parser = await self._rules(request)
        if request.meta.get("kind") == "sitemap" and request.url == f"{hosts.origin(request.url)}/robots.txt":
            # Listed for the sitemaps that it names, and read already.
            return TextResponse(request.url, status=robots.status or 404, body=robots.body, encoding="utf-8")
        self.process_request_2(parser, request)
        self._keep_pace(parser, request)
        return None

    def _keep_pace(self, parser: RobotParser, request: Request) -> None:
        """See to it that the next request to this host waits as long as its Crawl-delay says."""
        pause = parser.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"])
        if not pause or request.meta.get("rendering"):
            return
        request.meta["crawl_delay"] = pause
        _, slot = self.crawler.engine.downloader._get_slot(request)
        slow_down(slot, request)

    async def _rules(self, request: Request) -> tuple[Robots, RobotParser]:
        where, clock = hosts.origin(request.url), self._desk.recorder.clock
        async with self._locks[where]:
            known = self._robots.get(where)
            if known is not None and known[0].fresh(clock.now()):
                return known
            with reading(self._desk.reader) as connection:
                robots = hosts.find_robots(connection, where)
            if robots is None or not robots.fresh(clock.now()):
                robots = await self._fetch(where, request)
            parser: RobotParser = build_from_crawler(self._parserimpl, self.crawler, robots.body)
            self._robots[where] = robots, parser
            return robots, parser

    async def _fetch(self, where: str, request: Request) -> Robots:
        asked = Request(
            f"{where}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True, "robots": True},
            callback=NO_CALLBACK,
        )
        status, body = None, b""
        try:
            response = await self.crawler.engine.download_async(asked)
        except HostBacksOff as error:
            raise HostBacksOff(request.url, error.until, unreachable=error.unreachable) from error
        except IgnoreRequest:
            # Redirects in a loop, or too many of them.
            pass
        except Exception as error:
            raise RobotsUnreachable(request.url) from error
        else:
            status, body = response.status, response.body if response.status < 300 else b""
            if status >= 500 or status == 429:
                await self._back_offs.refused(request.url, header_of(response), at_least=hosts.ROBOTS_REST)
                until = self._back_offs.until(request.url)
                raise HostBacksOff(request.url, until or self._desk.recorder.clock.now(), robots=status)
        robots = Robots(status=status, body=_whole_lines(body), read_at=self._desk.recorder.clock.now())
        await self._desk.recorder.transact(lambda connection: hosts.keep_robots(connection, where, robots))
        return robots

    @staticmethod
    def _received(data: bytes, request: Request, spider: Spider) -> None:
        if request.meta.get("robots"):
            request.meta["robots_bytes"] = request.meta.get("robots_bytes", 0) + len(data)
            if request.meta["robots_bytes"] > MAX_ROBOTS_BYTES:
                raise StopDownload(fail=False)


def _whole_lines(body: bytes) -> bytes:
    """The lines within the limit: a rule cut off in the middle would forbid more than it says."""
    return body if len(body) <= MAX_ROBOTS_BYTES else body[:MAX_ROBOTS_BYTES].rpartition(b"\n")[0]
