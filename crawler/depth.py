"""What a crawl brings along to a site that the archive knows, and what it says of how far back it went."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine

from crawler.discovery.shapes import Shapes, learnt
from storage.database import reading
from storage.site_urls import site_urls

# At the usual pace of one request in two seconds, a quarter of an hour before the first article.
MOST_LISTINGS = 500


def shapes_of(engine: Engine, home: str, scope: str) -> Shapes:
    """The shapes of URLs that the archive has learnt of a source's site."""
    with reading(engine) as connection:
        known = site_urls(connection, home, scope)
    return learnt(known.articles, known.others)


def bounds_met(since: datetime, bounds: Mapping[str, int], most_listings: int | None) -> list[str]:
    """One line for each bound that a crawl back to `since` met."""
    said = []
    if count := bounds.get("old_listing", 0):
        said.append(f"Went back to {since:%Y-%m-%d}: {count:,} older sitemaps and archive pages were not read.")
    if count := bounds.get("listings", 0):
        said.append(
            f"Stopped after {most_listings:,} further listings: {count:,} more were not read. Give --listings N for "
            "more, or a later --since."
        )
    return said
