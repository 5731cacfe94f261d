"""Puts back lines of blogs and magazines that the extractor left out in the middle of the text."""

from pipelines.body.layout import Layout
from pipelines.body.sentences import is_sentence
from pipelines.body.signs import telling_class
from storage.article import BlockKind

# Measured on 507 blog and magazine pages: F1 .946 -> .953, pages with a lost paragraph 28 -> 23 %. News pages are left
# alone: what the extractor leaves out there is mostly not the article's.
MAX_LINKS = 0.4
MIN_WORDS = 8
MIN_SENTENCE_WORDS = 4
MIN_PART_WORDS = 3

_HEADINGS = frozenset({"h2", "h3", "h4"})
_ELSEWHERE = frozenset({"nav", "footer", "aside", "form", "figure", "figcaption", "button", "header", "dialog"})


def fill(layout: Layout) -> None:
    """Add lines, list items and subheadings between the article's first and last line, inside its container."""
    for index in layout.gaps():
        leaf = layout.leaves[index]
        if (
            leaf.links <= MAX_LINKS
            and leaf.inside.isdisjoint(_ELSEWHERE)
            and (kind := _kind(layout, index)) is not None
            and not telling_class(layout, leaf.element)
        ):
            layout.insert(index, kind)


def _kind(layout: Layout, index: int) -> BlockKind | None:
    """What a line would be in the article; None where it is too short for its kind."""
    leaf, count = layout.leaves[index], layout.words(index)
    if "li" in leaf.inside:
        return BlockKind.LIST_ITEM if count >= MIN_PART_WORDS else None
    if leaf.element.tag in _HEADINGS:
        return BlockKind.HEADING if count >= MIN_PART_WORDS else None
    if count >= MIN_WORDS or (count >= MIN_SENTENCE_WORDS and is_sentence(leaf.text)):
        return BlockKind.PARAGRAPH
    return None
