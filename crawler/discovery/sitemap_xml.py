"""The entries of a sitemap in XML, read in one pass that forgets each as it goes."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from lxml import etree

from crawler.discovery.dates import from_w3c
from crawler.discovery.gathering import Gathering
from crawler.discovery.xml_text import scrubbed

# A bare ampersand, of a URL that was not escaped, or a reference that only a document type could explain. The XML
# parser would leave either out together with the name after it, which makes another URL.
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:url|sitemap)[\s>]")
_LAST_TAG = re.compile(r"<(/?)(?:[\w.-]+:)?(url|sitemap|urlset|sitemapindex)[\s/>]")
# How much of the end tells whether an entry was cut off: a URL has up to 2,083 characters, an entry with images and
# news some thousand.
_TAIL = 16 * 1024


def read_entries(pieces: Iterable[str], gathering: Gathering) -> bool:
    """Take the entries of a `urlset` or a `sitemapindex`, whose text comes in pieces that begin with the root's tag.

    Returns whether there was news among them. Entries that an ill-formed document hides from the parser are counted
    as "unreadable", an end that is missing as "cut_off".
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    begun = read = 0
    news = False
    tail = ""
    for piece in _whole_tags(pieces):
        begun += sum(1 for _ in _ENTRY.finditer(piece))
        tail = (tail + piece)[-_TAIL:]
        parser.feed(scrubbed(_BARE_AMPERSAND.sub("&amp;", piece)))
        for entry in _finished(parser):
            read += 1
            news = _take(entry, gathering) or news
    with suppress(etree.XMLSyntaxError):
        # Raised over the document as a whole; what was wrong with it is in the log.
        parser.close()
    ill_formed = len(parser.feed_error_log) > 0
    cut_off, inside_entry = _cut(tail)
    # The parser closes what is still open at the end, and with it an entry whose URL may be cut off.
    finished = list(_finished(parser))
    if inside_entry:
        begun -= 1
        del finished[-1:]
    for entry in finished:
        read += 1
        news = _take(entry, gathering) or news
    if cut_off:
        gathering.skip("cut_off")
    if ill_formed or cut_off:
        gathering.skip("unreadable", max(begun - read, 0))
    return news


def _whole_tags(pieces: Iterable[str]) -> Iterator[str]:
    """The same text, parted after a tag where one ends near the end of a piece, so that no reference is torn."""
    held = ""
    for piece in pieces:
        text = held + piece
        at = text.rfind(">", max(len(text) - _TAIL, 0)) + 1 or len(text)
        held = text[at:]
        yield text[:at]
    yield held


def _finished(parser: "etree.XMLPullParser") -> Iterator[Any]:
    entry: Any
    for _, entry in parser.read_events():
        root = entry.getparent()
        # Extensions have elements of these names too, further down.
        if root is not None and root.getparent() is None:
            yield entry


def _take(entry: Any, gathering: Gathering) -> bool:
    """Take one entry and free its memory. Returns whether it is news."""
    loc = lastmod = title = published = None
    news = False
    for child in entry:
        name = _local(child)
        if name == "loc" and loc is None:
            # Escaped twice, or bare inside CDATA and escaped by us.
            loc = (child.text or "").replace("&amp;", "&")
        elif name == "lastmod":
            lastmod = child.text
        elif name == "news":
            news = True
            for detail in child:
                if _local(detail) == "title":
                    title = detail.text
                elif _local(detail) == "publication_date":
                    published = detail.text
    if _local(entry) == "sitemap":
        gathering.further(loc, "sitemap", modified_at=from_w3c(lastmod))
    else:
        gathering.article(loc, title=title, published_at=from_w3c(published), modified_at=from_w3c(lastmod))
    root = entry.getparent()
    entry.clear()
    while entry.getprevious() is not None:
        del root[0]
    return news


def _local(element: Any) -> str:
    """An element's name without its namespace, and without a prefix that was never declared."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _cut(tail: str) -> tuple[bool, bool]:
    """Whether a document that ends so was cut off, and whether inside an entry."""
    tags = list(_LAST_TAG.finditer(tail))
    if not tags:
        return True, True
    closing, name = tags[-1][1] == "/", tags[-1][2]
    if name in ("urlset", "sitemapindex"):
        return not closing and not tail.rstrip().endswith("/>"), False
    return True, not closing
