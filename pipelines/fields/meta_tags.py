"""Collects, in one pass, the elements of a page that say something about it."""

import re
from collections.abc import Iterable
from typing import cast
from urllib.parse import urljoin, urlsplit

import attrs
from lxml import etree
from lxml.html import HtmlElement

from pipelines.fields.jsonld import ARTICLE_TYPES, clean
from storage.markup.decode import scrub

TELLING = ("meta", "link", "script", "title", "h1", "base", "time")
# Dublin Core is written dc.date, DC:date and dc-date.
DUBLIN_CORE = re.compile(r"\A(dc|dcterms)[.:_-](.+)\Z")
SCOPES = etree.XPath("//*[@itemtype]")
PROPERTIES = etree.XPath(".//*[@itemprop]")
MICRODATA = frozenset({"headline", "author", "creator", "datePublished", "dateModified", "dateCreated"})
# Enough for any page that means it.
MAX_HEADINGS = 20
MAX_TIMES = 50
MAX_PROPERTIES = 1000

Names = tuple[str, ...]


@attrs.define
class Markup:
    """The telling elements of one page."""

    url: str
    """The page's own address."""

    base: str
    """What its relative addresses start from."""

    language: str | None = None
    title: str | None = None
    metas: dict[str, list[str]] = attrs.Factory(dict)
    canonical: str | None = None
    scripts: list[str] = attrs.Factory(list)
    headings: list[HtmlElement] = attrs.Factory(list)
    times: list[HtmlElement] = attrs.Factory(list)

    def first(self, groups: Iterable[Names]) -> tuple[str, str] | None:
        """(value, origin) of the first meta element that a list of (origin, name, name …) finds."""
        for origin, *names in groups:
            for name in names:
                if values := self.metas.get(name):
                    return values[0], origin
        return None

    def all(self, groups: Iterable[Names]) -> list[tuple[str, str]]:
        """(value, origin) of every meta element that the list finds, in the list's order."""
        return [(value, origin) for origin, *names in groups for name in names for value in self.metas.get(name, ())]

    def absolute(self, href: str | None) -> str | None:
        """An http or https URL, or None."""
        if not href:
            return None
        try:
            url = scrub(urljoin(self.base, href.strip()))
            parts = urlsplit(url)
            return url if parts.scheme in ("http", "https") and parts.hostname else None
        except ValueError:
            return None

    def address(self) -> tuple[str, str]:
        """Host name without `www.`, and path, of the page's own address; empty where it has none."""
        try:
            parts = urlsplit(self.url)
            return (parts.hostname or "").removeprefix("www."), parts.path
        except ValueError:
            return "", ""


def collect(tree: HtmlElement, url: str) -> Markup:
    """One pass over a page that was found at `url`."""
    found = Markup(url=url, base=url)
    found.language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang")
    for element in tree.iter(*TELLING):
        match element.tag:
            case "meta":
                _meta(element, found.metas)
            case "script":
                if "ld+json" in (element.get("type") or "").lower() and element.text:
                    found.scripts.append(element.text)
            case "link":
                if found.canonical is None and "canonical" in (element.get("rel") or "").lower().split():
                    found.canonical = element.get("href")
            case "title":
                parent = element.getparent()
                if found.title is None and (parent is None or parent.tag in ("head", "html", "body")):
                    found.title = clean(element.text_content())
            case "h1":
                if len(found.headings) < MAX_HEADINGS:
                    found.headings.append(element)
            case "base":
                found.base = found.absolute(element.get("href")) or found.base
            case "time":
                if element.get("datetime") and len(found.times) < MAX_TIMES:
                    found.times.append(element)
    return found


def _meta(element: HtmlElement, metas: dict[str, list[str]]) -> None:
    content = element.get("content")
    if not content:
        return
    for attribute in ("property", "name", "http-equiv"):
        for name in (element.get(attribute) or "").lower().split():
            if dublin := DUBLIN_CORE.match(name):
                name = f"{dublin[1]}.{dublin[2].replace(':', '.')}"
            if value := clean(content):
                metas.setdefault(name, []).append(value)


def microdata(tree: HtmlElement) -> dict[str, list[str]] | None:
    """Properties of the page's article in schema.org microdata: headline, author, datePublished, dateModified …

    None where no element is marked as an article. The outermost, then the first, is the page's.
    """
    scopes = cast(list[HtmlElement], SCOPES(tree))
    scope = next((element for element in scopes if ARTICLE_TYPES.keys() & _kinds(element)), None)
    if scope is None:
        return None
    properties: dict[str, list[str]] = {}
    for element in cast(list[HtmlElement], PROPERTIES(scope))[:MAX_PROPERTIES]:
        names = MICRODATA.intersection((element.get("itemprop") or "").split())
        if names and _owner(element) is scope and (value := _value(element)):
            for name in names:
                properties.setdefault(name, []).append(value)
    return properties


def _value(element: HtmlElement) -> str | None:
    value = element.get("content") or element.get("datetime")
    if not value and element.get("itemscope") is not None:
        named = (inner for inner in element.iterdescendants() if "name" in (inner.get("itemprop") or "").split())
        element = next(named, element)
        value = element.get("content")
    return clean((value or element.text_content())[:MAX_PROPERTIES])


def _owner(element: HtmlElement) -> HtmlElement | None:
    """The element whose property this is. None for pictures' credits and readers' comments, seldom marked as such."""
    for above in element.iterancestors():
        if above.tag in ("figure", "figcaption") or "comment" in f"{above.get('id')} {above.get('class')}".lower():
            return None
        if above.get("itemscope") is not None:
            return above
    return None


def _kinds(element: HtmlElement) -> set[str]:
    return {re.split(r"[/:#]", kind)[-1] for kind in (element.get("itemtype") or "").split()}
