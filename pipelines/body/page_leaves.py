"""Walks a page once: the lines that it shows, in order, and where each stands."""

from collections.abc import Iterable
from typing import Any

import attrs
from lxml import etree
from lxml.html import HtmlElement

from storage.leaves import key_of, pack

# HTML Standard, "phrasing content": what flows inside a line.
_INLINE = """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb rp rt ruby s
samp small span strike strong sub sup time tt u var wbr"""
# Never shown, or the text of a control and not of the page.
_UNSHOWN = """script style noscript template head title svg math textarea select option iframe object audio video canvas
datalist noembed noframes xmp"""
# What a line can stand in that says something about it, at any depth.
_TELLING = """nav footer aside figure figcaption form header button article main table thead li ul ol dl blockquote
h1 h2 h3 h4 h5 h6 p pre address details dialog section"""
_OTHERS = (
    "body html div center td th tr tbody tfoot caption dd dt fieldset legend summary hr search hgroup menu dir picture"
)
# Elements unknown to the standard flow inside the line where they stand in one of these, and are blocks elsewhere.
_LINES = "p h1 h2 h3 h4 h5 h6 dt dd figcaption"

# XML 1.0, 2.3: text of nothing else is no piece of a line.
_SPACES = " \t\r\n"

INLINE = frozenset(_INLINE.split())
UNSHOWN = frozenset(_UNSHOWN.split())
TELLING = frozenset(_TELLING.split())
LINES = frozenset(_LINES.split())
BLOCKS = TELLING | frozenset(_OTHERS.split())


@attrs.define  # Not frozen: there are 500 to a page, and freezing doubles what they take.
class Place:
    """Where a line stands."""

    block: Any
    """The element that makes it a line of its own: the nearest that is not inline."""
    inside: frozenset[str]
    """Those of `TELLING` that hold it, itself among them."""
    linked: bool
    shown: bool


@attrs.define
class Leaf:
    """One line of the page: the text of a block element between its inner blocks and line breaks."""

    text: str
    """White space folded, never empty."""
    links: float
    """Share of its characters that are inside links, 0 to 1."""
    element: Any
    """The block element that it is the text of. A line break parts two leaves of one element."""
    inside: frozenset[str]
    """Those of `TELLING` that hold it."""


_NOWHERE = Place(None, frozenset(), False, True)


def walk(tree: HtmlElement) -> list[Leaf]:
    """The lines of a page in document order, without what is never shown. The tree is left as it was."""
    leaves: list[Leaf] = []
    # Of the elements that are open.
    places = [_NOWHERE]
    pieces: list[str] = []
    here = _NOWHERE
    linked = 0

    def flush() -> None:
        nonlocal linked
        if pieces:
            text = " ".join("".join(pieces).split())
            if text:
                share = round(linked / sum(map(len, pieces)), 2) if linked else 0.0
                leaves.append(Leaf(text, share, here.block, here.inside))
            pieces.clear()
        linked = 0

    element: Any
    # Not a recursion: pages nest elements deeper than Python's stack goes.
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            if element.tag == "br":
                flush()
            place = _place(element, places[-1])
            places.append(place)
            new = False
            piece = element.text
        else:
            inner = places.pop()
            place = places[-1]
            # Behind a block of its own, or in another element than the text before.
            new = inner.block is not place.block
            piece = element.tail if element is not tree else None
        if not piece or not place.shown or not piece.strip(_SPACES):
            continue
        if new or here.block is not place.block:
            flush()
        elif pieces and not (pieces[-1][-1].isspace() or piece[0].isspace()) and _spaced(element, tail=event == "end"):
            pieces.append(" ")
        here = place
        pieces.append(piece)
        if place.linked:
            linked += len(piece)
    flush()
    return leaves


def _place(element: Any, holder: Place) -> Place:
    """Where the text of an element stands, by where what holds it stands."""
    tag = element.tag
    shown = holder.shown and tag not in UNSHOWN
    if tag in INLINE or (tag not in BLOCKS and not holder.inside.isdisjoint(LINES)):
        linked = holder.linked or (tag == "a" and element.get("href") is not None)
        if linked is holder.linked and shown is holder.shown:
            return holder
        return Place(holder.block, holder.inside, linked, shown)
    inside = holder.inside if tag in holder.inside or tag not in TELLING else holder.inside | {tag}
    return Place(element, inside, holder.linked, shown)


def _spaced(element: Any, *, tail: bool) -> bool:
    """Whether white space of its own, in no piece, stands between an element's text or tail and the text before."""
    if tail:
        return bool((element.text or "").isspace() or (len(element) and (element[-1].tail or "").isspace()))
    while element is not None and element.tag in INLINE:
        before = element.getprevious()
        if before is not None:
            return bool((before.tail or before.text or "").isspace())
        element = element.getparent()
        if element is not None and (element.text or "").isspace():
            return True
    return False


def keys(leaves: Iterable[Leaf]) -> bytes:
    """The packed keys of the lines outside links, as the site memory learns from them."""
    return pack(key_of(leaf.text) for leaf in leaves if leaf.links < 0.5)
