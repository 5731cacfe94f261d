"""Trafilatura's own reading of a page's title, author and date, each worked out only where it is asked for."""

import logging
from functools import cached_property

from htmldate import find_date
from lxml.html import HtmlElement
from trafilatura.metadata import examine_meta, extract_author, extract_meta_json, extract_title, extract_url
from trafilatura.settings import Document, set_date_params

logger = logging.getLogger(__name__)


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
        return _trimmed(Document(author=self._said.author or extract_author(self._tree))).author

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


def _trimmed(document: Document) -> Document:
    document.clean_and_trim()
    return document
