"""Reads what answered to a listing's URL, in a worker."""

from scrapy.http import Response

from crawler.discovery.feed import parse_feed
from crawler.discovery.listing import Further, FurtherKind, Listing
from crawler.discovery.section import parse_section
from crawler.discovery.shapes import Shapes
from crawler.discovery.sitemap import parse_sitemap, sitemaps_in_robots
from pipelines.workers import Workers
from storage.sources import Source


async def read_listing(
    workers: Workers, kind: FurtherKind, response: Response, source: Source | None, shapes: Shapes | None = None
) -> Listing:
    """What a feed, sitemap or section page names. A robots.txt names sitemaps, and is a listing of kind "robots".

    `source`: whose `include` and `exclude` hold for a section's links; `shapes`: what is known of the site's URLs.
    Raises ListingError and WorkerLost.
    """
    body, url = response.body, response.url
    if kind == "feed":
        content_type = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
        return await workers.run(parse_feed, url, body, url, content_type)
    if kind == "sitemap":
        if url.endswith("/robots.txt"):
            named = sitemaps_in_robots(body.decode("utf-8", "replace"), url)
            further = tuple(Further(url=one, kind="sitemap", modified_at=None) for one in named)
            return Listing(articles=(), further=further, skipped={}, kind="robots")
        return await workers.run(parse_sitemap, url, body, url)
    include, exclude = (source.include, source.exclude) if source else ((), ())
    return await workers.run(parse_section, url, body, url, include=include, exclude=exclude, shapes=shapes)
