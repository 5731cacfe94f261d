"""Cuts what the page's structure says is no part of the article. Goes by the signs that extraction has noted."""

from collections import Counter
from collections.abc import Sequence

from pipelines.interface_lines import is_interface
from storage.article import APART, Block, BlockKind
from storage.leaves import words

# More than this share of the words is never cut: the signs are wrong then, not the text.
MAX_CUT = 0.5
# Signs that cut by themselves. Others ("in aside") are evidence for what weighs several.
CUTTING = frozenset(
    {"after the article", "teaser card", "nested article", "list of links", "not in articleBody", "label and link"}
)
# Letters shifted by one are no text, however many.
SCRAMBLED = "class obfuscated"

# The standfirst stands outside the body, and is called a teaser by many sites.
_STANDFIRST_SIGNS = CUTTING | {"class teaser", "class social"}

LINKED = 0.8


def cuts(blocks: Sequence[Block]) -> dict[int, str]:
    """Position -> reason for every block that goes."""
    found = {i: reason for i, block in enumerate(blocks) if (reason := _reason(block))}
    body = [i for i, block in enumerate(blocks) if block.kind not in APART]
    _trailing(blocks, body, found)
    _emptied(blocks, body, found)
    total = sum(words(blocks[i].text) for i in body)
    while True:
        weights: Counter[str] = Counter()
        for i in body:
            if i in found and found[i] != SCRAMBLED:
                weights[found[i]] += words(blocks[i].text)
        if weights.total() <= MAX_CUT * total:
            return found
        heaviest = max(weights, key=lambda reason: (weights[reason], reason))
        found = {i: reason for i, reason in found.items() if reason != heaviest}


def _reason(block: Block) -> str | None:
    for sign in block.signs:
        if block.kind is BlockKind.STANDFIRST and sign in _STANDFIRST_SIGNS:
            continue
        if sign in CUTTING or sign.startswith("class "):
            return sign
    if block.kind not in APART and is_interface(block.text):
        return "part of the interface"
    return None


def _trailing(blocks: Sequence[Block], body: Sequence[int], found: dict[int, str]) -> None:
    for i in reversed(body):
        if i in found:
            continue
        if blocks[i].links >= LINKED:
            found[i] = "link after the text"
        elif blocks[i].kind is BlockKind.HEADING:
            found[i] = "heading after the text"
        else:
            break


def _emptied(blocks: Sequence[Block], body: Sequence[int], found: dict[int, str]) -> None:
    """Headings whose section is gone."""
    heading: int | None = None
    gone = False
    for i in [*body, None]:
        if i is None or blocks[i].kind is BlockKind.HEADING:
            if heading is not None and gone and heading not in found:
                found[heading] = "heading of what was cut"
            heading, gone = i, False
        elif i in found:
            gone = True
        else:
            heading, gone = None, False
