"""Extraction and cleaning in the line of pipelines."""

from typing import Self

import attrs
from scrapy.crawler import Crawler

from pipelines.desk import Desk
from pipelines.page import NotArticle, PageBytes
from pipelines.parts.gathering import Fetch, Gathering, not_at_hand
from pipelines.reading import read_page
from storage.capture import Capture
from storage.errors import WorkerLost
from storage.outcome import Outcome
from storage.visit import Visit


class ReadPipeline:
    """Visit -> Visit with an Article and its Rendition, unless its end is known.

    The further parts of an article over several pages are fetched here, since only reading the one tells the next; a
    spider that can do so has a method `fetch_part`.
    """

    def __init__(self, desk: Desk, fetch: Fetch):
        self._desk = desk
        self._gathering = Gathering(desk=desk, fetch=fetch)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider = crawler.spider
        return cls(spider.desk, getattr(spider, "fetch_part", not_at_hand))  # type: ignore[union-attr]

    async def process_item(self, visit: Visit) -> Visit:
        capture = visit.found
        if visit.outcome is not None or visit.same_as is not None or not isinstance(capture, Capture):
            return visit
        try:
            knowledge = self._desk.memory.knowledge(capture.url, capture.captured_at)
            rules = self._desk.rules_for(capture.url)
            page = PageBytes.of(capture)
            reading = await self._desk.workers.run(read_page, capture.url, page, knowledge, rules)
            if isinstance(reading, NotArticle):
                outcome = Outcome.REFUSED if reading.kind == "too_large" else Outcome.NOT_ARTICLE
                return visit.ends(outcome, reading.kind, reading.why)
            visit = attrs.evolve(visit, article=reading.article, rendition=reading.rendition)
            return await self._gathering.whole(visit, capture, reading.article)
        except WorkerLost as error:
            return visit.ends(Outcome.FAILED, "extraction", str(error))
        except Exception as error:  # noqa: BLE001 - whatever a parser raises on a page is that page's failure
            return visit.ends(Outcome.FAILED, "extraction", f"{capture.url} could not be read: {error!r}.")
