"""Hosts that ask to be left alone (429 and 503) or cannot be reached, and the gate that keeps requests from them."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import attrs
from scrapy import Request, Spider
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError
from scrapy.http import Response
from twisted.internet.error import ConnectError

from crawler import addresses
from storage import hosts
from storage.errors import HostBacksOff
from storage.host_places import HostPlaces, Place
from storage.hosts import BackOff
from storage.recorder import Recorder
from storage.urls import host

# RFC 9110 15.6.4 and RFC 6585 4: the answers that may say when to come again.
REFUSALS = frozenset({429, 503})

# A run waits this long for a host. Longer, and its URLs are better left to the next run than the run kept open.
PATIENCE = timedelta(seconds=60)

# Seconds between two looks whether another process has left a host's place. An answer takes a tenth and more.
FIRST_LOOK, LAST_LOOK = 0.02, 0.5


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait: seconds or an HTTP date (RFC 9110 10.2.3), never below zero.

    None where it is absent or says neither.
    """
    text = (value or "").strip()
    if text.isdecimal() and text.isascii():
        # More digits than this are no wait, and more than a timedelta holds.
        return timedelta(seconds=int(text[:9]))
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(timedelta(), (when if when.tzinfo else when.replace(tzinfo=UTC)) - now)


class BackOffs:
    """What this process knows of the hosts that are left alone. The database holds it for all processes."""

    def __init__(self, recorder: Recorder):
        self._recorder = recorder
        self._known: dict[str, BackOff] = {}

    def learn(self, known: Iterable[BackOff]) -> None:
        """Take over what the database says."""
        self._known = {one.origin: one for one in known}

    def until(self, url: str) -> datetime | None:
        """Until when a URL's host is left alone; None where it may be asked."""
        known = self._known.get(hosts.origin(url))
        return known.until if known is not None and known.until > self._recorder.clock.now() else None

    def long(self, url: str) -> bool:
        """Whether a URL's host is left alone for longer than a run waits."""
        until = self.until(url)
        return until is not None and until - self._recorder.clock.now() > PATIENCE

    def refusal(self, url: str) -> HostBacksOff:
        """Says that a URL's host is left alone, and why."""
        known = self._known[hosts.origin(url)]
        return HostBacksOff(url, known.until, unreachable=known.dead)

    async def wait(self, url: str) -> None:
        """Wait until a URL's host may be asked. Raises HostBacksOff where that is longer than a run waits."""
        while (until := self.until(url)) is not None:
            if self.long(url):
                raise self.refusal(url)
            await asyncio.sleep((until - self._recorder.clock.now()).total_seconds())

    async def refused(self, url: str, header: str | None, *, at_least: timedelta = timedelta()) -> None:
        """Leave a URL's host alone. `header`: its Retry-After."""
        where, now = hosts.origin(url), self._recorder.clock.now()
        asked = retry_after(header, now)
        until = await self._recorder.transact(
            lambda connection: hosts.back_off(connection, where, now=now, asked=asked, at_least=at_least)
        )
        self._known[where] = BackOff(origin=where, until=until)

    async def not_reached(self, url: str) -> None:
        """A URL's host has no name, takes no connection, or does not answer in time."""
        where, now = hosts.origin(url), self._recorder.clock.now()
        self._known[where] = await self._recorder.transact(
            lambda connection: hosts.not_reached(connection, where, now=now)
        )

    async def answered(self, url: str, status: int) -> None:
        """A URL's host answers, with an HTTP status that does not ask to be left alone."""
        where = hosts.origin(url)
        known = self._known.get(where)
        if known is None:
            return
        if status < 400 and self.until(url) is None:
            del self._known[where]
            await self._recorder.transact(lambda connection: hosts.end_back_off(connection, where))
        elif known.failures:
            self._known[where] = attrs.evolve(known, failures=0)
            await self._recorder.transact(lambda connection: hosts.reached(connection, where))


def header_of(response: Response) -> str | None:
    """A response's Retry-After."""
    value = response.headers.get(b"Retry-After")
    return None if value is None else value.decode("latin-1")


# What says that a host is dead, when it comes several times in a row.
_UNREACHABLE = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError, ConnectError)


class GatedHandler(HTTP11DownloadHandler):
    """The last gate before the wire: requests that were queued before a host refused wait here as well.

    A request that waits holds its host's place in the downloader, so that no other passes it by. Of all processes on
    the archive, only so many have a request under way to one host at once.
    """

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._places = HostPlaces(crawler.settings["BACKISSUE_LOCKS"])

    async def download_request(self, request: Request) -> Response:
        back_offs: BackOffs = self._crawler.spider.back_offs  # type: ignore[union-attr]
        place = await self._place(request.url)
        try:
            await back_offs.wait(request.url)
            response: Response = await super().download_request(request)
        except _UNREACHABLE:
            # A look-up that the guard of addresses has refused looks like a name that is not there.
            if (urlsplit(request.url).hostname or "") not in addresses.refused:
                await back_offs.not_reached(request.url)
            raise
        finally:
            place.leave()
        if response.status in REFUSALS:
            await back_offs.refused(request.url, header_of(response))
        else:
            await back_offs.answered(request.url, response.status)
        return response

    async def _place(self, url: str) -> Place:
        wait, where = FIRST_LOOK, host(url)
        while (place := self._places.take(where, self._at_once)) is None:
            await asyncio.sleep(wait)
            wait = min(2 * wait, LAST_LOOK)
        return place


class Retry(RetryMiddleware):
    """Scrapy's, but a host that is left alone for longer than a run waits is not asked again."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        if self._left_alone(request):
            return response
        answer: Request | Response = super().process_response(request, response)
        return answer

    def process_exception(
        self, request: Request, exception: Exception, spider: Spider | None = None
    ) -> Request | Response | None:
        if self._left_alone(request):
            return None
        answer: Request | Response | None = super().process_exception(request, exception)
        return answer

    def _left_alone(self, request: Request) -> bool:
        back_offs: BackOffs = self.crawler.spider.back_offs  # type: ignore[union-attr]
        return back_offs.long(request.url)
