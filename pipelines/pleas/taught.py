"""What a classifier says of lines, as evidence among others on sites that the archive knows too little of."""

from collections.abc import Sequence

import attrs

from pipelines.pleas import model
from pipelines.pleas.lines import Line
from storage.knowledge import Knowledge

# From two other articles on, repetition says it better.
KNOWN_ENOUGH = 2
# No single line's classification decides a run.
LIMITS = (-2.0, 2.0)


@attrs.frozen
class Trust:
    """How a model's log odds count as evidence."""

    weight: float
    shift: float
    """Added first: a model takes as many lines for pleas as for news, and on pages pleas are few."""

    def evidence(self, odds: float) -> float:
        """Within LIMITS."""
        low, high = LIMITS
        return max(low, min(high, self.weight * (odds + self.shift)))


# Measured on pages with and without planted pleas, none of which either model has seen; docs/pleas.md has the figures.
BORN = Trust(weight=1.0, shift=-0.6)
OWN = Trust(weight=1.0, shift=0.0)


class Taught:
    """The model's word on each long line of one article; silent where the site is known."""

    def __init__(self, lines: Sequence[Line], knowledge: Knowledge):
        self._model: bytes | None = None
        self.evidence = [0.0] * len(lines)
        if knowledge.known >= KNOWN_ENOUGH:
            return
        own = _readable(knowledge.model)
        self._model = own or model.born()
        trust = OWN if own else BORN
        for number, line in enumerate(lines):
            if line.long:
                self.evidence[number] = trust.evidence(model.score(self._model, line.block.text))

    def telling(self, line: Line) -> tuple[str, ...]:
        """The words by which the model takes a line for boilerplate."""
        return model.telling(self._model, line.block.text) if self._model else ()


def _readable(own: bytes | None) -> bytes | None:
    """The archive's own model where there is one that this version reads."""
    if own is None:
        return None
    try:
        model.unpacked(own)
    except model.UnknownModel:
        # Made by another version; the next generation makes one that this version reads.
        return None
    return own
