"""Trafilatura's own reading of a page's title, author and date, each worked out only where it is asked for."""

import logging
import re
from copy import deepcopy
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import cast

from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.metadata import examine_meta, extract_author, extract_meta_json, extract_title, extract_url
from trafilatura.settings import Document, set_date_params

logger = logging.getLogger(__name__)

# The attributes by which trafilatura knows what may name an author and what it leaves out, and what is in the values of
# the former, in lower case.
AUTHOR_ATTRIBUTES = ("class", "id", "rel", "itemprop", "data-testid", "data-component")
AUTHOR_WORDS = re.compile(
    "author|byl|username|bbl|screenname|writer|channel-name|submitted-by|posted-by|journalist-name|zuozhe|bianji|xiaobian"
)
# Name of an attribute -> its values on a page, and the elements that have it, both in the page's order.
_VALUES = {name: etree.XPath(f"//@{name}", smart_strings=False) for name in AUTHOR_ATTRIBUTES}
_HOLDERS = {name: etree.XPath(f"//*[@{name}]") for name in AUTHOR_ATTRIBUTES}
# It finds these without any attribute.
_ODD = etree.XPath("//author | //rel")
# The elements that it leaves out with all that is in them.
_LEFT_OUT = frozenset({"a", "div", "section", "span", "time", "figure"})


class Guesses:
    """What `trafilatura.extract_metadata` would say of a page, without the two thirds of its time that go into fields
    that nobody asked for: tags, categories, the licence. The tree is left as it was."""

    def __init__(self, tree: HtmlElement, url: str):
        self._tree = tree
        self._url = url

    @cached_property
    def title(self) -> str | None:
        """The headline."""
        return _trimmed(Document(title=self._said.title or extract_title(self._tree))).title

    @cached_property
    def author(self) -> str | None:
        """Names, joined by "; "."""
        return _trimmed(Document(author=self._said.author or extract_author(with_authors(self._tree)))).author

    @cached_property
    def date(self) -> str | None:
        """The day of publication as YYYY-MM-DD: htmldate's guess from all that the page holds."""
        address = self._said.url or extract_url(self._tree, self._url)
        return _trimmed(Document(date=find_date(self._tree, **{**set_date_params(), "url": address}))).date

    @cached_property
    def _said(self) -> Document:
        """What the page's metadata say."""
        said = examine_meta(self._tree)
        if said.author and " " not in said.author:
            said.author = None
        try:
            return extract_meta_json(self._tree, said)
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            # JSON-LD of an unexpected form. What it had read by then stays.
            logger.debug("trafilatura could not read the JSON-LD of %s: %s", self._url, error)
            return said


def with_authors(tree: etree._Element) -> etree._Element:
    """A page without all in which trafilatura's `extract_author` finds nothing: a copy of the elements that may name an
    author and of what they stand in. It tries six regular expressions on each element. The page itself where that is
    not sure."""
    found = _may_name_author(tree)
    whole = set(found)
    if tree in whole or _ODD(tree):
        return tree
    copies: dict[etree._Element, etree._Element] = {tree: etree.Element("html")}
    try:
        for element in found:
            above = list(takewhile(lambda one: one not in copies and one not in whole, element.iterancestors()))
            holder = above[-1].getparent() if above else element.getparent()
            if holder is None or holder in whole:
                continue
            for one in reversed(above):
                copies[one] = _bare(one, copies[holder])
                holder = one
            copies[holder].append(deepcopy(element))
    except ValueError:
        # A value of an attribute that a parser takes and lxml does not.
        return tree
    return copies[tree]


def _may_name_author(tree: etree._Element) -> list[etree._Element]:
    """The elements that trafilatura may take for an author's, in the page's order, and some more."""
    found: list[etree._Element] = []
    kinds = 0
    for name, values_of in _VALUES.items():
        values = cast(list[str], values_of(tree))
        if any(map(_names_author, values)):
            kinds += 1
            holders = cast(list[etree._Element], _HOLDERS[name](tree))
            found += [holder for holder, value in zip(holders, values, strict=True) if _names_author(value)]
    if kinds < 2:
        return found
    several = set(found)
    return [element for element in tree.iter() if element in several]


@lru_cache(maxsize=4096)  # A page has thousands of elements and some hundred class names.
def _names_author(value: str) -> bool:
    return AUTHOR_WORDS.search(value.lower()) is not None


def _bare(element: etree._Element, holder: etree._Element) -> etree._Element:
    """An element without text and children, as the last of another's."""
    values = {name: value for name in AUTHOR_ATTRIBUTES if (value := element.get(name)) is not None}
    return etree.SubElement(holder, element.tag if element.tag in _LEFT_OUT else "x", values)


def _trimmed(document: Document) -> Document:
    document.clean_and_trim()
    return document
