"""The best set of runs to cut: lines weighed together, by dynamic programming over runs."""

from collections.abc import Sequence

import attrs

# A plea of more lines is several runs that touch.
LONGEST = 12


@attrs.frozen
class Run:
    """Lines first..last, inclusive, and what speaks for cutting them, in log odds."""

    first: int
    last: int
    score: float


def best_runs(scores: Sequence[Sequence[float]]) -> list[Run]:
    """The runs, apart or touching, with the largest sum of scores.

    `scores` has for each first line what speaks for each run that starts there: of one line, two lines, …
    The same lines always give the same runs: of equal sums the one that cuts less, then the one that starts later.
    """
    count = len(scores)
    best = [0.0] * (count + 1)
    came: list[Run | None] = [None] * (count + 1)
    reached: list[list[Run]] = [[] for _ in range(count + 1)]
    for place in range(count + 1):
        if place:
            best[place] = best[place - 1]
            for run in reached[place]:
                value = best[run.first] + run.score
                if value > best[place] or (came[place] is not None and value == best[place]):
                    best[place] = value
                    came[place] = run
        if place < count:
            for reach, score in enumerate(scores[place]):
                # No run that loses by itself is ever part of the best set.
                if score > 0:
                    reached[place + reach + 1].append(Run(place, place + reach, score))
    runs: list[Run] = []
    place = count
    while place > 0:
        run_here = came[place]
        if run_here is None:
            place -= 1
        else:
            runs.append(run_here)
            place = run_here.first
    return runs[::-1]
