"""What a feed, a sitemap or a section page names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import attrs

FurtherKind = Literal["feed", "sitemap", "section"]
Role = Literal["named", "next", "archive"]
"""What a further listing is to the one that names it: a listing that it names, its next page, an archive by date."""


@attrs.frozen(kw_only=True)
class Found:
    """One article URL that a listing names."""

    url: str
    """Absolute, http or https, without fragment; characters outside ASCII percent-encoded, as it is fetched."""

    title: str | None
    """The headline as the listing has it, in plain text on one line. A hint only. None where it has none."""

    published_at: datetime | None
    """What the listing claims. Aware, UTC. None where it claims nothing that can be read."""

    modified_at: datetime | None
    """What the listing claims. Aware, UTC; midnight where it gives only a day. None as above."""


@attrs.frozen(kw_only=True)
class Further:
    """Another listing that a listing names: a sitemap of an index, a feed of a page, the next page."""

    url: str
    """Absolute, http or https, without fragment."""

    kind: FurtherKind
    """What it is said to be."""

    modified_at: datetime | None
    """What a sitemap index claims. Aware, UTC. None where it claims nothing that can be read."""

    role: Role = "named"


@attrs.frozen(kw_only=True)
class Listing:
    """What one document names, and a count of what was left out of it."""

    articles: tuple[Found, ...]
    """In the document's order, no URL twice."""

    further: tuple[Further, ...]
    """In the document's order, no URL twice."""

    skipped: Mapping[str, int]
    """Reason to number of entries left out for it. Every entry is an article, a further listing or counted here."""

    kind: str
    """What the document turned out to be: "rss", "atom", "rdf", "json", "sitemap", "news_sitemap", "sitemap_index",
    "text_sitemap" or "section"."""
