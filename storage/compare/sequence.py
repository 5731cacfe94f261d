"""What two sequences of numbers have in common: the longest common subsequence, in bounded time and memory."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Indel

# rapidfuzz keeps a bit for each pair of elements: 60 MB and some 0.1 s for 20,000 words against 20,000.
MOST_CELLS = 500_000_000
# Where nothing can be told apart, pieces of this length are compared with what stands at their place.
_CHUNK = 4_000
# Anchors are looked for anew between anchors. Each time halves what is left, or nearly, where texts are not made to
# defy it: an anchor that leaves all but one word on one side of it.
_DEEPEST = 12
_LARGEST_CHARACTER = 0x10FFFF

Run = tuple[int, int, int]
"""So many elements are the same, from these two indexes on."""


def common_runs(old: Sequence[int], new: Sequence[int]) -> list[Run]:
    """The longest runs of equal elements that keep their order. Exact up to MOST_CELLS pairs, and near to it beyond."""
    joined: list[Run] = []
    for i, j, n in _runs(old, new, 0, 0):
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            joined[-1] = (*joined[-1][:2], joined[-1][2] + n)
        else:
            joined.append((i, j, n))
    return joined


def encode(row: Sequence[int]) -> Sequence[int] | str:
    """A row of numbers as text, which rapidfuzz reads many times faster."""
    return "".join(map(chr, row)) if not row or max(row) <= _LARGEST_CHARACTER else row


def _runs(old: Sequence[int], new: Sequence[int], at: int, to: int) -> Iterator[Run]:
    head = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        head += 1
    tail, most = 0, min(len(old), len(new)) - head
    while tail < most and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if head:
        yield at, to, head
    inner, outer = old[head : len(old) - tail], new[head : len(new) - tail]
    if inner and outer and not set(inner).isdisjoint(outer):
        if len(inner) * len(outer) <= MOST_CELLS:
            yield from _exact(inner, outer, at + head, to + head)
        else:
            yield from _anchored(inner, outer, at + head, to + head)
    if tail:
        yield at + len(old) - tail, to + len(new) - tail, tail


def _exact(old: Sequence[int], new: Sequence[int], at: int, to: int) -> Iterator[Run]:
    for block in Indel.editops(encode(old), encode(new)).as_matching_blocks():
        if block.size:
            yield at + block.a, to + block.b, block.size


def _anchored(old: Sequence[int], new: Sequence[int], at: int, to: int, depth: int = 0) -> Iterator[Run]:
    """Between elements that both sides have once, in the longest order they share (patience), else piece by piece."""
    anchors = _anchors(old, new) if depth < _DEEPEST else []
    if not anchors:
        pieces = -(-max(len(old), len(new)) // _CHUNK)
        anchors = [(len(old) * k // pieces, len(new) * k // pieces) for k in range(1, pieces)]
    i = j = 0
    for a, b in [*anchors, (len(old), len(new))]:
        if (a - i) * (b - j) <= MOST_CELLS:
            if a > i and b > j:
                yield from _runs(old[i:a], new[j:b], at + i, to + j)
        else:
            yield from _anchored(old[i:a], new[j:b], at + i, to + j, depth + 1)
        i, j = a, b


def _anchors(old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
    ours, theirs = Counter(old), Counter(new)
    place = {x: j for j, x in enumerate(new) if theirs[x] == 1}
    pairs = [(i, place[x]) for i, x in enumerate(old) if ours[x] == 1 and x in place]
    return _longest_rising(pairs)


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for k, (_, j) in enumerate(pairs):
        place = bisect_left(ends, j)
        before.append(last[place - 1] if place else -1)
        if place == len(ends):
            ends.append(j)
            last.append(k)
        else:
            ends[place], last[place] = j, k
    chain, k = [], last[-1] if last else -1
    while k >= 0:
        chain.append(pairs[k])
        k = before[k]
    return chain[::-1]
