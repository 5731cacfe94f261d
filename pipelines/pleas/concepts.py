"""What a line's concepts say for its being a plea, against what the page's other lines are made of."""

import math
from collections.abc import Sequence

from pipelines.pleas.lexicon import BIT, CONCEPTS

# (in a plea's line, in an article's line): shares of lines of eight words and more that have the concept. Pleas: those
# of our own making, plain-worded ones among them; articles: some 28,000 lines of real pages. Rounded.
LONG_LINES = {
    "media": (0.25, 0.05),
    "we": (0.50, 0.08),
    "you": (0.40, 0.12),
    "money": (0.25, 0.12),
    "act": (0.35, 0.18),
    "period": (0.27, 0.13),
    "letter": (0.15, 0.05),
    "access": (0.22, 0.12),
    "plight": (0.17, 0.10),
}
SHORT_LINES = {
    "media": (0.12, 0.06),
    "we": (0.15, 0.06),
    "you": (0.20, 0.10),
    "money": (0.15, 0.06),
    "act": (0.45, 0.12),
    "period": (0.20, 0.06),
    "letter": (0.20, 0.04),
    "access": (0.22, 0.07),
    "plight": (0.06, 0.06),
}
# How many lines of the page the shares of articles weigh as much as.
PRIOR_LINES = 8.0
# Concepts keep company: a line is no sum of independent witnesses.
TEMPER = 0.9
ABSENT = 0.35
LONG_LIMITS = (-2.0, 4.0)
SHORT_LIMITS = (-0.6, 1.6)

Shares = tuple[float, ...]


def shares(lines: Sequence[int]) -> Shares:
    """For each concept the share of the page's long lines that have it, drawn to what articles have."""
    total = len(lines) + PRIOR_LINES
    counted = []
    for concept in CONCEPTS:
        bit = BIT[concept]
        seen = sum(1 for bits in lines if bits & bit)
        counted.append((seen + PRIOR_LINES * LONG_LINES[concept][1]) / total)
    return tuple(counted)


def weigh(bits: int, page: Shares, long: bool) -> tuple[float, dict[str, float]]:
    """Log odds that a line is a plea's, and what each concept in it adds."""
    table = LONG_LINES if long else SHORT_LINES
    total = 0.0
    parts: dict[str, float] = {}
    for concept, usual in zip(CONCEPTS, page, strict=True):
        plea, article = table[concept]
        here = min(0.9, article * usual / LONG_LINES[concept][1]) if not long else usual
        if bits & BIT[concept]:
            # A page that is full of a concept makes it say nothing, and never the contrary.
            added = max(0.0, math.log(plea / here))
            parts[concept] = added
        else:
            added = ABSENT * min(0.0, math.log((1 - plea) / (1 - min(here, plea))))
        total += added
    low, high = LONG_LIMITS if long else SHORT_LIMITS
    return max(low, min(high, TEMPER * total)), parts
