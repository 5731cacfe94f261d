"""Tries rules on a page, one by one: what each finds, and what all of them leave."""

from collections import Counter

import attrs
import lxml.html
from lxml import etree

from pipelines.extract import extract
from pipelines.fields.bylines import people
from pipelines.fields.dates import parse_date
from pipelines.page import NotArticle, PageBytes
from pipelines.rules.apply import apply, elements_of, one_line, texts_of
from storage.markup.decode import decode_body, decode_text
from storage.markup.parsing import parse
from storage.rules import DROPPED, FIELDS, SiteRules
from storage.selectors import Selector, compiled


@attrs.frozen(kw_only=True)
class Tried:
    """One selector on one page."""

    key: str
    """"body", "keep", "drop" or a field's name."""
    selector: str
    found: int
    """Elements; for a field, texts."""
    readable: int
    """Those that can be used: elements, dates, names."""
    dropped: float = 0.0
    """Share of the page's words that it drops, 0 to 1."""
    error: str | None = None
    """Why it cannot be evaluated on this page."""


@attrs.frozen(kw_only=True)
class Trial:
    """A site's rules on one page."""

    tried: tuple[Tried, ...]
    """In the order of the rules."""
    dropped: float
    """Share of the page's words that all of them drop, 0 to 1."""
    article: bool
    """Whether they leave an article; also true where there is none without them either."""


def try_rules(page: PageBytes, rules: SiteRules) -> Trial | NotArticle:
    """What rules do to a page, or why it is no page at all. Raises what decoding raises."""
    tree = _tree(page)
    if tree is None:
        return NotArticle("no_text", f"{page.url} holds no text.")
    tried = [_try(tree, key, selector) for key, selectors in rules.by_key() for selector in selectors]
    words: Counter[str | None] = Counter()
    for line in apply(tree, rules, page.url).lines:
        words[line.sign] += len(line.text.split())
    total = words.total() or 1
    lost = isinstance(extract(page, rules), NotArticle) and not isinstance(extract(page), NotArticle)
    return Trial(
        tried=tuple(
            attrs.evolve(one, dropped=words[DROPPED + one.selector] / total) if one.key == "drop" else one
            for one in tried
        ),
        dropped=sum(count for sign, count in words.items() if sign and sign.startswith(DROPPED)) / total,
        article=not lost,
    )


def _try(tree: lxml.html.HtmlElement, key: str, selector: Selector) -> Tried:
    text = one_line(selector)
    try:
        compiled(selector.xpath)(tree)
    except etree.XPathError as error:
        return Tried(key=key, selector=text, found=0, readable=0, error=str(error))
    if key not in FIELDS:
        found = len(elements_of(tree, selector))
        return Tried(key=key, selector=text, found=found, readable=found)
    texts = texts_of(tree, selector)
    if key in ("date", "modified"):
        readable = sum(parse_date(one) is not None for one in texts)
    else:
        readable = len(people(texts)) if key == "author" else len(texts)
    return Tried(key=key, selector=text, found=len(texts), readable=readable)


def _tree(page: PageBytes) -> lxml.html.HtmlElement | None:
    text = decode_text(decode_body(page.body, page.content_encoding).data, page.content_type).text
    return parse(text).tree
