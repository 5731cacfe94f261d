"""Articles and further sitemaps that a sitemap names (https://www.sitemaps.org/protocol.html)."""

import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from crawler.discovery.charset import decoded, encoding_of, xml_label
from crawler.discovery.content import FEED_ROOTS, SITEMAP_ROOTS, describe
from crawler.discovery.errors import DeclaresEntities, NotASitemap
from crawler.discovery.feed import MAX_FEED_BYTES, parse_feed
from crawler.discovery.gathering import Gathering
from crawler.discovery.links import UnusableLink, resolve
from crawler.discovery.listing import Listing
from crawler.discovery.prolog import prolog
from crawler.discovery.sitemap_xml import read_entries
from crawler.discovery.unpacking import Unpacking

# sitemaps.org allows 50 MB after unpacking. Some sites miscount.
MAX_SITEMAP_BYTES = 64 * 1024**2
# sitemaps.org: "no more than 50,000 URLs", and as many sitemaps in an index.
MAX_ENTRIES = 50_000

# How much of the beginning tells what a document is; a document type or a licence comment can take some KiB.
_HEAD = 64 * 1024

_TEXT_LINE = re.compile(r"https?://\S", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")


def parse_sitemap(body: bytes, url: str) -> Listing:
    """Read a sitemap: a set of URLs, with news entries or not; an index; a plain list of URLs; or a feed.

    `body` may be gzipped. `url` is where it came from. Articles come in the document's order, an index's sitemaps in
    `further`. What ends early or is ill-formed gives what can be read, with the rest counted as "cut_off" and
    "unreadable". Nothing is fetched.

    Raises NotASitemap, ListingTooLarge (over 64 MiB unpacked; over 5 MiB for a feed), DeclaresEntities and, for
    feeds, UnreadableListing. Entries over 50,000 are counted as "over_limit".
    """
    unpacking = Unpacking(body, url, limit=MAX_SITEMAP_BYTES)
    pieces = iter(unpacking)
    head = _at_most(pieces, _HEAD)
    encoding = encoding_of(head, xml_label(head))
    text = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n\0")
    opening = prolog(text)
    whole = chain((head,), pieces)
    if opening.name in FEED_ROOTS:
        return parse_feed(_at_most(whole, MAX_FEED_BYTES + 1), url)
    gathering = Gathering(url, limit=MAX_ENTRIES)
    if opening.name in SITEMAP_ROOTS:
        if opening.declares_entities:
            raise DeclaresEntities(url)
        news = read_entries(_from(f"<{opening.root}", decoded(whole, encoding)), gathering)
        kind = "sitemap_index" if opening.name == "sitemapindex" else "news_sitemap" if news else "sitemap"
    elif _TEXT_LINE.match(text):
        _read_lines("".join(decoded(whole, encoding)), gathering)
        kind = "text_sitemap"
    else:
        raise NotASitemap(url, describe(head or body, text))
    if unpacking.cut_off and kind == "text_sitemap":
        # In XML the missing end has been counted.
        gathering.skip("cut_off")
    return gathering.listing(kind)


def sitemaps_in_robots(text: str, robots_url: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, in its order, no URL twice. Relative ones are resolved; what is no
    http(s) URL is left out, as RFC 9309 leaves out lines that cannot be read."""
    found: dict[str, None] = {}
    for line in _LINE_END.split(text.removeprefix("\ufeff")):
        name, colon, value = line.partition("#")[0].partition(":")
        # `site-map` is what Google's parser takes as well (robots.cc, KeyIsSitemap).
        if colon and name.strip().lower() in ("sitemap", "site-map") and value.strip():
            try:
                found.setdefault(resolve(value, robots_url))
            except UnusableLink:
                continue
    return tuple(found)


def _at_most(pieces: Iterable[bytes], size: int) -> bytes:
    """The pieces together, up to the one that reaches a size."""
    taken = bytearray()
    for piece in pieces:
        taken += piece
        if len(taken) >= size:
            break
    return bytes(taken)


def _from(start: str, pieces: Iterator[str]) -> Iterator[str]:
    """The text from where `start` first comes. The XML parser takes nothing before a declaration and believes the
    encoding in it, which is no longer true of decoded text."""
    held = ""
    for piece in pieces:
        held += piece
        at = held.find(start)
        if at >= 0:
            yield held[at:]
            yield from pieces
            return


def _read_lines(text: str, gathering: Gathering) -> None:
    """Take the URLs of a plain list, one a line (sitemaps.org, "Text file")."""
    for line in io.StringIO(text, newline=None):
        entry = line.strip(" \t\n\0\ufeff")
        if not entry:
            continue
        # What is no whole URL is no relative link either, but a sentence.
        if _TEXT_LINE.match(entry):
            gathering.article(entry)
        else:
            gathering.skip("not_http")
