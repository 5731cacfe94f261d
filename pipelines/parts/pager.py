"""Finds where the other pages of an article are: the next one, and the first."""

import re
from collections.abc import Iterator
from typing import cast
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import attrs
from lxml import etree
from lxml.html import HtmlElement

from storage.article import Pager
from storage.errors import InvalidURL
from storage.urls import key, parsed, without_fragment

# An article's parts are few; larger numbers in URLs are ids and years.
_NUMBER = r"(?P<number>\d{1,2})"
# "Page" and "part" in the languages whose sites put them into URLs.
_WORD = r"(?:page|pagina|p[aá]gina|seite|side|sida|sivu|strana|stranka|strona|oldal|sayfa|part|parte|partie|teil|p|pg)"
_PARAMETERS = re.compile(rf"\A(?:{_WORD}|paged|page_?n(?:o|um|umber)|part_?n(?:o|um|umber))\Z", re.IGNORECASE)
# /the-quay/page/2, /the-quay/seite-2, /the-quay/p2
_NAMED_SEGMENT = re.compile(rf"\A(?P<head>.*?)/{_WORD}[-_/]?{_NUMBER}/?\Z", re.IGNORECASE)
# /the-quay/2
_SEGMENT = re.compile(rf"\A(?P<head>.*/[^/]+)/{_NUMBER}/?\Z")
# /the-quay-2.html, /the-quay,2.html, /the-quay-page-2.html, /the-quay-2
_SUFFIX = re.compile(
    rf"\A(?P<head>.*/[^/]+?)[-_,.](?:{_WORD}[-_]?)?{_NUMBER}(?P<tail>\.[a-z]{{2,5}})?/?\Z", re.IGNORECASE
)
# What tells an article's own segment from a section's: several words, a file's ending, an id.
_OF_ARTICLE = re.compile(r"[^/]*(?:[-_.]|\d{4})[^/]*\Z")

_ENDING = re.compile(r"\.[a-z]{2,5}\Z", re.IGNORECASE)

_LINKS = etree.XPath("//a[@href]|//link[@href][@rel]")
_BASE = etree.XPath("string(//base/@href)")
# A number on a link: "2", "Page 2", "[2]".
_LABEL = re.compile(r"\W*(?:[^\W\d]{1,10}\s)?\s*(\d{1,2})\W*")
_LABEL_LENGTH = 16
_ONWARD = re.compile(r"(?:\A|[\s_-])next(?:\Z|[\s_-])", re.IGNORECASE)
_BACK = re.compile(r"(?:\A|[\s_-])prev(?:ious)?(?:\Z|[\s_-])", re.IGNORECASE)
# Comments have pages of their own.
_COMMENTS = re.compile(r"comment|komment|coment|disqus|reacti(?:e|on)s|repl(?:y|ies)", re.IGNORECASE)


@attrs.frozen
class Numbered:
    """A URL read as one of several that differ in a number alone."""

    stem: str
    """The URL without the number."""
    number: int


@attrs.frozen
class _Link:
    url: str
    label: int | None
    """The number that a reader sees on it."""
    onward: bool
    back: bool


def find_pager(tree: HtmlElement, url: str) -> Pager | None:
    """What a page says of an article's other pages; None where it stands alone.

    Believed are links to this very address but for the number, which are said to be the next or the previous page
    (`rel`, a class) or show the number that they lead to.
    """
    try:
        own = list(numbered(url))
    except InvalidURL:
        return None
    links = [link for link in _links(tree, url, _slug(url, own)) if key(link.url) != key(url)]
    return _as_first(url, own, links) or _as_later(own, links)


def _as_first(url: str, own: list[Numbered], links: list[_Link]) -> Pager | None:
    """The pager of a first page: its links lead to its own address with a number, from 2 on or, counted from 0, 1."""
    stems = {key(url), *(key(one.stem) for one in own if one.number in (0, 1))}
    if any(link.back and _leads_to(link, stems, {0, 1}) for link in links):
        return None
    found = _related(links, stems)
    for base in (1, 0):
        onward = next((link for link, number in found if number == base + 1 and _is_part(link, 2, onward=True)), None)
        if onward is not None:
            return Pager(number=1, count=_count(found, base, 1), next=onward.url)
    return None


def _leads_to(link: _Link, stems: set[str], numbers: set[int]) -> bool:
    return key(link.url) in stems or any(key(one.stem) in stems and one.number in numbers for one in numbered(link.url))


def _as_later(own: list[Numbered], links: list[_Link]) -> Pager | None:
    """The pager of a page that has a number itself, and leads back to those before it."""
    for one in own:
        number, stem = one.number, key(one.stem)
        found = [*_related(links, {stem}), *((link, 0) for link in links if key(link.url) == stem)]
        # Without a number is page 1, and so is 0.
        base = 0 if number == 1 or any(link.label == number + 1 for link, n in found if n == number) else 1
        position = number + 1 - base
        before = [
            link
            for link, n in found
            if n < number and _is_part(link, max(n, base) + 1 - base, onward=False, near=n in (number - 1, 0))
        ]
        onward = next(
            (link for link, n in found if n == number + 1 and _is_part(link, position + 1, onward=True)), None
        )
        if position < 2 or not (before or onward):
            continue
        first = min((link for link, n in found if n in (0, base)), key=lambda link: len(link.url), default=None)
        return Pager(
            number=position,
            count=_count(found, base, position),
            next=onward.url if onward else None,
            # That no link leads there is usual where only the page before is linked.
            first=first.url if first else one.stem if before else None,
        )
    return None


def _is_part(link: _Link, position: int, *, onward: bool, near: bool = True) -> bool:
    return link.label == position or (near and (link.onward if onward else link.back))


def _related(links: list[_Link], stems: set[str]) -> list[tuple[_Link, int]]:
    return [(link, one.number) for link in links for one in numbered(link.url) if key(one.stem) in stems]


def _count(found: list[tuple[_Link, int]], base: int, position: int) -> int | None:
    labels = [link.label for link, n in found if link.label == max(n, base) + 1 - base]
    return max([*filter(None, labels), position]) if labels else None


def numbered(url: str) -> Iterator[Numbered]:
    """Every way to read a URL as one of several pages. Raises InvalidURL."""
    parts = parsed(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    for i, (name, value) in enumerate(query):
        if _PARAMETERS.match(name) and len(value) <= 2 and value.isdecimal():
            rest = urlencode(query[:i] + query[i + 1 :])
            yield Numbered(parts._replace(query=rest, fragment="").geturl(), int(value))
    for form in (_NAMED_SEGMENT, _SEGMENT, _SUFFIX):
        match = form.match(parts.path)
        if match is None:
            continue
        head, tail = match["head"], match.groupdict().get("tail") or ""
        if form is _NAMED_SEGMENT or _OF_ARTICLE.search(head + tail):
            yield Numbered(parts._replace(path=head + tail, fragment="").geturl(), int(match["number"]))
            return


def _slug(url: str, own: list[Numbered]) -> str:
    """What the addresses of all parts have in common: the last segment's name, without number and ending."""
    segments = (parsed(one).path.rstrip("/").rpartition("/")[2] for one in [one.stem for one in own] or [url])
    return min((_ENDING.sub("", segment) for segment in segments), key=len)


def _links(tree: HtmlElement, url: str, slug: str) -> Iterator[_Link]:
    """The links that may be a pager's, by what they say of themselves."""
    base = urljoin(url, cast(str, _BASE(tree)).strip())
    host = urlsplit(url).netloc
    for element in cast(list[HtmlElement], _LINKS(tree)):
        href = element.get("href", "").strip()
        # Nearly all links of a page lead elsewhere, and looking closer takes half as long as parsing it.
        if slug not in href and href.startswith(("/", "http")):
            continue
        rel = element.get("rel", "").lower().split()
        parent = element.getparent()
        classes = " ".join((element.get("class", ""), parent.get("class", "") if parent is not None else ""))
        onward = "next" in rel or (element.tag == "a" and _ONWARD.search(classes) is not None)
        back = "prev" in rel or "previous" in rel or (element.tag == "a" and _BACK.search(classes) is not None)
        text = element.text_content().strip() if element.tag == "a" else ""
        label = _LABEL.fullmatch(text) if len(text) <= _LABEL_LENGTH else None
        if not (onward or back or label):
            continue
        try:
            target = urljoin(base, href)
            if urlsplit(target).netloc != host or _COMMENTS.search(urlsplit(target).fragment):
                continue
            address = without_fragment(target)
        except (ValueError, InvalidURL):
            continue
        if not any(_COMMENTS.search(f"{a.get('class', '')} {a.get('id', '')}") for a in element.iterancestors()):
            yield _Link(url=address, label=int(label[1]) if label else None, onward=onward, back=back)
