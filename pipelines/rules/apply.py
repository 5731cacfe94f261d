"""Applies a publisher's own rules to a page: what they drop, keep and read, before and after extraction."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urljoin

import attrs
from lxml import etree
from lxml.html import Element, HtmlElement

from pipelines.fields import bylines
from pipelines.fields.dates import parse_date
from pipelines.fields.metadata import Metadata
from storage.article import Article, Block, BlockKind
from storage.markup.decode import scrub
from storage.rules import DROPPED, KEPT, Selectors, SiteRules
from storage.selectors import Selector, compiled

# What trafilatura takes less of than this from the elements that are said to hold the article, it has not understood.
MIN_WORDS = 25

# A line that is as long as this and stands inside a kept element is that element's.
TELLING_CHARACTERS = 20

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_KINDS = {
    **dict.fromkeys(_HEADINGS, BlockKind.HEADING),
    "li": BlockKind.LIST_ITEM,
    "blockquote": BlockKind.QUOTE,
    "tr": BlockKind.TABLE_ROW,
    "figcaption": BlockKind.CAPTION,
}
_BREAKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "button", "caption", "dd", "details", "div", "dl", "dt"}
    | {"fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "nav", "ol", "option", "p"}
    | {"pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul", *_HEADINGS}
)
_NO_TEXT = frozenset({"head", "script", "style", "template", "iframe", "svg", "math", "object", "noscript", "select"})
# Under these names the extractor believes that an element is content.
_HOLDERS = frozenset({"article", "blockquote", "div", "main", "ol", "p", "pre", "section", "table", "ul", *_HEADINGS})
_SHOWN_TEXTS = etree.XPath(".//text()[not(parent::script or parent::style)]", regexp=False, smart_strings=False)
_NOT_WORD = re.compile(r"\W+")
_SPACE = re.compile(r"\s+")


@attrs.define
class _Line:
    """A line of the page as it was before the rules were applied."""

    text: str
    kind: BlockKind
    sign: str | None
    """Which rule dropped or kept it, as a block's sign. None: none did."""
    in_body: bool


@attrs.define
class Ruled:
    """A page to which rules were applied, and what has to be done after extraction."""

    rules: SiteRules | None = None
    values: dict[str, list[str]] = attrs.field(factory=dict)
    """Field -> the texts that its rule found."""
    lines: list[_Line] = attrs.field(factory=list)
    restricted: bool = False
    """Whether the page was reduced to the elements that hold the article."""

    def metadata(self, metadata: Metadata) -> Metadata:
        """The page's metadata with the fields that rules read, of the origin "rule"."""
        changes: dict[str, Any] = {}
        for field, values in self.values.items():
            match field:
                case "author":
                    if people := bylines.people(values):
                        changes["authors"] = people
                case "tags":
                    changes["tags"] = tuple(dict.fromkeys(values))
                case "date" | "modified":
                    name = "published" if field == "date" else "modified"
                    dated = [(moment, value) for value in values if (moment := parse_date(value))]
                    if dated:
                        changes[f"{name}_at"], changes[f"{name}_raw"] = dated[0]
                case _:
                    changes[field] = values[0]
        origins = {name: "rule" for name in changes if not name.endswith("_raw")}
        return attrs.evolve(metadata, **changes, origins=metadata.origins | origins) if changes else metadata

    def kept(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """The blocks that were extracted, with those that rules keep: added where they are missing, and marked."""
        if not self.lines:
            return blocks
        keep = {i for i, line in enumerate(self.lines) if line.sign and line.sign.startswith(KEPT)}
        marked = _marked(blocks, [self.lines[index] for index in sorted(keep)])
        there = "".join(_folded(block.text) for block in blocks)
        if self.restricted and sum(len(block.text.split()) for block in blocks) < MIN_WORDS:
            keep |= {index for index, line in enumerate(self.lines) if line.in_body and line.sign is None}
        wanted = {index for index in keep if _folded(self.lines[index].text) not in there}
        return _woven(marked, self.lines, wanted)

    def finished(self, article: Article) -> Article:
        """The article with what rules dropped among its blocks, marked, and with the rules among its versions."""
        if not self.rules:
            return article
        dropped = {i for i, line in enumerate(self.lines) if line.sign and line.sign.startswith(DROPPED)}
        return attrs.evolve(
            article,
            extractor=versioned(article.extractor, self.rules),
            blocks=_woven(article.blocks, self.lines, dropped),
        )


def versioned(extractor: str, rules: SiteRules) -> str:
    """The name of an extractor that goes by rules. It depends on them alone: whether they find anything is the page's
    affair, and two snapshots of a page must be of one version to be compared."""
    return f"{extractor}, rules {rules.digest}"


def apply(tree: HtmlElement, rules: SiteRules | None, url: str) -> Ruled:
    """Read fields from a page that was found at `url`, then take out what rules drop and reduce the page to what they
    call its body, in place."""
    if not rules:
        return Ruled()
    values = {field: found for field, selectors in rules.fields if (found := _first_texts(tree, selectors))}
    if "image" in values:
        values["image"] = [urljoin(url, image) for image in values["image"]]
    body = _first_elements(tree, rules.body)
    keep, drop = _all_elements(tree, rules.keep), _all_elements(tree, rules.drop)
    whole = {tree, *tree.iterchildren("body")}
    drop = {element: selector for element, selector in drop.items() if element not in whole and element not in keep}
    restricted = bool(body) and whole.isdisjoint(body)
    if not (keep or drop or restricted):
        return Ruled(rules=rules, values=values)
    lines = list(_lines(tree, set(body), keep, drop))
    # Innermost rules win: what is kept, or is body, outlives what is dropped around it.
    _remove(list(drop), {*body, *keep})
    if restricted:
        _reduce(tree, {*body, *keep})
    return Ruled(rules=rules, values=values, lines=lines, restricted=restricted)


def elements_of(tree: HtmlElement, selector: Selector) -> list[HtmlElement]:
    """The elements that a selector finds, in the page's order; attributes and texts are none."""
    found = _found(tree, selector)
    return [one for one in found if isinstance(one, HtmlElement)] if isinstance(found, list) else []


def texts_of(tree: HtmlElement, selector: Selector) -> list[str]:
    """The texts that a selector finds: an element's own, the content of a meta, the time of a time, an attribute."""
    found = _found(tree, selector)
    if isinstance(found, bool):
        return []
    if isinstance(found, float):
        found = f"{found:g}"
    texts = (_text_of(one) for one in (found if isinstance(found, list) else [found]))
    return [text for text in texts if text]


def _found(tree: HtmlElement, selector: Selector) -> Any:
    try:
        return compiled(selector.xpath)(tree)
    except etree.XPathError:
        # An argument of the wrong kind, or more nodes than libxml2 takes: it finds nothing, as `sources check` tells.
        return []


def _text_of(found: Any) -> str:
    if isinstance(found, HtmlElement):
        own = {"meta": "content", "time": "datetime", "img": "src"}.get(str(found.tag))
        found = (found.get(own) if own else None) or "".join(cast(list[str], _SHOWN_TEXTS(found)))
    return _SPACE.sub(" ", scrub(found)).strip() if isinstance(found, str) else ""


def _first_texts(tree: HtmlElement, selectors: Selectors) -> list[str]:
    return next((found for selector in selectors if (found := texts_of(tree, selector))), [])


def _first_elements(tree: HtmlElement, selectors: Selectors) -> list[HtmlElement]:
    return next((found for selector in selectors if (found := elements_of(tree, selector))), [])


def _all_elements(tree: HtmlElement, selectors: Selectors) -> dict[HtmlElement, Selector]:
    """Every element that is found, with the first selector that finds it."""
    found: dict[HtmlElement, Selector] = {}
    for selector in selectors:
        for element in elements_of(tree, selector):
            found.setdefault(element, selector)
    return found


def _lines(
    tree: HtmlElement,
    body: set[HtmlElement],
    keep: dict[HtmlElement, Selector],
    drop: dict[HtmlElement, Selector],
) -> Iterator[_Line]:
    """The page's lines of text in order, each with the rule that decides over it.

    Walks with a stack of its own: pages are nested thousands deep.
    """
    start = (BlockKind.PARAGRAPH, None, False)
    state: tuple[BlockKind, str | None, bool] = start
    parts: list[str] = []

    def line() -> Iterator[_Line]:
        text = _SPACE.sub(" ", scrub("".join(parts))).strip().strip("|").strip()
        parts.clear()
        if text:
            yield _Line(text, *state)

    # (element, state around it); the second time it is met, its end is.
    stack: list[tuple[HtmlElement, tuple[BlockKind, str | None, bool], bool]] = [(tree, start, False)]
    while stack:
        element, around, ends = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if not ends:
            inner = _state_in(element, tag, around, body, keep, drop)
            if tag in _BREAKS or inner != around:
                yield from line()
            elif tag in ("td", "th"):
                parts.append(" | ")
            state = inner
            stack.append((element, around, True))
            if tag and tag not in _NO_TEXT:
                parts.append(element.text or "")
                stack.extend((child, inner, False) for child in reversed(element))
            continue
        if tag in _BREAKS or state != around:
            yield from line()
        state = around
        if element is not tree:
            parts.append(element.tail or "")
    yield from line()


def _state_in(
    element: HtmlElement,
    tag: str,
    around: tuple[BlockKind, str | None, bool],
    body: set[HtmlElement],
    keep: dict[HtmlElement, Selector],
    drop: dict[HtmlElement, Selector],
) -> tuple[BlockKind, str | None, bool]:
    kind, sign, in_body = around
    if tag in _KINDS:
        kind = _KINDS[tag]
    if element in keep:
        sign = KEPT + one_line(keep[element])
    elif element in drop:
        sign = DROPPED + one_line(drop[element])
    elif element in body and sign and sign.startswith(DROPPED):
        sign = None
    return kind, sign, in_body or element in body


def one_line(selector: Selector) -> str:
    """A selector as signs and reports name it."""
    return " ".join(selector.text.split())


def _remove(dropped: list[HtmlElement], spared: set[HtmlElement]) -> None:
    """Take elements out of the tree; the spared ones inside them stay, in their place."""
    for element in dropped:
        parent = element.getparent()
        if parent is None:
            continue
        for one in _outermost(element, spared):
            _detach(one)
            element.addprevious(one)
        element.drop_tree()


def _outermost(element: HtmlElement, wanted: set[HtmlElement]) -> list[HtmlElement]:
    """The wanted elements below an element that are in no other wanted one, in order."""
    found: list[HtmlElement] = []
    stack = list(reversed(element))
    while stack:
        one = stack.pop()
        if one in wanted:
            found.append(one)
        else:
            stack.extend(reversed(one))
    return found


def _detach(element: HtmlElement) -> None:
    """Take an element out of its place; the text after it stays there."""
    tail, element.tail = element.tail, None
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    parent.remove(element)
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail


def _reduce(tree: HtmlElement, wanted: set[HtmlElement]) -> None:
    """Leave nothing of a page's body but the wanted elements, as the children of one article.

    They lose name, class and id where these could make the extractor believe that they are something else.
    """
    page = tree.find("body")
    page = tree if page is None else page
    article = Element("article")
    for element in _outermost(tree, wanted):
        _detach(element)
        if element.tag not in _HOLDERS:
            element.tag = "div" if element.tag in _BREAKS or element.tag in ("td", "th") else "p"
        for name in ("class", "id", "style", "hidden", "role", "aria-hidden"):
            element.attrib.pop(name, None)
        article.append(element)
    for child in list(page):
        page.remove(child)
    page.text = None
    page.append(article)


def _marked(blocks: tuple[Block, ...], keep: list[_Line]) -> tuple[Block, ...]:
    """The blocks; those whose text is in a kept line carry its sign."""
    if not keep:
        return blocks
    exact = {_folded(line.text): cast(str, line.sign) for line in keep}
    joined = "".join(exact)
    marked = []
    for block in blocks:
        text = _folded(block.text)
        sign = exact.get(text)
        if sign is None and len(text) >= TELLING_CHARACTERS and text in joined:
            sign = next((sign for line, sign in exact.items() if text in line), keep[0].sign)
        if sign is not None:
            # A headline is a field, and no part of the text: what is kept is.
            kind = BlockKind.HEADING if block.kind is BlockKind.HEADLINE else block.kind
            block = attrs.evolve(block, kind=kind, signs=(*block.signs, sign))
        marked.append(block)
    return tuple(marked)


def _woven(blocks: tuple[Block, ...], lines: list[_Line], wanted: set[int]) -> tuple[Block, ...]:
    """The blocks with the wanted lines among them, each where the page has it.

    A block stands where the next line begins as it does; one that begins like none follows the block before it.
    """
    if not wanted:
        return blocks
    starts: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if index not in wanted:
            starts[_folded(line.text)[:TELLING_CHARACTERS]].append(index)
    woven: list[Block] = []
    waiting = sorted(wanted, reverse=True)
    reached = 0
    for block in blocks:
        places = starts.get(_folded(block.text)[:TELLING_CHARACTERS], ())
        place = next((index for index in places if index >= reached), None)
        if place is not None:
            reached = place
            while waiting and waiting[-1] < place:
                woven.append(_block(lines[waiting.pop()]))
        woven.append(block)
    woven.extend(_block(lines[index]) for index in reversed(waiting))
    return tuple(woven)


def _block(line: _Line) -> Block:
    return Block(kind=line.kind, text=line.text, signs=(line.sign,) if line.sign else ())


def _folded(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())
