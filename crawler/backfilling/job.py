"""A backfill as it is asked for: of which pages, from where, from when to when."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from crawler.backfilling.web_archive import WebArchive
from storage.mementos import scope_of
from storage.sources import Source


@attrs.frozen(kw_only=True)
class Backfill:
    """A backfill as it is asked for."""

    target: str
    """A page's URL, or a source's front page."""

    source: Source | None
    """The source that was named. None: a page was."""

    archive: WebArchive
    first: datetime
    last: datetime

    @property
    def scope(self) -> str:
        """Its list in the frontier; the same when the same is asked for again."""
        where = self.archive.cdx or self.archive.timemap or ""
        parts = (self.target, self.source.name if self.source else "", where, self.archive.replay)
        return scope_of(*parts, self.first.isoformat(), self.last.isoformat())

    def index_urls(self, pages: Sequence[str]) -> list[str]:
        """What is asked of the index first. `pages`: those of the source, since TimeMaps are of one page each."""
        if self.source is None:
            return [self.archive.index_url(self.target, self.first, self.last)]
        if self.archive.cdx is None:
            return [self.archive.index_url(page, self.first, self.last) for page in pages]
        return [self.archive.index_url(self.target, self.first, self.last, prefix=True)]

    def next_index(self, resume_key: str) -> str:
        """The address that goes on behind an answer of the CDX server."""
        prefix = self.source is not None
        return self.archive.index_url(self.target, self.first, self.last, prefix=prefix, resume_key=resume_key)

    @property
    def selection_text(self) -> str:
        """What the run notes of it."""
        return f"{self.target} from {self.archive.name}, {self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}"
