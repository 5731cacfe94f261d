"""Collecting what a listing names, so that every entry ends as an article, a further listing or a count."""

from collections import Counter
from datetime import datetime

from crawler.discovery.links import UnusableLink, resolve
from crawler.discovery.listing import Found, Further, FurtherKind, Listing, Role
from crawler.discovery.titles import plain


class Gathering:
    """The entries of one document as they are met."""

    def __init__(self, base: str, *, limit: int):
        """`base` resolves relative links. More than `limit` articles or further listings are counted, not kept."""
        self.base = base
        self.limit = limit
        self._articles: dict[str, Found] = {}
        self._further: dict[str, Further] = {}
        self._skipped: Counter[str] = Counter()

    def article(
        self,
        href: str | None,
        *,
        title: str | None = None,
        published_at: datetime | None = None,
        modified_at: datetime | None = None,
    ) -> None:
        """Take an entry. A URL that comes twice counts once, as it came first."""
        url = self._resolved(href, self._articles)
        if url is not None:
            self._articles[url] = Found(url=url, title=plain(title), published_at=published_at, modified_at=modified_at)

    def further(
        self, href: str | None, kind: FurtherKind, *, modified_at: datetime | None = None, role: Role = "named"
    ) -> None:
        """Take another listing. One that comes twice counts once, as it came first."""
        url = self._resolved(href, self._further)
        if url is not None:
            self._further[url] = Further(url=url, kind=kind, modified_at=modified_at, role=role)

    def names(self, role: Role) -> bool:
        """Whether a further listing of this role was taken."""
        return any(further.role == role for further in self._further.values())

    def skip(self, reason: str, count: int = 1) -> None:
        """Count entries that are left out."""
        if count:
            self._skipped[reason] += count

    def listing(self, kind: str) -> Listing:
        """What was gathered, and what was left out."""
        return Listing(
            articles=tuple(self._articles.values()),
            further=tuple(self._further.values()),
            skipped=dict(self._skipped),
            kind=kind,
        )

    def _resolved(self, href: str | None, taken: dict[str, Found] | dict[str, Further]) -> str | None:
        if not href or not href.strip():
            self.skip("no_link")
            return None
        try:
            url = resolve(href, self.base)
        except UnusableLink as error:
            self.skip(error.reason)
            return None
        if url in taken:
            self.skip("duplicate")
            return None
        if len(taken) >= self.limit:
            self.skip("over_limit")
            return None
        return url
