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
    """The model's word on each long line of one article; silent where the site is known.

    To ask the model takes as long as all else that is worked out for a line, so it is asked line by line.
    """

    def __init__(self, lines: Sequence[Line], knowledge: Knowledge):
        self._lines = lines
        self._model: bytes | None = None
        self._said: dict[int, float] = {}
        if knowledge.known >= KNOWN_ENOUGH:
            return
        own = _readable(knowledge.model)
        self._model = own or model.born()
        self._trust = OWN if own else BORN

    def evidence(self, number: int) -> float:
        """What the model says for cutting a line, in log odds within LIMITS."""
        if self._model is None or not self._lines[number].long:
            return 0.0
        if number not in self._said:
            odds = model.score(self._model, self._lines[number].block.text)
            self._said[number] = self._trust.evidence(odds)
        return self._said[number]

    def at_most(self, number: int) -> float:
        """What `evidence` is where the model was asked already, else the most that it may be."""
        if self._model is None or not self._lines[number].long:
            return 0.0
        return self._said.get(number, LIMITS[1])

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
