"""How often a page's lines have each concept: what is rare on a page says more there."""

import math
from collections.abc import Sequence

from pipelines.pleas.lexicon import BIT, CONCEPTS
from pipelines.pleas.weights import MOST, RARE_BELOW

# Shares of lines of eight words and more that have the concept, in some 28,000 lines of real articles. Rounded.
USUAL = {
    "media": 0.05,
    "we": 0.08,
    "you": 0.12,
    "money": 0.12,
    "act": 0.18,
    "period": 0.13,
    "letter": 0.05,
    "access": 0.12,
    "plight": 0.10,
    "read": 0.06,
    "mark": 0.02,
}
# How many lines of the page the usual shares weigh as much as.
PRIOR_LINES = 8.0


def shares(lines: Sequence[int]) -> dict[str, float]:
    """Concept -> share of the page's long lines that have it, drawn to the usual; `lines` are their bits."""
    total = len(lines) + PRIOR_LINES
    return {
        concept: (sum(1 for bits in lines if bits & BIT[concept]) + PRIOR_LINES * usual) / total
        for concept, usual in USUAL.items()
    }


def rarity(share: float) -> float:
    """0 for a concept that is all over the page, up to MOST."""
    return min(MOST, max(0.0, math.log(RARE_BELOW / share) / 2))


def rare(page: dict[str, float], below: float) -> int:
    """The concepts whose share on the page is under `below`, as bits."""
    return sum(BIT[concept] for concept in CONCEPTS if page[concept] < below)
