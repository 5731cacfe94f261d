"""Puts back quotations that the extractor left out, set beside the text or in elements of a site's own making."""

from pipelines.body.layout import Layout
from pipelines.body.overlap import cover, grams, tokens
from storage.article import BlockKind

MIN_WORDS = 8
MAX_LINKS = 0.4
# What the text says so far anyway is a pull quote: the reader has read it.
SAID = 0.75

_ELSEWHERE = frozenset({"nav", "footer", "form", "figure", "figcaption", "button", "header", "dialog"})


def restore(layout: Layout) -> None:
    """Add the quotations between the article's first and last line that say what no line of it says.

    Of 884 pages two have one, and both belong there.
    """
    starts = [item.first for item in layout.found()]
    if not starts:
        return
    left_out = [
        index
        for index in range(min(starts) + 1, max(starts))
        if index not in layout.taken
        and "blockquote" in layout.leaves[index].inside
        and layout.leaves[index].inside.isdisjoint(_ELSEWHERE)
        and ("article" in layout.leaves[index].inside or layout.holds(layout.boxes.container, index))
        and layout.leaves[index].links <= MAX_LINKS
        and layout.words(index) >= MIN_WORDS
    ]
    if not left_out:
        return
    said = {gram for item in layout.placed for gram in grams(tokens(item.block.text))}
    for index in left_out:
        words = tokens(layout.leaves[index].text)
        if cover(words, said) < SAID:
            layout.insert(index, BlockKind.QUOTE)
            said |= grams(words)
