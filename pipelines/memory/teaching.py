"""Trains the archive's own classifier of lines on what its memory has proved: what a worker process does of it."""

from pathlib import Path

import attrs

from pipelines.memory.learning import reader_of
from pipelines.pleas.model import ENOUGH_PLEAS, train
from storage.database import reading
from storage.proven import article_lines, model_lines, proven_lines

# Trained anew when there is twice as much to learn from: all sites without a memory are cleaned again for it.
MORE = 2


@attrs.frozen(kw_only=True)
class Taught:
    """A classifier, and what it has learnt from."""

    model: bytes
    lines: int
    """Boilerplate lines."""


def teach(database: Path) -> Taught | None:
    """A classifier of what the archive has learnt so far; None for too little, or little more than before."""
    with reading(reader_of(database)) as connection:
        lines = proven_lines(connection)
        if len(lines) < max(ENOUGH_PLEAS, MORE * model_lines(connection)):
            return None
        model = train(lines, article_lines(connection))
    return Taught(model=model, lines=len(lines)) if model is not None else None
