"""The words that differ between two stretches of text: the shortest script, made readable."""

from collections.abc import Sequence

from storage.compare.sequence import Run, common_runs
from storage.compare.stop_words import STOP_WORDS
from storage.compare.words import is_word, unspaced

# Longer runs of small words that stayed ("at the end of the") are read as what stayed.
LONGEST_ISLAND = 3
# Two texts that have no more in common than small words here and there: nobody reads so many hunks of one passage.
MOST_RUNS = 10_000


def says_nothing(form: str) -> bool:
    """Whether a word is a sign or a function word."""
    return not is_word(form) or form.lower() in STOP_WORDS


def matched_words(
    forms: tuple[Sequence[str], Sequence[str]], ids: tuple[Sequence[int], Sequence[int]], old: range, new: range
) -> list[Run]:
    """The runs of words that stayed, between two stretches, as (old index, new index, count)."""
    runs = common_runs(ids[0][old.start : old.stop], ids[1][new.start : new.stop])
    longest = LONGEST_ISLAND
    while len(runs) > MOST_RUNS:
        runs = [run for run in runs if run[2] > longest]
        longest *= 2
    runs = [(i + old.start, j + new.start, n) for i, j, n in runs]
    runs = _slid(runs, forms[0], forms[1])
    return _without_islands(runs, forms[0], old, new)


def _slid(runs: list[Run], old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """Moves what was only put in, or only taken out, to where a sentence or a clause begins, where it can stand there
    as well."""
    for k in range(len(runs) - 1):
        (i, j, n), (i2, j2, m) = runs[k], runs[k + 1]
        gap_old, gap_new = i2 - i - n, j2 - j - n
        if gap_old and gap_new:
            continue
        side, start, length = (old, i + n, gap_old) if gap_old else (new, j + n, gap_new)
        best, best_score = 0, _place(side, start, length)
        step = 1
        while step < n and side[start - step] == side[start - step + length]:
            if (score := _place(side, start - step, length)) > best_score:
                best, best_score = -step, score
            step += 1
        step = 1
        while step < m and side[start + step - 1] == side[start + step - 1 + length]:
            if (score := _place(side, start + step, length)) > best_score:
                best, best_score = step, score
            step += 1
        if best:
            runs[k] = (i, j, n + best)
            runs[k + 1] = (i2 + best, j2 + best, m - best)
    return runs


def _place(side: Sequence[str], start: int, length: int) -> int:
    """How well a change stands there: from one end of a sentence to another, else of a clause."""
    before, last = side[start - 1], side[start + length - 1]
    if before in ".!?。！？":
        return 3
    if before in ",;:-(" and last in ",;:-)":
        return 2
    return 1 if side[start] in '("' or last in ",.)" else 0


def _without_islands(runs: list[Run], old: Sequence[str], a: range, b: range) -> list[Run]:
    """Leaves out small words that stayed by chance between two changes."""
    kept: list[Run] = []
    for k, (i, j, n) in enumerate(runs):
        before = (kept[-1][0] + kept[-1][2], kept[-1][1] + kept[-1][2]) if kept else (a.start, b.start)
        after = runs[k + 1][:2] if k + 1 < len(runs) else (a.stop, b.stop)
        left, right = (i - before[0], j - before[1]), (after[0] - i - n, after[1] - j - n)
        forms = old[i : i + n]
        small = (n <= LONGEST_ISLAND and all(map(says_nothing, forms))) or (n == 1 and unspaced(forms[0]))
        between = sum(left) > 0 and sum(right) > 0
        if small and between and min(sum(left), sum(right)) >= n and any(is_word(form) for form in forms):
            continue
        kept.append((i, j, n))
    return kept
