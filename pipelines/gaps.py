"""Puts back lines of blogs and magazines that the extractor left out in the middle of the text."""

from pipelines.layout import Layout
from pipelines.signs import telling_class
from pipelines.standfirst import is_sentence
from storage.article import BlockKind

# Measured on 507 blog and magazine pages.
MIN_WORDS = 8
MAX_LINKS = 0.4
_ELSEWHERE = frozenset({"nav", "footer", "aside", "form", "figure", "figcaption", "button", "header", "dialog"})


def fill(layout: Layout) -> None:
    """Add the sentences between the article's first and last line, inside its container."""
    container = layout.boxes.container
    starts = [item.first for item in layout.found() if container is not None and layout.holds(container, item.first)]
    if not starts:
        return
    for index in range(min(starts) + 1, max(starts)):
        leaf = layout.leaves[index]
        if (
            index not in layout.taken
            and leaf.links <= MAX_LINKS
            and layout.words(index) >= MIN_WORDS
            and leaf.inside.isdisjoint(_ELSEWHERE)
            and is_sentence(leaf.text)
            and layout.holds(container, index)
            and not telling_class(layout, leaf.element)
        ):
            layout.insert(index, BlockKind.LIST_ITEM if "li" in leaf.inside else BlockKind.PARAGRAPH)
