"""The last stage: the archive decides, keeps, and answers with a receipt once it is committed."""

import asyncio
from typing import Self

from scrapy.crawler import Crawler

from pipelines.answers import part_bytes
from pipelines.desk import Desk
from pipelines.page import NotArticle, PageBytes
from pipelines.reading import clean_again, read
from storage import snapshots
from storage.capture import Capture
from storage.database import reading
from storage.errors import BackissueError, DamagedRecord, WorkerLost
from storage.outcome import Outcome, Receipt
from storage.record import RenditionMissing, keep_rendition
from storage.stored import stored_article
from storage.visit import Visit


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
        written: tuple[int, ...] = ()
        while True:
            try:
                return await self._desk.recorder.record(visit, self._desk.ledger, written=written)
            except RenditionMissing as missing:
                written = missing.written
                try:
                    await self._reread_once(missing.snapshot, visit)
                except (DamagedRecord, RereadFailed, WorkerLost) as error:
                    # Without the one before nobody can say whether this is an edit. Its bytes are kept.
                    visit = visit.ends(Outcome.FAILED, "reread", str(error))

    async def _reread_once(self, snapshot: int, visit: Visit) -> None:
        task = self._rereads.get(snapshot)
        if task is None:
            task = self._rereads[snapshot] = asyncio.create_task(self._make_comparable(snapshot, visit))
            task.add_done_callback(lambda _: self._rereads.pop(snapshot))
        await task

    async def _make_comparable(self, snapshot: int, visit: Visit) -> None:
        """Make a snapshot's rendition of the version that a visit of its page has, so that a newer extractor, newer
        rules and what was learnt since are no publisher's edit."""
        if visit.rendition is None:
            raise ValueError("only a visit with a rendition is compared")
        recorder, workers, found = self._desk.recorder, self._desk.workers, visit.found
        with reading(self._desk.reader) as connection:
            stored = stored_article(connection, snapshot, visit.rendition.extractor)
        url = snapshots.seen(self._desk.reader, snapshot).url
        # As if it were of the visit's site and time: both sides are cleaned by the same knowledge.
        when = found.captured_at if isinstance(found, Capture) else recorder.clock.now()
        answered = found.url if isinstance(found, Capture) else url
        knowledge = self._desk.memory.knowledge(url, when, site=self._desk.memory.site(answered))
        # By the visit's rules, which need not be those of the snapshot's own address: the two are compared.
        rules = self._desk.rules_for(answered)
        if stored is not None:
            article = stored.article
            rendition = await workers.run(clean_again, url, article, knowledge)
        else:
            exchange = snapshots.exchange_of(self._desk.reader, recorder.folder.warc, snapshot)
            parts = [part_bytes(one) for one in snapshots.parts_of(self._desk.reader, recorder.folder.warc, snapshot)]
            try:
                found_again = await workers.run(read, url, PageBytes.of(exchange), knowledge, rules, parts)
            except WorkerLost:
                raise
            except Exception as error:
                raise RereadFailed(snapshot, f"{error!r}.") from error
            if isinstance(found_again, NotArticle):
                raise RereadFailed(snapshot, found_again.why)
            article, rendition = found_again.article, found_again.rendition
        now = recorder.clock.now()
        await recorder.transact(lambda connection: keep_rendition(connection, snapshot, article, rendition, now=now))
