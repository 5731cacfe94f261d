"""Extraction and cleaning in the line of pipelines."""

from typing import Self

import attrs
from scrapy.crawler import Crawler

from pipelines.desk import Desk
from pipelines.page import NotArticle, PageBytes
from pipelines.reading import read
from storage.capture import Capture
from storage.errors import WorkerLost
from storage.outcome import Outcome
from storage.visit import Visit


class ReadPipeline:
    """Visit -> Visit with an Article and its Rendition, unless its end is known."""

    def __init__(self, desk: Desk):
        self._desk = desk

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.spider.desk)  # type: ignore[union-attr]

    async def process_item(self, visit: Visit) -> Visit:
        capture = visit.found
        if visit.outcome is not None or visit.same_as is not None or not isinstance(capture, Capture):
            return visit
        try:
            knowledge = self._desk.memory.knowledge(capture.url, capture.captured_at)
            rules = self._desk.rules_for(capture.url)
            page = PageBytes.of(capture)
            reading = await self._desk.workers.run(read, capture.url, page, knowledge, rules)
        except WorkerLost as error:
            return visit.ends(Outcome.FAILED, "extraction", str(error))
        except Exception as error:  # noqa: BLE001 - whatever a parser raises on a page is that page's failure
            return visit.ends(Outcome.FAILED, "extraction", f"{capture.url} could not be read: {error!r}.")
        if isinstance(reading, NotArticle):
            outcome = Outcome.REFUSED if reading.kind == "too_large" else Outcome.NOT_ARTICLE
            return visit.ends(outcome, reading.kind, reading.why)
        return attrs.evolve(visit, article=reading.article, rendition=reading.rendition)
