"""What the archive's own classifier says of lines, as evidence among others on sites that it knows too little of."""

from collections.abc import Sequence

from pipelines.pleas import model
from pipelines.pleas.lines import Line
from storage.knowledge import Knowledge

# From two other articles on, repetition says it better.
KNOWN_ENOUGH = 2
# Measured on pleas and pages that it had not seen: without it 12.5 % of planted pages kept a line and .34 % of the
# unplanted pages' paragraphs went, with half its word 8.0 and .20, with three quarters 7.7 and .21.
WEIGHT = 0.5
LIMITS = (-1.0, 2.0)


class Taught:
    """The model's word on each long line of one article; silent where the site is known."""

    def __init__(self, lines: Sequence[Line], knowledge: Knowledge):
        self._model = _usable(knowledge.model) if knowledge.known < KNOWN_ENOUGH else None
        low, high = LIMITS
        self.evidence = [
            max(low, min(high, WEIGHT * model.score(self._model, line.block.text)))
            if self._model and line.long
            else 0.0
            for line in lines
        ]

    def telling(self, line: Line) -> tuple[str, ...]:
        """The words by which the model takes a line for boilerplate."""
        return model.telling(self._model, line.block.text) if self._model else ()


def _usable(own: bytes | None) -> bytes:
    """The archive's own model where this version reads it, else the one that the package brings along."""
    if own is None:
        return model.born()
    try:
        model.unpacked(own)
    except model.UnknownModel:
        # Made by another version; the next generation makes one that this version reads.
        return model.born()
    return own
