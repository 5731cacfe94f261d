"""Recognises what needs no extraction: misses, answers that are no page, and the same bytes as last time."""

from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from sqlalchemy import Engine, select

from pipelines import challenges
from pipelines.decode import BodyTooLarge, UnknownEncoding, decode_body
from pipelines.desk import Desk
from storage import pages
from storage.capture import Capture, Miss
from storage.database import reading
from storage.outcome import Outcome
from storage.tables import AliasRow, RecordRow, SnapshotRow, VisitRow
from storage.urls import is_front_page
from storage.visit import Visit
from storage.warc_records import payload_digest

_BLOCKED = frozenset({401, 402, 403, 407, 429, 451})
_GONE = frozenset({404, 410})


def by_status(capture: Capture) -> Visit:
    """The visit of a capture, ended where the HTTP status says how; the archive turns `gone` into `failed` where it
    has nothing that could be gone."""
    visit, status, url = Visit(found=capture), capture.status, capture.requested_url
    if status == 304:
        return visit.ends(Outcome.NOT_MODIFIED)
    if status in _GONE:
        return visit.ends(Outcome.GONE, f"http_{status}", f"{url} answered {status}. Check the address.")
    if service := _challenge(capture):
        return visit.ends(
            Outcome.BLOCKED,
            "bot_check",
            f"{url} answered {status} with a bot check ({service}): the site keeps us out. Try later or slower.",
        )
    if status in _BLOCKED:
        return visit.ends(
            Outcome.BLOCKED, f"http_{status}", f"{url} answered {status}: the site keeps us out. Try later or slower."
        )
    target = capture.header("Location") or ""
    if 300 <= status < 400 and urlsplit(target).scheme.lower() not in ("", "http", "https"):
        return visit.ends(Outcome.REFUSED, "scheme", f"{url} redirects to {target[:80]}, which is not fetched.")
    if not 200 <= status < 300:
        return visit.ends(Outcome.FAILED, f"http_{status}", f"{url} answered {status}. Try again later.")
    if capture.redirects and is_front_page(capture.url) and not is_front_page(url):
        return visit.ends(
            Outcome.GONE, "to_front_page", f"{url} leads to the front page {capture.url}: the article is not there."
        )
    if not capture.body:
        return visit.ends(Outcome.FAILED, "empty", f"{url} answered with an empty body. Try again later.")
    return visit


def _challenge(capture: Capture) -> str | None:
    """The protection service that answered in the site's place; None where none says so.

    Only what is no success is looked into here, since such answers are never extracted.
    """
    if service := challenges.by_header({name.lower(): value for name, value in capture.headers}):
        return service
    if 200 <= capture.status < 400 or len(capture.body) > challenges.MAX_MARKUP:
        return None
    try:
        data = decode_body(capture.body, capture.header("Content-Encoding"), limit=4 * challenges.MAX_MARKUP).data
    except (BodyTooLarge, UnknownEncoding):
        return None  # Its status says what it is.
    found = challenges.by_markup(data.decode("latin-1"))
    return None if found == "captcha" else found


def same_bytes(engine: Engine, capture: Capture) -> int | None:
    """The page's newest snapshot, where the last visit that saw it got the very bytes of this capture."""
    with reading(engine) as connection:
        alias = pages.find_alias(connection, capture.url)
        if alias is None:
            return None
        newest = pages.newest_snapshot(connection, alias.page_id, capture.captured_at)
        if newest is None:
            return None
        digest = payload_digest(capture.body)
        of_snapshot = select(RecordRow.payload_digest).join(SnapshotRow, SnapshotRow.record_id == RecordRow.id)
        if connection.execute(of_snapshot.where(SnapshotRow.id == newest.id)).scalar() == digest:
            return newest.id
        last_seen = (
            select(RecordRow.payload_digest)
            .join(VisitRow, VisitRow.record_id == RecordRow.id)
            .join(AliasRow, AliasRow.id == VisitRow.alias_id)
            .where(VisitRow.snapshot_id == newest.id, RecordRow.payload_digest == digest)
            .limit(1)
        )
        return newest.id if connection.execute(last_seen).first() else None


class RecognisePipeline:
    """Capture or Miss -> Visit."""

    def __init__(self, desk: Desk):
        self._desk = desk

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.spider.desk)  # type: ignore[union-attr]

    async def process_item(self, item: Capture | Miss) -> Visit:
        if isinstance(item, Miss):
            return Visit(found=item)
        visit = by_status(item)
        if visit.outcome is not None:
            return visit
        same = same_bytes(self._desk.reader, item)
        return Visit(found=item, same_as=same) if same is not None else visit
