"""Walks a page once: the lines that it shows, in order, and where each stands."""

from collections.abc import Iterable
from typing import Any, cast

import attrs
from lxml import etree
from lxml.html import HtmlElement

from storage.leaves import key_of, pack

# All that makes a line, found in C: text that is not only white space, and line breaks.
_PIECES = etree.XPath("descendant::text()[not(parent::script or parent::style)][normalize-space()] | descendant::br")

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


class _Places:
    """The places of a page's elements, each worked out once."""

    def __init__(self) -> None:
        self._known: dict[Any, Place] = {}

    def of(self, element: Any) -> Place:
        # A loop, not a recursion: pages nest elements deeper than Python's stack goes.
        known = self._known
        above: list[Any] = []
        while element is not None and element not in known:
            above.append(element)
            element = element.getparent()
        place = known[element] if element is not None else _NOWHERE
        for element in reversed(above):
            tag = element.tag
            shown = place.shown and tag not in UNSHOWN
            if tag in INLINE or (tag not in BLOCKS and not place.inside.isdisjoint(LINES)):
                linked = place.linked or (tag == "a" and element.get("href") is not None)
                if linked is not place.linked or shown is not place.shown:
                    place = Place(place.block, place.inside, linked, shown)
            else:
                inside = place.inside if tag in place.inside or tag not in TELLING else place.inside | {tag}
                place = Place(element, inside, place.linked, shown)
            known[element] = place
        return place


def walk(tree: HtmlElement) -> list[Leaf]:
    """The lines of a page in document order, without what is never shown. The tree is left as it was."""
    leaves: list[Leaf] = []
    places = _Places()
    pieces: list[str] = []
    here: Place | None = None
    linked = 0

    def flush() -> None:
        nonlocal linked
        if pieces and here is not None:
            text = " ".join("".join(pieces).split())
            if text:
                total = sum(map(len, pieces))
                leaves.append(Leaf(text, round(linked / total, 2), here.block, here.inside))
        pieces.clear()
        linked = 0

    piece: Any  # An element, or text that knows where it stands.
    for piece in cast(list[Any], _PIECES(tree)):
        if not isinstance(piece, str):
            flush()
            continue
        holder = piece.getparent()  # type: ignore[attr-defined]
        if holder is None:
            continue
        place = places.of(holder)
        tail = piece.is_tail  # type: ignore[attr-defined]
        if tail:
            inner, holder = place, holder.getparent()
            place = places.of(holder) if holder is not None else _NOWHERE
            # Behind a block of its own, or in another element than the text before.
            new = inner.block is not place.block
        else:
            new = False
        if not place.shown:
            continue
        if new or here is None or here.block is not place.block:
            flush()
        elif pieces and not pieces[-1][-1].isspace() and not piece[0].isspace() and _spaced(piece):
            pieces.append(" ")
        here = place
        pieces.append(piece)
        if place.linked:
            linked += len(piece)
    flush()
    return leaves


def _spaced(piece: Any) -> bool:
    """Whether white space of its own, in no piece, stands between a piece and the text before it."""
    element = piece.getparent()
    if piece.is_tail:
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
