"""Heeds what publishers say about keeping their pages, where a source says to: such a page is not kept."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import attrs
from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.robots_txt import Rule, path_of
from pipelines.access.opt_outs import Said, by_headers, by_page, rules_of_file
from pipelines.desk import Desk
from pipelines.page import PageBytes
from storage import hosts
from storage.capture import Capture, Miss
from storage.database import reading
from storage.errors import BackissueError
from storage.hosts import Tdmrep
from storage.sources import Source

# As of robots.txt (RFC 9309 2.5); nobody needs more rules than that.
MAX_FILE_BYTES = 500 * 1024

Download = Callable[[Request], Awaitable[Response]]


@attrs.define
class OptOuts:
    """Asks, for one run, what the publisher says."""

    _desk: Desk
    _source: Source | None
    _download: Download
    _files: dict[str, tuple[Rule, ...]] = attrs.field(factory=dict, init=False)
    _locks: dict[str, asyncio.Lock] = attrs.field(factory=lambda: defaultdict(asyncio.Lock), init=False)

    async def kept(self, capture: Capture) -> Capture | Miss:
        """The capture, or in its place why it may not be kept."""
        source = self._source
        if source is None or not (source.obey_noarchive or source.obey_tdm_reservation) or capture.status != 200:
            return capture
        said = by_headers(capture.headers)
        try:
            page = await self._desk.workers.run(by_page, capture.url, PageBytes.of(capture))
        except BackissueError:
            # What no worker can parse becomes no snapshot either, and its visit says why.
            page = Said()
        said = page.over(said)
        if source.obey_noarchive and said.noarchive:
            return _refused(capture, "noarchive", f"that no copy of it be kept (noarchive in {said.noarchive})")
        if source.obey_tdm_reservation:
            if said.reserved is None:
                said = said.over(await self._by_file(capture.url))
            if said.reserved:
                return _refused(capture, "tdm_reservation", f"not to be mined ({said.where})")
        return capture

    async def _by_file(self, url: str) -> Said:
        """What the site's tdmrep.json says of a URL: the longest pattern that matches, and of two as long the one
        that reserves."""
        where = hosts.origin(url)
        async with self._locks[where]:
            if where not in self._files:
                rules = rules_of_file(await self._file(where))
                self._files[where] = tuple(Rule.of(location, allow=not reserved) for location, reserved in rules)
        path = path_of(url)
        matching = [rule for rule in self._files[where] if rule.matches(path)]
        if not matching:
            return Said()
        decides = max(matching, key=lambda rule: (rule.length, not rule.allow))
        return Said(reserved=not decides.allow, where=f"{where}/.well-known/tdmrep.json")

    async def _file(self, where: str) -> bytes:
        """The file of an origin, from the archive where it is not older than a day. Empty: there is none."""
        clock = self._desk.recorder.clock
        with reading(self._desk.reader) as connection:
            known = hosts.find_tdmrep(connection, where)
        if known is not None and known.fresh(clock.now()):
            return known.body
        # Well-known addresses are there for programs to ask for (RFC 8615); robots.txt is about pages.
        meta = {"dont_obey_robotstxt": True}
        try:
            response = await self._download(
                Request(f"{where}/.well-known/tdmrep.json", meta=meta, callback=NO_CALLBACK, dont_filter=True)
            )
        except Exception:  # noqa: BLE001 - whatever keeps it from us, it says nothing; the page itself was there
            return b""
        if response.status >= 500 or response.status == 429:
            return b""
        body = response.body[:MAX_FILE_BYTES] if response.status == 200 else b""
        tdmrep = Tdmrep(body=body, read_at=clock.now())
        await self._desk.recorder.transact(lambda connection: hosts.keep_tdmrep(connection, where, tdmrep))
        return body


def _refused(capture: Capture, kind: str, what: str) -> Miss:
    url = capture.requested_url
    return Miss(
        requested_url=url,
        outcome="blocked",
        kind=kind,
        message=f"{url} asks {what}. Its source heeds that (`obey_{kind}`), so nothing of it was kept.",
        missed_at=capture.captured_at,
        redirects=capture.redirects,
        entry=capture.entry,
    )
