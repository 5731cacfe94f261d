"""Takes captures out of WARC and WACZ files and sends them through the same pipelines."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from enum import Enum, auto
from pathlib import Path
from typing import Any

import attrs
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from sqlalchemy import select

from pipelines.desk import Desk
from storage.capture import Capture, Exchange, StoredRecord
from storage.database import reading
from storage.errors import BackissueError, InvalidURL
from storage.outcome import Receipt
from storage.runs import Run
from storage.tables import RecordRow, WarcFileRow
from storage.urls import parsed
from storage.wacz_read import BadWacz
from storage.warc_read import ForeignRecord, Location, Skipped, read_exchange, read_file

# Captures under way at once: enough for a group commit while the workers stay busy.
UNDER_WAY = 48


class Turn(Enum):
    """When a record is taken in."""

    PAGES = auto()
    ERRORS = auto()
    """A 404 is a takedown where the page is there, and nothing where it is not."""
    REVISITS = auto()
    """Their payload is in another record."""


def _turn(found: ForeignRecord | Skipped) -> Turn:
    if isinstance(found, ForeignRecord):
        if found.type == "revisit":
            return Turn.REVISITS
        if found.exchange is not None and found.exchange.status >= 400:
            return Turn.ERRORS
    return Turn.PAGES


class ImportSpider(Spider):
    """One run over WARC files, in up to three turns: what comes later needs what came before it, wherever it stands."""

    name = "import"

    def __init__(
        self,
        *,
        desk: Desk,
        run: Run,
        files: tuple[Path, ...],
        on_progress: Callable[[int], None] | None = None,
    ):
        super().__init__(name="import")
        self.desk = desk
        self.run = run
        self.files = files
        self.skipped: Counter[str] = Counter()
        """What gave no capture: reason -> count."""
        self.problems: list[str] = []
        """One line for each file that cannot be read."""
        self.on_progress = on_progress
        self._refused: set[Path] = set()
        """Files that are none, which the first turn tells."""
        self._turns: set[Turn] = set()
        """Those that the files have records for."""
        self._room = asyncio.Semaphore(UNDER_WAY)
        self._under_way: Counter[str] = Counter()
        """By URL."""
        self._quiet = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "ImportSpider":
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._recorded, signal=signals.item_scraped)
        crawler.signals.connect(spider._failed, signal=signals.item_error)
        return spider

    def _recorded(self, item: Receipt, **_: Any) -> None:
        self._ended(item.url)

    def _failed(self, item: Capture, **_: Any) -> None:
        self._ended(item.requested_url)

    def _ended(self, url: str) -> None:
        self._under_way[url] -= 1
        if not self._under_way[url]:
            del self._under_way[url]
        self._room.release()
        self._quiet.set()

    async def _all_ended(self, url: str | None = None) -> None:
        """Waits until nothing is under way, or nothing of a URL."""
        while self._under_way if url is None else url in self._under_way:
            self._quiet.clear()
            await self._quiet.wait()

    async def start(self) -> AsyncIterator[Any]:
        for turn in Turn:
            if turn is not Turn.PAGES and turn not in self._turns:
                continue
            for file in self.files:
                if file in self._refused:
                    continue
                try:
                    # A WACZ file's digests are compared once.
                    for found in read_file(file, check=turn is Turn.PAGES):
                        capture = self._capture(found, turn)
                        if self.on_progress is not None and turn is Turn.PAGES:
                            self.on_progress(found.offset)
                        if capture is None:
                            continue
                        # What a page shows is judged by what it showed before.
                        await self._all_ended(capture.requested_url)
                        await self._room.acquire()
                        self._under_way[capture.requested_url] += 1
                        yield capture
                except BackissueError as error:
                    if turn is Turn.PAGES:
                        self.problems.append(str(error))
                    if isinstance(error, BadWacz):
                        self._refused.add(file)
            await self._all_ended()
        # The engine looks whether it is idle when this ends, and then every five seconds. The last item's end is told
        # while the engine still counts it.
        engine: Any = self.crawler.engine
        while not engine.scraper.slot.is_idle():  # noqa: ASYNC110 - the engine has no event for it
            await asyncio.sleep(0)
        if lost := self.skipped["damaged"] + self.skipped["torn"]:
            whole = "1 record is" if lost == 1 else f"{lost:,} records are"
            self.problems.append(f"{whole} damaged or cut off and left out. Import the file again from a whole copy.")

    def _capture(self, found: ForeignRecord | Skipped, turn: Turn) -> Capture | None:
        """The capture that a record is in this turn; None where it is none, which is counted once."""
        its_turn = _turn(found)
        self._turns.add(its_turn)
        if its_turn is not turn:
            return None
        if isinstance(found, Skipped):
            return self._skip(found.reason)
        if found.type == "revisit":
            return self._revisit(found)
        if found.type != "response":
            return self._skip(f"{found.type} record")
        exchange = found.exchange
        if exchange is None:
            return self._skip("not HTTP")
        if 300 <= exchange.status < 400:
            return self._skip("redirect")
        media = (exchange.header("Content-Type") or "text/html").partition(";")[0].strip().lower()
        if "html" not in media and media not in ("text/plain", "application/octet-stream"):
            return self._skip(media or "no type")
        return self._checked(found, exchange)

    def _skip(self, reason: str) -> Capture | None:
        self.skipped[reason] += 1
        return None

    def _checked(self, found: ForeignRecord, exchange: Exchange) -> Capture | None:
        try:
            parsed(found.url)
        except InvalidURL:
            self.skipped["invalid URL"] += 1
            return None
        with reading(self.desk.reader) as connection:
            known = connection.execute(select(RecordRow.id).where(RecordRow.record_id == found.record_id)).first()
        if known is not None:
            self.skipped["imported before"] += 1
            return None
        return Capture.of(
            exchange,
            url=found.url,
            captured_at=found.captured_at,
            requested_url=found.url,
            record=StoredRecord(
                record_id=found.record_id,
                type=found.type,
                gzipped=found.gzipped,
                payload_digest=found.payload_digest,
            ),
        )

    def _revisit(self, found: ForeignRecord) -> Capture | None:
        """A revisit with the payload that it refers to: by URI and date, else by digest."""
        if found.exchange is None:
            self.skipped["not HTTP"] += 1
            return None
        if not found.not_modified and 300 <= found.exchange.status < 400:
            return self._skip("redirect")
        if found.not_modified:
            return self._checked(found, attrs.evolve(found.exchange, status=304))
        place = self._referred(found)
        if place is None:
            self.skipped["revisit of what is not here"] += 1
            return None
        original = read_exchange(self.desk.recorder.folder.warc, place)
        headers = found.exchange.headers or original.headers
        return self._checked(found, attrs.evolve(found.exchange, body=original.body, headers=headers))

    def _referred(self, found: ForeignRecord) -> Location | None:
        query = (
            select(WarcFileRow.name, RecordRow.offset, RecordRow.length, RecordRow.sha256)
            .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
            .where(RecordRow.type == "response")
            .order_by(RecordRow.id)
            .limit(1)
        )
        with reading(self.desk.reader) as connection:
            row = None
            if found.refers_to_url and found.refers_to_date:
                row = connection.execute(
                    query.where(RecordRow.url == found.refers_to_url, RecordRow.captured_at == found.refers_to_date)
                ).first()
            if row is None and found.payload_digest:
                row = connection.execute(query.where(RecordRow.payload_digest == found.payload_digest)).first()
        if row is None:
            return None
        return Location(file=row.name, offset=row.offset, length=row.length, sha256=row.sha256)
