"""Makes an article's blocks of the extractor's lines and the page's own."""

from collections.abc import Sequence
from typing import Any

import attrs

from pipelines.body import (
    captions,
    gaps,
    live_blog,
    notes,
    posts,
    quotations,
    signs,
    standfirst,
    structured_body,
    twins,
)
from pipelines.body.alignment import Placed, align
from pipelines.body.boxes import number
from pipelines.body.layout import Layout
from pipelines.body.overlap import tokens
from pipelines.body.page_leaves import Leaf
from pipelines.fields.metadata import Metadata
from storage.article import Block, BlockKind

# The headline comes back as body text in the first lines, never later.
TITLE_LINES = 3
# A shorter title may be the beginning of another.
MIN_TITLE_WORDS = 4
MAX_KICKER_WORDS = 6
# What search engines get is often another wording: of 62 headings with so much of a title's words 62 were headlines.
MIN_VARIED_WORDS = 6
VARIED = 0.75

_HEADINGS = frozenset({"h1", "h2"})


def compose(lines: Sequence[Block], leaves: Sequence[Leaf], metadata: Metadata) -> tuple[Block, ...]:
    """The article's blocks: the lines with their kinds, signs and boxes, and what the extractor left out.

    Nothing that the extractor kept goes here; cleaning decides.
    """
    layout = Layout(leaves, _in_order(_once(align(lines, leaves))))
    _headlines(layout, metadata.titles)
    twins.restore(layout)
    posts.restore(layout)
    gaps.fill(layout, news=metadata.news)
    quotations.restore(layout)
    notes.restore(layout)
    standfirst.place(layout, metadata.descriptions, metadata.titles, news=metadata.news)
    structured_body.judge(layout, metadata.body)
    captions.mark(layout)
    if metadata.live:
        live_blog.mark(layout)
    signs.note(layout, metadata.titles, news=metadata.news)
    boxes = number(layout.placed, leaves, layout.boxes)
    return tuple(
        attrs.evolve(
            item.block,
            box=box,
            links=leaves[item.first].links if item.first >= 0 else 0.0,
            signs=tuple(dict.fromkeys(item.signs)),
        )
        for item, box in zip(layout.placed, boxes, strict=True)
    )


def _once(placed: list[Placed]) -> list[Placed]:
    """Without what the extractor gives twice: a second block of the same leaves. A refrain has leaves of its own."""
    seen: set[tuple[int, int, str]] = set()
    kept: list[Placed] = []
    for item in placed:
        found = (item.first, item.last, item.block.text)
        if item.first < 0 or found not in seen:
            kept.append(item)
        seen.add(found)
    return kept


def _in_order(placed: list[Placed]) -> list[Placed]:
    """In the page's order, which the extractor leaves where it recovers text late. What was not found on the page
    stays behind what it followed."""
    keys: list[int] = []
    for item in placed:
        keys.append(item.first if item.first >= 0 else keys[-1] if keys else -1)
    return [placed[i] for i in sorted(range(len(placed)), key=lambda i: (keys[i], i))]


def _headlines(layout: Layout, titles: Sequence[str]) -> None:
    known = {tuple(tokens(title)) for title in titles}
    for item in layout.placed[:TITLE_LINES]:
        if tuple(tokens(item.block.text)) in known:
            item.turn(BlockKind.HEADLINE)
    said = [words for words in known if len(words) >= MIN_TITLE_WORDS]
    body = layout.body_start()
    headings: dict[Any, bool] = {}
    for item in layout.found():
        if item.first >= body:
            break
        above = layout.above(layout.leaves[item.first].element)
        heading = next((element for element in above if element.tag in _HEADINGS), None)
        if heading is None:
            continue
        if heading not in headings:
            whole = tokens(" ".join(layout.leaves[i].text for i in layout.span(heading, item.first)))
            headings[heading] = any(_is_title(whole, words) for words in said)
        if headings[heading]:
            item.turn(BlockKind.HEADLINE)


def _is_title(words: Sequence[str], title: tuple[str, ...]) -> bool:
    """Whether a heading says a title, with no more than a kicker before it or a sign behind it, or nearly says it."""
    more = len(words) - len(title)
    if 0 <= more <= min(MAX_KICKER_WORDS, len(title)) and (
        tuple(words[more:]) == title or tuple(words[: len(title)]) == title
    ):
        return True
    if len(title) < MIN_VARIED_WORDS or abs(more) > MAX_KICKER_WORDS:
        return False
    return sum(word in words for word in title) >= VARIED * len(title)
