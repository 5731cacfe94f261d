"""Tells which element holds the article, and which of its blocks stand together elsewhere."""

from collections.abc import Sequence
from typing import Any

import attrs

from pipelines.body.alignment import Placed
from pipelines.body.page_leaves import Leaf
from storage.leaves import LONG, words

# The article's container is the innermost element that holds this share of the extracted words.
HELD = 0.9
# Elements that part the text of one box and are none of their own.
_TRANSPARENT = """p li ul ol dl dt dd blockquote table thead tbody tfoot tr td th h1 h2 h3 h4 h5 h6 pre figcaption
caption address"""
TRANSPARENT = frozenset(_TRANSPARENT.split())


@attrs.define
class Boxes:
    """Where a page's extracted words are."""

    container: Any
    """The innermost element that holds nearly all of them; None where nothing was found on the page."""
    held: dict[Any, int]
    """Element -> words of the article in it, for every element that holds some."""
    total: int

    def share(self, element: Any) -> float:
        """Share of the article's words that stand in an element."""
        return self.held.get(element, 0) / self.total if self.total else 0.0


def weigh(placed: Sequence[Placed], leaves: Sequence[Leaf]) -> Boxes:
    """Adds up the words of blocks that are no links, element by element."""
    own: dict[Any, int] = {}
    for item in placed:
        if item.first < 0:
            continue
        leaf = leaves[item.first]
        count = words(item.block.text)
        if count >= LONG and leaf.links < 0.5:
            own[leaf.element] = own.get(leaf.element, 0) + count
    held: dict[Any, int] = {}
    for element, count in own.items():
        above = element
        while above is not None:
            held[above] = held.get(above, 0) + count
            above = above.getparent()
    total = sum(own.values())
    container: Any = None
    if total:
        # Of elements that hold enough, all lie on one path from the root: the innermost was reached first.
        container = min(
            (element for element, count in held.items() if count >= HELD * total),
            key=lambda element: (held[element], -_depth(element)),
        )
    return Boxes(container, held, total)


def _depth(element: Any) -> int:
    depth = 0
    while (element := element.getparent()) is not None:
        depth += 1
    return depth


def box_of(element: Any) -> Any:
    """The section, aside or division that a block stands in: the nearest element above it that can hold several."""
    above = element if element.tag not in TRANSPARENT else element.getparent()
    while above is not None and above.tag in TRANSPARENT:
        above = above.getparent()
    if above is element:  # A division that is a line itself.
        above = element.getparent()
    return above


def number(placed: Sequence[Placed], leaves: Sequence[Leaf], boxes: Boxes) -> list[int]:
    """The box of every block: 0 for the article's own and what is built like it, others in the order they appear.

    A block without a place stands where the one before it stands.
    """
    elements = [box_of(leaves[item.first].element) if item.first >= 0 else None for item in placed]
    # A division around each paragraph is no box: it counts as what holds several of them.
    lines: dict[Any, int] = {}
    for element in elements:
        above = element
        while above is not None:
            lines[above] = lines.get(above, 0) + 1
            above = above.getparent()

    def widened(element: Any) -> Any:
        while element is not boxes.container and lines.get(element, 0) < 2 and element.getparent() is not None:
            element = element.getparent()
        return element

    elements = [widened(element) if element is not None else None for element in elements]
    size: dict[Any, int] = {}
    for element, item in zip(elements, placed, strict=True):
        if element is not None:
            size[element] = size.get(element, 0) + words(item.block.text)
    if not size:
        return [0] * len(placed)
    main = max(size, key=lambda element: size[element])
    shape = _shape(main)
    numbers: dict[Any, int] = {}
    result: list[int] = []
    for element in elements:
        if element is None:
            result.append(result[-1] if result else 0)
            continue
        if element not in numbers:
            numbers[element] = (
                0 if element is main or _shape(element) == shape else 1 + max(numbers.values(), default=0)
            )
        result.append(numbers[element])
    return result


def _shape(element: Any) -> tuple[Any, ...]:
    parent = element.getparent()
    return (element.tag, element.get("class"), parent.get("class") if parent is not None else None)
