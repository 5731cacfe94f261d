"""Which of the mementos that an index lists a backfill takes, and how many it leaves out for what reason."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import attrs

from crawler.backfilling.index import Listed
from crawler.discovery.likeness import verdict
from crawler.discovery.shapes import Shapes
from crawler.discovery.wanted import matches
from storage.errors import InvalidURL
from storage.sources import Source
from storage.urls import key

_PAGES = ("html", "text/plain", "octet-stream", "warc/revisit", "unk")


@attrs.define(kw_only=True)
class Selection:
    """Goes through an index's lines in their order, page by page and by time."""

    first: datetime
    last: datetime
    source: Source | None = None
    """Whose articles are wanted. None: whatever the index lists, since one page was asked for."""

    shapes: Shapes = attrs.field(factory=Shapes)
    left_out: Counter[str] = attrs.field(factory=Counter)
    _before: tuple[str, str] | None = None
    """Key and digest of the last that was taken."""

    def take(self, listed: Iterable[Listed]) -> list[Listed]:
        """Those that are wanted, in order. A payload that is the one before of the same page is taken once."""
        taken = []
        for one in listed:
            reason = self._reason(one)
            if reason is None:
                taken.append(one)
            else:
                self.left_out[reason] += 1
        return taken

    def _reason(self, one: Listed) -> str | None:
        if not self.first <= one.captured_at <= self.last:
            return "out_of_range"
        if one.status is not None and 300 <= one.status < 400:
            return "redirect"
        if one.status is not None and one.status not in (200, 404, 410):
            return f"http_{one.status}"
        media = (one.media_type or "text/html").lower()
        if one.status == 200 and not any(kind in media for kind in _PAGES):
            return media
        if one.url is not None and (reason := self._unwanted(one.url)):
            return reason
        if one.url is None or one.digest is None:
            return None
        this = key(one.url), one.digest
        if this == self._before:
            return "same_digest"
        self._before = this
        return None

    def _unwanted(self, url: str) -> str | None:
        try:
            key(url)
        except InvalidURL:
            return "invalid_url"
        if self.source is None:
            return None
        if not matches(self.source, url):
            return "excluded"
        if self.source.include:
            return None
        learnt = self.shapes.judge(url)
        if learnt == "article" or (learnt is None and verdict(url, None) == "article"):
            return None
        return "not_article_like"
