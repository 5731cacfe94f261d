"""Which words of two texts are the same ones: sentences first, words inside them, then what has moved."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence

import attrs
from rapidfuzz.distance import Indel

from storage.compare.sentences import sentence_starts
from storage.compare.sequence import Run, common_runs, encode
from storage.compare.wording import matched_words, says_nothing
from storage.compare.words import Words

# Thresholds measured on real version pairs and on injected edits; see docs/compare.md.
PAIRED = 0.4
"""Normalised Indel similarity from which two sentences at one place are one, edited."""
MOVED = 0.6
"""The same, of sentences at different places."""
OVERLAP = 0.3
"""Share of the shorter one's words, without function words, that both must have."""
MOST_PAIRS = 40_000
"""Pairs of sentences that are compared one by one, in all; beyond that, words alone are aligned."""
MOST_WORD_PAIRS = 10_000_000_000
"""Pairs of words in those, in all: some 0.3 s. Two hundred sentences of 2,500 words, and as many, have 250 billion."""
MOST_GAPS = 20_000
"""Places between sentences that stayed. Where there are more, they stayed by chance, and words alone are aligned."""
SHORTEST_MOVE = 5
"""Words. Shorter sentences move only in the train of longer ones: "Read more." is found everywhere."""
LONG_PAIR = 25_000_000
"""Pairs of words. Of longer sentences only the words are counted: a text without full stops is one sentence."""
CHEAPER = 0.9
"""A script of words replaces one of sentences where it costs less than this share of it."""


@attrs.frozen
class Match:
    """Words that stayed."""

    old: int
    new: int
    count: int
    move: int | None = None
    """The number of the move that they are part of."""


@attrs.frozen(kw_only=True)
class Alignment:
    """What stayed and what moved, in numbers of words. All that is in no match came or went."""

    matches: tuple[Match, ...]
    """In the new text's order. Those of no move are in the old text's order, too."""
    moves: tuple[tuple[range, range], ...]
    """Stretches of words, old and new."""
    joints: tuple[tuple[int, int], ...]
    """Places where one sentence ends and another begins on both sides: no change reaches over them."""
    sentences: tuple[Sequence[int], Sequence[int]]
    """The first word of each sentence, and the number of words; old and new."""


@attrs.define
class _Gap:
    """Sentences between two that stayed."""

    old: range
    new: range
    pairs: list[tuple[int, int]] = attrs.field(factory=list)


class _Aligner:
    def __init__(self, old: Words, new: Words):
        numbers: dict[str, int] = {}
        self.forms = (old.forms, new.forms)
        ours, theirs = ([numbers.setdefault(form, len(numbers)) for form in side.forms] for side in (old, new))
        self.ids = (ours, theirs)
        self.starts = [[*sentence_starts(side), len(side)] for side in (old, new)]
        self.said_nothing = {number for form, number in numbers.items() if says_nothing(form)}
        coded = [encode(side) for side in self.ids]
        self.codes = [
            [side[a:b] for a, b in itertools.pairwise(starts)] for side, starts in zip(coded, self.starts, strict=True)
        ]
        known: dict[object, int] = {}
        self.keys = [[known.setdefault(_key(code), len(known)) for code in side] for side in self.codes]
        self.contents: dict[int, frozenset[int]] = {}
        self.counts: dict[int, Counter[int]] = {}
        self.left, self.words_left = MOST_PAIRS, MOST_WORD_PAIRS

    def align(self) -> Alignment:
        old, new = self.codes
        keys = self.keys
        spine = common_runs(keys[0], keys[1])
        if len(spine) > MOST_GAPS:
            spine = []
        matches: list[Match] = []
        gaps: list[_Gap] = []
        i = j = 0
        for a, b, n in [*spine, (len(old), len(new), 0)]:
            if a > i or b > j:
                gaps.append(_Gap(range(i, a), range(j, b)))
            if n:
                matches.append(Match(*self._run(a, b, n)))
            i, j = a + n, b + n
        for gap in gaps:
            gap.pairs = self._pairs(gap)
        moves = self._moves(gaps, keys)
        joints = set[tuple[int, int]]()
        away = ({i for move in moves for i in move[0]}, {j for move in moves for j in move[1]})
        for gap in gaps:
            found, ends = self._inside(gap, away)
            matches += [Match(*run) for run in found]
            joints |= ends
        spans = []
        for number, (sentences, others) in enumerate(moves):
            ours, theirs = self._words(0, sentences), self._words(1, others)
            spans.append((ours, theirs))
            matches += [Match(*run, number) for run in matched_words(self.forms, self.ids, ours, theirs)]
        matches.sort(key=lambda match: match.new)
        return Alignment(
            matches=tuple(matches),
            moves=tuple(spans),
            joints=tuple(sorted(joints)),
            sentences=(self.starts[0], self.starts[1]),
        )

    def _run(self, a: int, b: int, n: int) -> Run:
        start = self.starts[0][a]
        return start, self.starts[1][b], self.starts[0][a + n] - start

    def _words(self, side: int, sentences: range) -> range:
        return range(self.starts[side][sentences.start], self.starts[side][sentences.stop])

    def _size(self, side: int, i: int) -> int:
        return self.starts[side][i + 1] - self.starts[side][i]

    def _content(self, side: int, i: int) -> frozenset[int]:
        """The words of a sentence that say something."""
        key = self.keys[side][i]
        found = self.contents.get(key)
        if found is None:
            found = self.contents[key] = frozenset(self._row(side, i)) - self.said_nothing
        return found

    def _likeness(self, i: int, j: int, least: float) -> float:
        ours, theirs = self._content(0, i), self._content(1, j)
        fewer = min(len(ours), len(theirs))
        if fewer and len(ours & theirs) < OVERLAP * fewer:
            return 0.0
        if self._size(0, i) * self._size(1, j) > LONG_PAIR:
            # Whatever their order: never less than the similarity itself, and linear.
            one, other = self._counted(0, i), self._counted(1, j)
            shared = 2 * (one & other).total() / (self._size(0, i) + self._size(1, j))
            return shared if shared >= least else 0.0
        return Indel.normalized_similarity(self.codes[0][i], self.codes[1][j], score_cutoff=least)

    def _counted(self, side: int, i: int) -> Counter[int]:
        key = self.keys[side][i]
        if key not in self.counts:
            self.counts[key] = Counter(self._row(side, i))
        return self.counts[key]

    def _cost(self, i: int, j: int) -> int:
        """What it takes to compare two sentences, in pairs of words."""
        return min(self._size(0, i) * self._size(1, j), LONG_PAIR)

    def _row(self, side: int, k: int) -> Sequence[int]:
        return self.ids[side][self.starts[side][k] : self.starts[side][k + 1]]

    def _pairs(self, gap: _Gap) -> list[tuple[int, int]]:
        """The sentences of a gap that are one, edited: in order, with the most words in common."""
        rows, columns = len(gap.old), len(gap.new)
        if not rows or not columns:
            return []
        if rows * columns > self.left:
            return []
        words = sum(self._cost(i, j) for i in gap.old for j in gap.new)
        # One sentence on either side is compared at any length: there is no cheaper way to tell an edit.
        if words > self.words_left and rows * columns > 1:
            return []
        self.left -= rows * columns
        self.words_left -= words
        best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
        took = [[False] * (columns + 1) for _ in range(rows + 1)]
        for r in range(rows):
            for c in range(columns):
                i, j = gap.old[r], gap.new[c]
                value = max(best[r][c + 1], best[r + 1][c])
                likeness = self._likeness(i, j, PAIRED)
                if likeness:
                    together = best[r][c] + likeness * (self._size(0, i) + self._size(1, j))
                    if together > value:
                        value, took[r + 1][c + 1] = together, True
                best[r + 1][c + 1] = value
        pairs, r, c = [], rows, columns
        while r and c:
            if took[r][c]:
                pairs.append((gap.old[r - 1], gap.new[c - 1]))
                r, c = r - 1, c - 1
            elif best[r - 1][c] >= best[r][c - 1]:
                r -= 1
            else:
                c -= 1
        return pairs[::-1]

    def _moves(self, gaps: Sequence[_Gap], keys: Sequence[Sequence[int]]) -> list[tuple[range, range]]:
        """Sentences without a partner at their place that stand elsewhere: neighbours that moved together are one."""
        paired = ({i for gap in gaps for i, _ in gap.pairs}, {j for gap in gaps for _, j in gap.pairs})
        gone = [i for gap in gaps for i in gap.old if i not in paired[0]]
        come = [j for gap in gaps for j in gap.new if j not in paired[1]]
        partner = self._same(gone, come, keys)
        taken = set(partner.values())
        self._alike([i for i in gone if i not in partner], [j for j in come if j not in taken], partner)
        self._train(set(gone), set(come), partner)
        moves: list[tuple[range, range]] = []
        for i in sorted(partner):
            j = partner[i]
            if moves and moves[-1][0].stop == i and moves[-1][1].stop == j:
                moves[-1] = (range(moves[-1][0].start, i + 1), range(moves[-1][1].start, j + 1))
            else:
                moves.append((range(i, i + 1), range(j, j + 1)))
        counted = tuple(Counter(keys[side][i] for i in some) for side, some in ((0, gone), (1, come)))

        def moved(sentences: range) -> bool:
            """Long enough to be the same one, or a heading that is found once."""
            if len(self._words(0, sentences)) >= SHORTEST_MOVE:
                return True
            key = keys[0][sentences.start]
            alone = len(sentences) == 1 and all(count[key] == 1 for count in counted)
            return alone and bool(self._content(0, sentences.start))

        return [move for move in moves if moved(move[0])]

    def _train(self, gone: set[int], come: set[int], partner: dict[int, int]) -> None:
        """Adds the neighbours of what moved that moved with it, edited."""
        taken = set(partner.values())
        for i, j in sorted(partner.items()):
            for step in (1, -1):
                a, b = i + step, j + step
                while a in gone and b in come and a not in partner and b not in taken and self._likeness(a, b, PAIRED):
                    partner[a] = b
                    taken.add(b)
                    a, b = a + step, b + step

    def _same(self, gone: Sequence[int], come: Sequence[int], keys: Sequence[Sequence[int]]) -> dict[int, int]:
        places = defaultdict[int, list[int]](list)
        for j in reversed(come):
            places[keys[1][j]].append(j)
        partner: dict[int, int] = {}
        for i in gone:
            if places[keys[0][i]]:
                partner[i] = places[keys[0][i]].pop()
        return partner

    def _alike(self, gone: Sequence[int], come: Sequence[int], partner: dict[int, int]) -> None:
        """Adds the pairs that are alike, the best first, among those that have a rare word in common."""
        holders = defaultdict[int, list[int]](list)
        for j in come:
            for word in self._content(1, j):
                holders[word].append(j)
        scored = []
        for i in gone:
            if self._size(0, i) < SHORTEST_MOVE:
                continue
            shared = Counter(j for word in self._content(0, i) if len(holders[word]) <= 20 for j in holders[word])
            for j, _ in shared.most_common(5):
                if self.left <= 0 or self.words_left <= 0 or self._size(1, j) < SHORTEST_MOVE:
                    continue
                self.left -= 1
                self.words_left -= self._cost(i, j)
                if likeness := self._likeness(i, j, MOVED):
                    scored.append((-likeness * (self._size(0, i) + self._size(1, j)), i, j))
        taken = set(partner.values())
        for _, i, j in sorted(scored):
            if i not in partner and j not in taken:
                partner[i] = j
                taken.add(j)

    def _inside(self, gap: _Gap, away: tuple[set[int], set[int]]) -> tuple[list[Run], set[tuple[int, int]]]:
        """The words that stayed within a gap, and its joints."""
        runs: list[Run] = []
        joints: set[tuple[int, int]] = set()
        for i, j in gap.pairs:
            a, b = self._words(0, range(i, i + 1)), self._words(1, range(j, j + 1))
            runs += matched_words(self.forms, self.ids, a, b)
            joints |= {(a.start, b.start), (a.stop, b.stop)}
        olds, news = _unbroken(gap.old, away[0]), _unbroken(gap.new, away[1])
        if len(olds) == 1 and len(news) == 1 and len(gap.old) + len(gap.new) > 2:
            a, b = self._words(0, olds[0]), self._words(1, news[0])
            whole = matched_words(self.forms, self.ids, a, b)
            cost, other = (len(a) + len(b) - 2 * sum(run[2] for run in some) for some in (runs, whole))
            kept = sum(run[2] for run in whole)
            if other < CHEAPER * cost and kept >= PAIRED * min(len(a), len(b)):
                return whole, set()
        return runs, joints


def _key(code: Sequence[int] | str) -> object:
    return code if isinstance(code, str) else tuple(code)


def _unbroken(sentences: range, without: set[int]) -> list[range]:
    """The stretches of sentences between those that are left out."""
    found: list[range] = []
    for i in sentences:
        if i in without:
            continue
        if found and found[-1].stop == i:
            found[-1] = range(found[-1].start, i + 1)
        else:
            found.append(range(i, i + 1))
    return found


def align(old: Words, new: Words) -> Alignment:
    """Which words of two texts are the same ones."""
    return _Aligner(old, new).align()
