"""What two texts have to do with each other, measured exactly on their shingles."""

from enum import StrEnum

import attrs

# Thresholds measured on pairs of real articles: of texts that were republished the least containment is .68, of others
# the largest .44. Between .4 and .6 lie articles of which half is agency copy.
SAME_JACCARD = 0.95
NEAR_JACCARD = 0.5
NEAR_CONTAINMENT = 0.6
SHARED_CONTAINMENT = 0.3

# A text of fewer shingles is a notice, and two notices are alike by their kind.
ENOUGH_SHINGLES = 50
# Words from which the very same text is no chance: "This video is not available" is none.
ENOUGH_TOKENS = 20


class Relation(StrEnum):
    """A text's relation to the origin of its story."""

    ORIGIN = "origin"
    SAME_TEXT = "same_text"
    NEAR_DUPLICATE = "near_duplicate"
    SHARES_TEXT = "shares_text"


@attrs.frozen(kw_only=True)
class Likeness:
    """How alike two texts are, each from 0 to 1."""

    jaccard: float
    """Shingles that both have, of those that either has."""
    containment: float
    """Shingles that both have, of those of the shorter text."""

    @property
    def relation(self) -> Relation | None:
        """None: they have nothing to do with each other."""
        if self.jaccard >= SAME_JACCARD:
            return Relation.SAME_TEXT
        if self.jaccard >= NEAR_JACCARD or self.containment >= NEAR_CONTAINMENT:
            return Relation.NEAR_DUPLICATE
        return Relation.SHARES_TEXT if self.containment >= SHARED_CONTAINMENT else None


def likeness(one: int, other: int, both: int) -> Likeness:
    """How alike two texts of so many shingles are that have so many in common. Nothing where either has fewer than
    ENOUGH_SHINGLES."""
    fewer = min(one, other)
    if fewer < ENOUGH_SHINGLES:
        return Likeness(jaccard=0.0, containment=0.0)
    return Likeness(jaccard=both / (one + other - both), containment=both / fewer)
