"""A listing that a site was found to have, and what speaks for it."""

from collections.abc import Collection
from datetime import datetime

import attrs

from crawler.discovery.following import Depth, dated
from crawler.discovery.listing import FurtherKind, Listing
from crawler.discovery.wanted import wanted
from storage.sources import Source
from storage.urls import key


@attrs.frozen(kw_only=True)
class Candidate:
    """A listing that a site was found to have."""

    url: str
    """Where it answers, after redirects."""

    kind: FurtherKind
    form: str
    """What it turned out to be: "rss", "news_sitemap", "sitemap_index", "section", …"""

    named_by: str
    """What led to it: "link element", "common path", "robots.txt", "sitemap index", "front page"."""

    articles: int
    """How many articles it names."""

    fitting: frozenset[str]
    """Keys of those that a crawl would take up."""

    newest: datetime | None
    """The latest time that it gives one of them, or a sitemap that it names. Aware, UTC. None: it dates none."""

    further: int = 0
    """How many sitemaps it names."""


def candidate(
    url: str,
    kind: FurtherKind,
    listing: Listing,
    *,
    named_by: str,
    depth: Depth,
    source: Source | None = None,
    own_pages: Collection[str] = (),
) -> Candidate:
    """What a listing offers a source. `depth`: how far back a crawl of it would look."""
    fitting = wanted(listing.articles, kind, depth, source=source, own_pages=own_pages, skipped={})
    times = [dated(found, by_url=True) for found in listing.articles]
    times += [further.modified_at for further in listing.further if further.kind == "sitemap"]
    return Candidate(
        url=url,
        kind=kind,
        form=listing.kind,
        named_by=named_by,
        articles=len(listing.articles),
        fitting=frozenset(key(found.url) for found in fitting),
        newest=max(filter(None, times), default=None),
        further=sum(further.kind == "sitemap" for further in listing.further),
    )
