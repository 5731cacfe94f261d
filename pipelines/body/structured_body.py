"""The article's text in structured data as arbiter of the extracted one: never used itself, it is wrong too often."""

import re

from pipelines.body.alignment import Placed
from pipelines.body.boxes import number
from pipelines.body.layout import Layout
from pipelines.body.overlap import cover, grams, tokens
from storage.article import BlockKind

# The text is believed where it is long, and agrees with the extracted one in both directions.
MIN_WORDS = 100
MIN_LENGTH = 0.7
MIN_AGREEMENT = 0.6
# A line of a believed text covers itself; drop caps and links within words keep some from it.
STRANGE = 0.2
# Longer ones are text for certain, but for those in a box beside the text.
MAX_STRANGE_WORDS = 40
# Some publishers leave out the first paragraph of every section, which begins with a large letter.
_DROP_CAP = re.compile(r"drop-?cap", re.I)
RESTORED = 0.9
RESTORED_WORDS = 8

# Subheadings are often left out of it, as are headline and standfirst.
_UNSAID = frozenset({BlockKind.HEADLINE, BlockKind.STANDFIRST, BlockKind.HEADING})

SIGN = "not in articleBody"


def judge(layout: Layout, body: str | None) -> None:
    """Mark the short blocks that a believed text does not have, and add the lines that it has."""
    if not body:
        return
    said = tokens(body)
    if len(said) < MIN_WORDS:
        return
    known = grams(said)
    lines = [(item, tokens(item.block.text)) for item in layout.placed]
    count = sum(len(words) for _, words in lines)
    ours = grams([word for _, words in lines for word in words])
    shares = [cover(words, known) for _, words in lines]
    long = [share for share, (_, words) in zip(shares, lines, strict=True) if len(words) >= RESTORED_WORDS]
    if (
        len(said) < MIN_LENGTH * count
        or not known
        or len(known & ours) < MIN_AGREEMENT * len(known)
        or not long
        or sum(share >= 0.5 for share in long) < MIN_AGREEMENT * len(long)
    ):
        return
    joined = " " + " ".join(said) + " "
    begun = False
    boxes: list[int] | None = None
    for position, ((item, words), share) in enumerate(zip(lines, shares, strict=True)):
        # The text often begins behind the standfirst: a sentence before its first line is no stranger.
        begun = begun or (len(words) >= RESTORED_WORDS and share >= MIN_AGREEMENT)
        if not begun and len(words) >= RESTORED_WORDS:
            continue
        strange = share < STRANGE if len(words) >= 5 else f" {' '.join(words)} " not in joined
        if not strange or item.block.kind in _UNSAID or _begins_large(layout, item):
            continue
        if len(words) > MAX_STRANGE_WORDS:
            boxes = boxes or number(layout.placed, layout.leaves, layout.boxes)
            if boxes[position] == 0:
                continue
        item.signs.append(SIGN)
    starts = [item.first for item in layout.found()]
    if not starts:
        return
    for index in range(min(starts), max(starts)):
        leaf = layout.leaves[index]
        if index in layout.taken or leaf.links > 0.5 or layout.words(index) < RESTORED_WORDS:
            continue
        if cover(tokens(leaf.text), known) >= RESTORED:
            layout.insert(index, BlockKind.PARAGRAPH)


def _begins_large(layout: Layout, item: Placed) -> bool:
    return item.first >= 0 and _DROP_CAP.search(layout.leaves[item.first].element.get("class") or "") is not None
