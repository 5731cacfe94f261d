"""Recognises what needs no extraction: misses, answers that are no page, and the same bytes as last time."""

from typing import Self

from scrapy.crawler import Crawler
from sqlalchemy import Connection, Engine, select

from pipelines.answers import by_status
from pipelines.desk import Desk
from storage import pages, snapshots, takedowns
from storage.capture import Capture, Miss
from storage.database import reading
from storage.tables import AliasRow, RecordRow, SnapshotRow, VisitRow
from storage.urls import key
from storage.visit import Visit
from storage.warc_records import payload_digest


def same_bytes(engine: Engine, capture: Capture) -> int | None:
    """The page's newest snapshot, where the last visit that saw it got the very bytes of this capture."""
    with reading(engine) as connection:
        alias = pages.find_alias(connection, capture.url)
        if alias is None:
            return None
        newest = pages.newest_snapshot(connection, alias.page_id, capture.captured_at)
        if newest is None or snapshots.on_several_pages(connection, newest.id):
            return None
        if not snapshots.same_rendered(connection, newest.id, _rendered_digest(capture)):
            return None
        digest = payload_digest(capture.body)
        if capture.rendered is not None:
            # The page itself is an empty frame with a nonce, whatever its scripts put into it.
            return newest.id
        of_snapshot = select(RecordRow.payload_digest).join(SnapshotRow, SnapshotRow.record_id == RecordRow.id)
        if connection.execute(of_snapshot.where(SnapshotRow.id == newest.id)).scalar() == digest:
            return _unless_gone(connection, alias.page_id, newest.id)
        last_seen = (
            select(RecordRow.payload_digest)
            .join(VisitRow, VisitRow.record_id == RecordRow.id)
            .join(AliasRow, AliasRow.id == VisitRow.alias_id)
            .where(VisitRow.snapshot_id == newest.id, RecordRow.payload_digest == digest)
            .limit(1)
        )
        seen = connection.execute(last_seen).first() is not None
        return _unless_gone(connection, alias.page_id, newest.id) if seen else None


def _unless_gone(connection: Connection, page: int, snapshot: int) -> int | None:
    """A page that is suspected to be gone is read in full: the bytes alone do not say what has become of the sign."""
    return None if takedowns.is_open(connection, page) else snapshot


def _rendered_digest(capture: Capture) -> str | None:
    return payload_digest(capture.rendered) if capture.rendered is not None else None


class RecognisePipeline:
    """Capture or Miss -> Visit."""

    def __init__(self, desk: Desk):
        self._desk = desk
        source = desk.source
        self._sections = frozenset(key(url) for url in (source.home, *source.sections)) if source else frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.spider.desk)  # type: ignore[union-attr]

    async def process_item(self, item: Capture | Miss) -> Visit:
        if isinstance(item, Miss):
            return Visit(found=item)
        visit = by_status(item, self._sections)
        if visit.outcome is not None:
            return visit
        same = same_bytes(self._desk.reader, item)
        return Visit(found=item, same_as=same) if same is not None else visit
