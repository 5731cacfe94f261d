"""Puts back lines that the extractor left out in the middle of the text, most of them of blogs and magazines."""

from pipelines.body.layout import Layout
from pipelines.body.sentences import is_sentence
from pipelines.body.signs import telling_class
from pipelines.body.twins import MOSTLY_LINKED, Shape, shape, usual_shapes
from storage.article import BlockKind

# Measured on 507 blog and magazine pages: F1 .946 -> .953, pages with a lost paragraph 28 -> 23 %. On news pages
# what the extractor leaves out is mostly not the article's; of what is built like its paragraphs, 2 lines of 2 are.
MAX_LINKS = 0.4
MIN_WORDS = 8
MIN_SENTENCE_WORDS = 4
MIN_PART_WORDS = 3

_HEADINGS = frozenset({"h2", "h3", "h4"})
_ELSEWHERE = frozenset({"nav", "footer", "aside", "form", "figure", "figcaption", "button", "header", "dialog"})


def fill(layout: Layout, *, news: bool) -> None:
    """Add lines, list items and subheadings between the article's first and last line, inside its container; on news
    pages only sentences in elements built like the article's paragraphs, by class."""
    usual = usual_shapes(layout) if news else set()
    for index in layout.gaps():
        leaf = layout.leaves[index]
        if not leaf.inside.isdisjoint(_ELSEWHERE):
            continue
        if news:
            if _is_alike(layout, index, usual):
                layout.insert(index, BlockKind.PARAGRAPH)
        elif (
            leaf.links <= MAX_LINKS
            and (kind := _kind(layout, index)) is not None
            and not telling_class(layout, leaf.element)
        ):
            layout.insert(index, kind)


def _is_alike(layout: Layout, index: int, usual: set[Shape]) -> bool:
    """Whether a line is a sentence in an element that has the class of the article's paragraphs, or whose holder has
    that of theirs."""
    leaf = layout.leaves[index]
    built = shape(leaf.element)
    return (
        built in usual
        and any(built[1::2])
        and leaf.links <= MOSTLY_LINKED
        and layout.words(index) >= MIN_WORDS
        and is_sentence(leaf.text)
        # What is for subscribers is called a teaser by many sites.
        and telling_class(layout, leaf.element) in (None, "teaser")
    )


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
