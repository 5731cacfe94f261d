"""Finds the heads of a live blog's entries: the time of each, and its heading."""

import re
from collections import Counter

import attrs

from pipelines.body.layout import Layout
from pipelines.body.twins import shape
from storage.article import BlockKind

# A page with fewer entries is no live blog yet.
MIN_ENTRIES = 3
MAX_HEAD_WORDS = 8

_TIME = re.compile(r"(?<!\d)(?:[01]?\d|2[0-3])\s?[:.h]\s?[0-5]\d(?!\d)|\b\d{1,2}\s?[ap]\.?m\b", re.I)
_HEADINGS = frozenset({"h2", "h3", "h4", "h5"})


def mark(layout: Layout) -> None:
    """Make a block of the head of every entry: repeated short lines with a time, built alike, inside the article."""
    starts = [item.first for item in layout.found()]
    container = layout.boxes.container
    if not starts or container is None:
        return
    heads = [
        index
        for index in range(max(0, min(starts) - MIN_ENTRIES), max(starts))
        if layout.words(index) <= MAX_HEAD_WORDS
        and _TIME.search(layout.leaves[index].text)
        and layout.holds(container, index)
    ]
    shapes = Counter(shape(layout.leaves[index].element) for index in heads)
    if not shapes or max(shapes.values()) < MIN_ENTRIES:
        return
    usual = max(shapes, key=lambda each: shapes[each])
    for index in heads:
        if shape(layout.leaves[index].element) == usual:
            _head(layout, index)


def _head(layout: Layout, index: int) -> None:
    item = next((item for item in layout.found() if item.first == item.last == index), None)
    if item is None:
        if index in layout.taken:
            return
        item = layout.insert(index, BlockKind.LIVE_ENTRY)
    item.turn(BlockKind.LIVE_ENTRY)
    following = index + 1
    if following < len(layout.leaves) and not layout.leaves[following].inside.isdisjoint(_HEADINGS):
        heading = next((other for other in layout.found() if other.first == other.last == following), None)
        if heading is None and following in layout.taken:
            return
        item.block = attrs.evolve(item.block, text=f"{item.block.text} {layout.leaves[following].text}")
        item.last = following
        layout.taken.add(following)
        if heading is not None:
            layout.placed.remove(heading)
