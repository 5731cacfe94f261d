"""Recognises text that a site has scrambled so that only its subscribers' browsers can read it."""

import math
import re
from collections.abc import Sequence
from operator import mul

import attrs

from storage.article import Block

SIGN = "scrambled"

# How often the letters stand in prose of the Latin script, in thousandths: rounded means over European languages,
# accents off. Rough, and enough: see MIN_GAIN.
_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (101, 15, 30, 43, 140, 13, 20, 27, 78, 6, 21, 47, 29, 76, 67, 24, 3, 66, 66, 64, 41, 13, 9, 2, 12, 12),
        strict=True,
    )
)
_LOGS = [math.log(share / sum(_LETTERS.values())) for share in _LETTERS.values()]
_LETTER = re.compile("[a-z]")

# Below this many letters chance speaks.
MIN_LETTERS = 60
# As much of a block is enough.
JUDGED = 400
# Text that fits so well, in nats a letter, has nothing to gain: prose has about -2.92, and the test is for all blocks.
CLEAR = -3.05
# Rows of tables repeat a few letters; prose of sixty has some fifteen different ones.
MIN_DIFFERENT = 10
# How much likelier, in nats a letter, a shifted reading must be. Of 36,000 blocks of real pages none in clear reached
# .09; paragraphs that a newspaper shifts by one letter have .62 to .83.
MIN_GAIN = 0.35

# The class of an element that such sites give to what they scramble; noted by extraction.
CLASS_SIGN = "class obfuscated"


def shift(text: str) -> int | None:
    """By how many places the letters of a Latin text were moved up the alphabet, 1 to 25; None where they were not."""
    text = text[:JUDGED].lower()
    counts = list(map(text.count, _LETTERS))
    total = sum(counts)
    if total < MIN_LETTERS:
        return None
    as_it_is = sum(map(mul, counts, _LOGS)) / total
    if as_it_is > CLEAR:
        return None
    shares = [count / total for count in counts]
    if sum(share > 0 for share in shares) < MIN_DIFFERENT or total < 0.6 * sum(map(str.isalpha, text)):
        return None
    fits = [sum(shares[(i + by) % 26] * _LOGS[i] for i in range(26)) for by in range(26)]
    best = max(range(26), key=fits.__getitem__)
    return best if best and fits[best] - fits[0] >= MIN_GAIN else None


def mark(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with a sign on those that are scrambled: by class, by their letters, or by standing, too short to
    tell, between two that are."""
    found = [CLASS_SIGN in block.signs or shift(block.text) is not None for block in blocks]
    if not any(found):
        return tuple(blocks)
    first, last = found.index(True), len(found) - 1 - found[::-1].index(True)
    for i in range(first, last):
        before, after = found[i - 1], any(found[i + 1 : i + 3])
        short = len(_LETTER.findall(blocks[i].text.lower())) < MIN_LETTERS
        found[i] = found[i] or (short and i > first and before and after)
    return tuple(
        attrs.evolve(block, signs=(*block.signs, SIGN)) if scrambled and SIGN not in block.signs else block
        for block, scrambled in zip(blocks, found, strict=True)
    )
