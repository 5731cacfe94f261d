"""The best set of runs to cut: lines weighed together, by dynamic programming over runs."""

from collections.abc import Callable, Sequence

LONGEST = 12
ENTER = 3.0
GO_ON = 1.0


def best_runs(scores: Sequence[float], together: Callable[[int, int], float], enter: float = ENTER) -> list[tuple[int, int]]:
    """Runs (first and last line) with the largest sum of line scores and of `together`, less the cost of each run.

    The same lines always give the same runs: of two equal sums the one that cuts less.
    """
    count = len(scores)
    kept = [0.0] * (count + 1)
    cut = [float("-inf")] * (count + 1)
    came: list[tuple[int, bool]] = [(0, False)] * (count + 1)
    ended: list[bool] = [False] * (count + 1)
    for end in range(1, count + 1):
        kept[end] = kept[end - 1] if kept[end - 1] >= cut[end - 1] else cut[end - 1]
        ended[end] = cut[end - 1] > kept[end - 1]
        total = 0.0
        for start in range(end, max(0, end - LONGEST), -1):
            total += scores[start - 1]
            own = total + together(start - 1, end - 1)
            fresh, on = kept[start - 1] - enter, cut[start - 1] - GO_ON
            value = own + (on if on > fresh else fresh)
            if value > cut[end]:
                cut[end] = value
                came[end] = (start - 1, on > fresh)
    runs: list[tuple[int, int]] = []
    place = count
    in_cut = cut[count] > kept[count]
    while place > 0:
        if in_cut:
            before, in_cut = came[place]
            runs.append((before, place - 1))
            place = before
        else:
            in_cut = ended[place]
            place -= 1
    return runs[::-1]
