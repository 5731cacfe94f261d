"""The last stage: the archive decides, keeps, and answers with a receipt once it is committed."""

import asyncio
from typing import Self

from scrapy.crawler import Crawler

from pipelines.desk import Desk
from pipelines.page import NotArticle, PageBytes
from pipelines.reading import read
from storage import snapshots
from storage.errors import BackissueError, DamagedRecord, WorkerLost
from storage.outcome import Outcome, Receipt
from storage.record import RenditionMissing, keep_rendition
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
        self._rereads: dict[int, asyncio.Task[None]] = {}
        """Under way, by snapshot: several URLs of one page may ask for the same."""

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
                try:
                    await self._reread_once(missing.snapshot)
                except (DamagedRecord, RereadFailed, WorkerLost) as error:
                    # Without the one before nobody can say whether this is an edit. Its bytes are kept.
                    visit = visit.ends(Outcome.FAILED, "reread", str(error))

    async def _reread_once(self, snapshot: int) -> None:
        task = self._rereads.get(snapshot)
        if task is None:
            task = self._rereads[snapshot] = asyncio.create_task(self._reread(snapshot))
            task.add_done_callback(lambda _: self._rereads.pop(snapshot))
        await task

    async def _reread(self, snapshot: int) -> None:
        """Make the current version's rendition of a snapshot, so that a newer extractor is no publisher's edit."""
        recorder = self._desk.recorder
        location, url = snapshots.bytes_of(self._desk.reader, snapshot)
        exchange = read_exchange(recorder.folder.warc, location)
        try:
            reading = await self._desk.workers.run(read, url, PageBytes.of(exchange))
        except WorkerLost:
            raise
        except Exception as error:
            raise RereadFailed(snapshot, f"{error!r}.") from error
        if isinstance(reading, NotArticle):
            raise RereadFailed(snapshot, reading.why)
        article, rendition, now = reading.article, reading.rendition, recorder.clock.now()
        await recorder.transact(lambda connection: keep_rendition(connection, snapshot, article, rendition, now=now))
