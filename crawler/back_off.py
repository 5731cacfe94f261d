"""Hosts that ask to be left alone (429 and 503) or cannot be reached, as one process knows them."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import attrs
from scrapy import Request, Spider
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from storage import hosts
from storage.errors import HostBacksOff
from storage.hosts import BackOff
from storage.recorder import Recorder

# RFC 9110 15.6.4 and RFC 6585 4: the answers that may say when to come again.
REFUSALS = frozenset({429, 503})

# RFC 7089 2.1.1: every memento has it, whatever status was captured.
MEMENTO_DATETIME = b"Memento-Datetime"

# A run waits this long for a host. Longer, and its URLs are better left to the next run than the run kept open.
PATIENCE = timedelta(seconds=60)


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


class Retry(RetryMiddleware):
    """Scrapy's, but a host that is left alone for longer than a run waits is not asked again."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        if self._left_alone(request) or MEMENTO_DATETIME in response.headers:
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
