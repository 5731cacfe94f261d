"""Articles that an RSS, Atom or RDF feed names."""

import io
import re
from datetime import datetime
from typing import Any

import feedparser

from crawler.discovery.charset import decode, header_label, xml_label
from crawler.discovery.content import SITEMAP_ROOTS, binary, describe
from crawler.discovery.dates import from_struct
from crawler.discovery.errors import DeclaresEntities, ListingTooLarge, NotAFeed, UnreadableListing
from crawler.discovery.gathering import Gathering
from crawler.discovery.json_feed import parse_json_feed
from crawler.discovery.listing import Listing
from crawler.discovery.prolog import Prolog, prolog
from crawler.discovery.unpacking import Unpacking
from crawler.discovery.xml_text import scrubbed

# Measured: feedparser takes 1.1 s for a 5 MB feed of 5,000 items with full texts, 12 s and more for 5 MB made of
# small items. News feeds hold 20 to 200 items.
MAX_FEED_BYTES = 5 * 1024**2
MAX_ITEMS = 5_000
# Tags outside CDATA. Measured: feedparser takes up to 40 µs for each in a document made to be slow, so 8 s at most.
# 5,000 items with all that RSS and its extensions offer have 100,000.
MAX_TAGS = 200_000

# What is met while an item is counted: sections that hide tags, the beginning of an item, any other tag. An unclosed
# section goes to the end, so that the search stays linear.
_MARKUP = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|(?P<item><(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s/>]))|(?P<tag><)",
    re.DOTALL | re.IGNORECASE,
)
# RFC 5005: the page of a feed with older entries, and the archive document before this one.
_FURTHER_RELATIONS = ("next", "prev-archive")
# Where an entry's page is, best first; feedparser takes a link without a relation as an alternate (RFC 4287, 4.2.7.2).
_RELATIONS = ("alternate", "canonical", "self")


def parse_feed(body: bytes, url: str, content_type: str | None = None) -> Listing:
    """Read a feed: RSS in all versions, Atom, RDF, CDF or JSON Feed; well-formed or not; gzipped or not.

    `url` is where it came from, to resolve relative links; `content_type` is the header as sent, of which only the
    charset counts. Articles come in the feed's order. Nothing is fetched.

    Raises NotAFeed, ListingTooLarge (over 5 MiB or 200,000 tags), DeclaresEntities and UnreadableListing. Items over
    5,000 are counted as "over_limit".
    """
    unpacking = Unpacking(body, url, limit=MAX_FEED_BYTES)
    content = unpacking.whole()
    if words := binary(content):
        raise NotAFeed(url, words)
    text = decode(content, header_label(content_type), xml_label(content)).lstrip("\ufeff \t\r\n\0")
    if text.startswith(("{", "[")):
        return parse_json_feed(text, url)
    opening = prolog(text)
    if opening.name in SITEMAP_ROOTS or opening.name in ("", "html"):
        raise NotAFeed(url, describe(content or body, text))
    if opening.declares_entities:
        raise DeclaresEntities(url)
    text, left_out = _bounded(scrubbed(text), opening, url)
    parsed = _parsed(text, url)
    if not parsed.version and not parsed.entries:
        raise NotAFeed(url, describe(content, text))
    gathering = Gathering(url, limit=MAX_ITEMS)
    gathering.skip("over_limit", left_out)
    if unpacking.cut_off:
        gathering.skip("cut_off")
    kind = _kind(parsed.version)
    _gather(parsed, kind, gathering)
    return gathering.listing(kind)


def _bounded(text: str, opening: Prolog, url: str) -> tuple[str, int]:
    """The text up to the last item that is read, and the number of items after it."""
    items = tags = 0
    cut: int | None = None
    for found in _MARKUP.finditer(text):
        if found["item"]:
            items += 1
            if items == MAX_ITEMS + 1:
                cut = found.start()
        elif found["tag"] and cut is None:
            tags += 1
            if tags > MAX_TAGS:
                raise ListingTooLarge(url, f"{MAX_TAGS:,} tags")
    if cut is None:
        return text, 0
    head = text[:cut]
    opened = [name for name in ("channel", "items") if f"<{name}" in head and f"</{name}>" not in head]
    return head + "".join(f"</{name}>" for name in (*reversed(opened), opening.root)), items - MAX_ITEMS


def _parsed(text: str, url: str) -> Any:
    """What feedparser reads in a text. Links are resolved; texts are neither resolved nor sanitised, being unused."""
    try:
        return feedparser.parse(
            # A stream: feedparser takes strings and bytes for addresses and file names first.
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:
        # feedparser lets whatever its handlers stumble on through: KeyError, IndexError, AttributeError, ValueError.
        raise UnreadableListing(url, f"the feed parser failed with {type(error).__name__}: {error}") from error


def _gather(parsed: Any, kind: str, gathering: Gathering) -> None:
    for entry in parsed.entries:
        published, modified = _dates(entry, kind)
        gathering.article(_link(entry, kind), title=_text(entry, "title"), published_at=published, modified_at=modified)
    for link in parsed.feed.get("links") or ():
        if link.get("rel") in _FURTHER_RELATIONS:
            gathering.further(link.get("href"), "feed", role="next")


def _kind(version: str) -> str:
    if version.startswith("atom"):
        return "atom"
    return "rdf" if version in ("rss10", "rss090") else "rss"


def _link(entry: Any, kind: str) -> str | None:
    """Where an entry's article is. FeedBurner's own links lead through its counter; it names the article's besides."""
    if origin := _text(entry, "feedburner_origlink"):
        return origin
    links = [link for link in entry.get("links") or () if link.get("href")]
    for relation in _RELATIONS:
        same = [link for link in links if link.get("rel") == relation]
        # Several alternates are the same article in other formats; the page is the one in HTML.
        same.sort(key=lambda link: "html" not in (link.get("type") or "html"))
        if same:
            return str(same[0]["href"])
    if kind == "atom":
        # feedparser offers the id, which is a name and need not lead anywhere (RFC 4287, 4.2.6).
        return None
    # A guid that is a permalink; in RDF, what the item is about.
    return _text(entry, "link") or (_text(entry, "id") if kind == "rdf" else None)


def _dates(entry: Any, kind: str) -> tuple[datetime | None, datetime | None]:
    # Past feedparser's own look-up, which passes a publication date off as a modification date.
    published = from_struct(dict.get(entry, "published_parsed"))
    modified = from_struct(dict.get(entry, "updated_parsed"))
    if kind != "atom":
        # dc:date, the only date of most RDF feeds, is the item's date; feedparser files it as an update.
        published = published or modified
    return published, modified


def _text(entry: Any, name: str) -> str | None:
    value = dict.get(entry, name)
    return value if isinstance(value, str) and value else None
