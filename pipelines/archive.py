"""The last stage: the archive decides, keeps, and answers with a receipt once it is committed."""

from typing import Self

from scrapy.crawler import Crawler

from pipelines.desk import Desk
from pipelines.page import NotArticle, PageBytes
from pipelines.reading import read
from storage import snapshots
from storage.capture import Capture
from storage.errors import BackissueError
from storage.outcome import Receipt
from storage.record import RenditionMissing, keep_rendition
from storage.rules import SiteRules
from storage.visit import Visit
from storage.warc_read import read_exchange


class RereadFailed(BackissueError):
    """An earlier snapshot cannot be read by the current version, so nothing can be compared with it."""

    def __init__(self, snapshot: int, why: str):
        super().__init__(
            f"Snapshot {snapshot} cannot be read by this version: {why} Run `backissue verify`, or go back to the "
            "version that made it."
        )


class ArchivePipeline:
    """Visit -> Receipt."""

    def __init__(self, desk: Desk):
        self._desk = desk

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.spider.desk)  # type: ignore[union-attr]

    async def process_item(self, visit: Visit) -> Receipt:
        written: int | None = None
        while True:
            try:
                return await self._desk.recorder.record(visit, self._desk.ledger, written=written)
            except RenditionMissing as missing:
                written = missing.written
                # By the visit's rules, which need not be those of the snapshot's own address: the two are compared.
                rules = self._desk.rules_for(visit.found.url) if isinstance(visit.found, Capture) else None
                await self._reread(missing.snapshot, rules)

    async def _reread(self, snapshot: int, rules: SiteRules | None) -> None:
        """Make the current version's rendition of a snapshot, so that neither a newer extractor nor an edit of the
        rules is a publisher's edit."""
        recorder = self._desk.recorder
        location, url = snapshots.bytes_of(self._desk.reader, snapshot)
        exchange = read_exchange(recorder.folder.warc, location)
        reading = await self._desk.workers.run(read, url, PageBytes.of(exchange), rules=rules)
        if isinstance(reading, NotArticle):
            raise RereadFailed(snapshot, reading.why)
        article, rendition, now = reading.article, reading.rendition, recorder.clock.now()
        await recorder.transact(lambda connection: keep_rendition(connection, snapshot, article, rendition, now=now))
