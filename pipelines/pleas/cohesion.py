"""How much a line shares its words with the rest of its article: lexical cohesion."""

import functools
import itertools
import math
import re
from collections.abc import Sequence

import attrs

from pipelines.pleas.kept import Kept
from pipelines.pleas.lexicon import BIT, COMMON, KEPT_WORDS, Lexicon

# Six letters join "donate" and "donating", and keep apart what most other cuts would join.
STEM = 5
LONG_WORD = 6
# Words shorter than this are grammar in every language that puts spaces between words.
SHORTEST = 4
# A pair of characters written without spaces.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]+")

# What a stem weighs: a name or a number says more than a noun, a long word more than a short one.
NAME_WEIGHT = 1.6
NUMBER_WEIGHT = 0.6
SHORT_WEIGHT = 0.6
COMMON_WEIGHT = 0.3
PAIR_WEIGHT = 0.4


def stems(text: str, words: Sequence[str], lexicon: Lexicon) -> dict[str, float]:
    """A line's stems with their weights, each once, in order."""
    found: dict[str, float] = {}
    # A capital says "name" but at the beginning of a line.
    for stem, weight, _ in map(_stems_of(lexicon).__getitem__, words[:1]):
        if stem:
            found[stem] = weight
    for stem, _, weight in map(_stems_of(lexicon).__getitem__, words[1:]):
        if stem and weight > found.get(stem, 0.0):
            found[stem] = weight
    if text.isascii():
        return found
    for run in _UNSPACED.findall(text):
        for place in range(len(run) - 1):
            found.setdefault(run[place : place + 2], PAIR_WEIGHT)
    return found


@functools.cache
def _stems_of(lexicon: Lexicon) -> Kept[tuple[str, float, float]]:
    return Kept(lambda word: _weighed_stem(word, bool(lexicon.of_word(word) & BIT[COMMON])), KEPT_WORDS)


def _weighed_stem(word: str, common: bool) -> tuple[str, float, float]:
    """A word's stem ("" for one too short to say anything), and its weights at the beginning of a line and inside."""
    plain = word.casefold()
    if plain.isdigit():
        return plain[:STEM], NUMBER_WEIGHT, NUMBER_WEIGHT
    if len(word) < SHORTEST:
        return "", 0.0, 0.0
    if common:
        return plain[:STEM], COMMON_WEIGHT, COMMON_WEIGHT
    weight = 1.0 if len(plain) >= LONG_WORD else SHORT_WEIGHT
    named = word[0].isupper() and not plain[0].isdigit()
    return plain[:STEM], weight, NAME_WEIGHT if named else weight


# The longest run of lines that is weighed as one.
LONGEST = 12

# How often a plea's words recur outside it, as a share of how often an article's do. On pleas of our own making in real
# pages .25 to .35 told best: 92 % of them are more foreign than 19 in 20 of the page's own runs of the same length.
PLEA_SHARE = 0.3
# Words of one line are no independent witnesses.
TEMPER = 0.4
LOW, HIGH = -6.0, 4.0
# With fewer trusted lines outside the run, what is not found there says less.
ENOUGH = 6.0
# Prior of the page's own share, and what it weighs in stems.
PRIOR_SHARE = 0.55
PRIOR_WEIGHT = 12.0


@attrs.frozen
class Cohesion:
    """For any run of lines: what speaks for it being about something else than the rest."""

    _contained: list[list[float]]
    """[line][reach]: weight of the stems whose last line this is and whose first is at most `reach` lines before it."""
    _weights: list[float]
    """[line]: weight of all its stems."""
    _trusted: list[int]
    """[line]: how many trusted lines stand before it; one more entry for all."""
    _odds: list[tuple[float, float]]
    """[length - 1]: what a stem that is found elsewhere says, and one that is not, as log odds of a plea."""

    def from_line(self, start: int, end: int) -> list[float]:
        """For each run from `start` to a line up to `end`: log odds, LOW to HIGH, that it is foreign to the rest."""
        weight = novel = 0.0
        trusted_outside = self._trusted[-1] + self._trusted[start]
        values = []
        for line in range(start, end + 1):
            reach = line - start
            weight += self._weights[line]
            novel += self._contained[line][reach]
            if_found, if_novel = self._odds[reach]
            value = TEMPER * ((weight - novel) * if_found + novel * if_novel)
            if value > HIGH:
                value = HIGH
            elif value < LOW:
                value = LOW
            outside = trusted_outside - self._trusted[line + 1]
            values.append(value if outside >= ENOUGH else outside / ENOUGH * value)
        return values


def odds(share: float) -> tuple[float, float]:
    """Log odds of a plea by a stem found elsewhere and by one that is not, on a page that shares `share`."""
    plea = PLEA_SHARE * share
    return math.log(plea / share), math.log((1 - plea) / (1 - share))


def cohesion(lines: Sequence[dict[str, float]], trusted: Sequence[bool]) -> Cohesion:
    """`lines` holds each line's stems; only what recurs in trusted lines counts as found."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, (stems_, trust) in enumerate(zip(lines, trusted, strict=True)):
        if trust:
            for stem in stems_:
                first.setdefault(stem, number)
                last[stem] = number
    before = [0, *itertools.accumulate(map(int, trusted))]
    contained: list[list[float]] = []
    weights: list[float] = []
    for number, (stems_, trust) in enumerate(zip(lines, trusted, strict=True)):
        row = [0.0] * LONGEST
        for stem, weight in stems_.items():
            if trust:
                # A stem counts once for a run: on the last line that has it.
                if last[stem] != number:
                    continue
                reach = number - first[stem]
            else:
                # Only a trusted line makes a stem found; near ones may belong to the same run.
                reach = 0 if stem not in first else max(number - first[stem], 0) if last[stem] <= number else LONGEST
            if reach < LONGEST:
                row[reach] += weight
        for reach in range(1, LONGEST):
            row[reach] += row[reach - 1]
        contained.append(row)
        weights.append(sum(stems_.values()))
    return Cohesion(contained, weights, before, [odds(share) for share in _shares(contained, weights, trusted)])


def _shares(contained: list[list[float]], weights: list[float], trusted: Sequence[bool]) -> list[float]:
    """[length - 1]: share of a run's weight that the page's own runs of this length find elsewhere."""
    shares = []
    for length in range(1, LONGEST + 1):
        found = PRIOR_SHARE * PRIOR_WEIGHT
        total = PRIOR_WEIGHT
        for start in range(len(weights) - length + 1):
            if not all(trusted[start : start + length]):
                continue
            weight = sum(weights[start : start + length])
            novel = sum(contained[line][line - start] for line in range(start, start + length))
            found += (weight - novel) / length
            total += weight / length
        shares.append(min(0.9, max(0.15, found / total)))
    return shares
