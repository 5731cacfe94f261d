"""Articles that a JSON Feed names (https://www.jsonfeed.org/version/1.1/)."""

import json
from typing import Any

from crawler.discovery.dates import from_w3c
from crawler.discovery.errors import NotAFeed
from crawler.discovery.gathering import Gathering
from crawler.discovery.listing import Listing

# As for feeds in XML.
MAX_ITEMS = 5_000


def parse_json_feed(text: str, url: str) -> Listing:
    """Read a JSON Feed of any version. Articles come in the feed's order; `url` is where it came from.

    Raises NotAFeed for other JSON and for what is no JSON. Items over 5,000 are counted as "over_limit".
    """
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(url, "text that begins like JSON and is none") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(feed.get("version")):
        raise NotAFeed(url, "JSON that is no JSON Feed")
    gathering = Gathering(url, limit=MAX_ITEMS)
    for item in items:
        if not isinstance(item, dict):
            gathering.skip("no_link")
            continue
        gathering.article(
            # `external_url` is what a link blog's item is about; the item's own page comes first.
            _text(item, "url") or _text(item, "external_url"),
            title=_text(item, "title"),
            published_at=from_w3c(_text(item, "date_published")),
            modified_at=from_w3c(_text(item, "date_modified")),
        )
    if following := _text(feed, "next_url"):
        gathering.further(following, "feed", role="next")
    return gathering.listing("json")


def _text(item: dict[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) and value else None
