"""From the words that stayed to edits in characters."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

import attrs

from storage.compare.alignment import Alignment, Match, align
from storage.compare.comparison import Equal, Move
from storage.compare.words import Words, words_of


@attrs.frozen(kw_only=True)
class Edit:
    """Words that went, and those in their place."""

    old: range
    new: range
    move: int | None = None


@attrs.frozen(kw_only=True)
class Script:
    """All that leads from one text to another."""

    old: Words
    new: Words
    edits: tuple[Edit, ...]
    """In the new text's order."""
    moves: tuple[Move, ...]
    equal: tuple[Equal, ...]
    sentences: tuple[Sequence[int], Sequence[int]]
    """The first word of each sentence, and the number of words; old and new."""


def script_of(old: str, new: str) -> Script:
    """What leads from one text to another. The same from either side, mirrored."""
    # Where two scripts are equally short the sequence decides; so both directions go through one.
    if (len(new), new) < (len(old), old):
        return _mirrored(script_of(new, old))
    head, tail = same_lines(old, new)
    ours, theirs = words_of(old, head, len(old) - tail), words_of(new, head, len(new) - tail)
    alignment = align(ours, theirs)
    return Script(
        old=ours,
        new=theirs,
        edits=tuple(_edits(ours, theirs, alignment)),
        sentences=alignment.sentences,
        moves=tuple(
            Move(old_span=ours.span(a.start, a.stop) or (0, 0), new_span=theirs.span(b.start, b.stop) or (0, 0))
            for a, b in alignment.moves
        ),
        equal=(
            *([Equal(old_span=(0, head), new_span=(0, head))] if head else []),
            *(run for match in alignment.matches for run in _equal(ours, theirs, match)),
            *([Equal(old_span=(len(old) - tail, len(old)), new_span=(len(new) - tail, len(new)))] if tail else []),
        ),
    )


def same_lines(old: str, new: str) -> tuple[int, int]:
    """How many characters at the beginning, and at the end, are lines that both have. Most edits touch one place."""
    if old == new:
        return len(old), 0
    ours, theirs = old.splitlines(keepends=True), new.splitlines(keepends=True)
    # The last line has no line feed, and may be the beginning of another one.
    first, most = 0, min(len(ours), len(theirs)) - 1
    while first < most and ours[first] == theirs[first]:
        first += 1
    last = 0
    while last < most - first and ours[-1 - last] == theirs[-1 - last]:
        last += 1
    return sum(map(len, ours[:first])), sum(map(len, ours[len(ours) - last :]))


def _mirrored(script: Script) -> Script:
    turned = [Edit(old=edit.new, new=edit.old, move=edit.move) for edit in script.edits]
    order = sorted(range(len(script.moves)), key=lambda k: script.moves[k].new_span)
    number: dict[int | None, int | None] = {None: None} | {k: at for at, k in enumerate(order)}
    return Script(
        old=script.new,
        new=script.old,
        sentences=(script.sentences[1], script.sentences[0]),
        edits=tuple(sorted((attrs.evolve(e, move=number[e.move]) for e in turned), key=_order)),
        moves=tuple(Move(old_span=script.moves[k].new_span, new_span=script.moves[k].old_span) for k in order),
        equal=tuple(
            sorted(
                (Equal(old_span=e.new_span, new_span=e.old_span, move=number[e.move]) for e in script.equal),
                key=lambda run: run.new_span,
            )
        ),
    )


def _order(edit: Edit) -> tuple[int, int, int, int]:
    return edit.new.start, edit.new.stop, edit.old.start, edit.old.stop


def _edits(old: Words, new: Words, alignment: Alignment) -> Iterator[Edit]:
    found: list[Edit] = []
    still = [match for match in alignment.matches if match.move is None]
    skip = tuple(sorted((move[side] for move in alignment.moves), key=lambda gone: gone.start) for side in (0, 1))
    joints = alignment.joints
    found += _between(still, range(len(old)), range(len(new)), joints, skip)
    inside = defaultdict[int, list[Match]](list)
    for match in alignment.matches:
        if match.move is not None:
            inside[match.move].append(match)
    for number, (a, b) in enumerate(alignment.moves):
        found += [attrs.evolve(edit, move=number) for edit in _between(inside[number], a, b, (), ([], []))]
    for match in alignment.matches:
        found += _other_signs(old, new, match)
    return iter(sorted(found, key=_order))


def _between(
    matches: list[Match],
    old: range,
    new: range,
    joints: tuple[tuple[int, int], ...],
    skip: tuple[list[range], ...],
) -> list[Edit]:
    """What lies between the words that stayed, without what moved away, parted where sentences meet."""
    found: list[Edit] = []
    i, j = old.start, new.start
    cuts = sorted(joints)
    at = 0
    for match in [*matches, Match(old.stop, new.stop, 0)]:
        while at < len(cuts) and cuts[at] <= (match.old, match.new):
            a, b = cuts[at]
            if i <= a <= match.old and j <= b <= match.new:
                found += _edit(range(i, a), range(j, b), skip)
                i, j = a, b
            at += 1
        found += _edit(range(i, match.old), range(j, match.new), skip)
        i, j = match.old + match.count, match.new + match.count
    return found


def _edit(old: range, new: range, skip: tuple[list[range], ...]) -> list[Edit]:
    olds, news = _without(old, skip[0]), _without(new, skip[1])
    if len(olds) == 1 and len(news) == 1:
        return [Edit(old=olds[0], new=news[0])]
    nowhere_old, nowhere_new = range(old.start, old.start), range(new.start, new.start)
    return [
        *(Edit(old=part, new=nowhere_new) for part in olds),
        *(Edit(old=nowhere_old, new=part) for part in news),
    ]


def _without(stretch: range, moved: list[range]) -> list[range]:
    """`moved` in order, none of them over another."""
    parts, at = [], stretch.start
    k = max(0, bisect_left(moved, stretch.start, key=lambda gone: gone.stop))
    while k < len(moved) and moved[k].start < stretch.stop:
        if moved[k].start > at:
            parts.append(range(at, moved[k].start))
        at = max(at, moved[k].stop)
        k += 1
    if at < stretch.stop:
        parts.append(range(at, stretch.stop))
    return parts


def _other_signs(old: Words, new: Words, match: Match) -> Iterator[Edit]:
    """Words that are compared as the same and yet are written with other characters."""
    if match.count and _passage(old, match.old, match.count) == _passage(new, match.new, match.count):
        return
    start = None
    for k in range(match.count + 1):
        differs = k < match.count and _original(old, match.old + k) != _original(new, match.new + k)
        if differs and start is None:
            start = k
        elif not differs and start is not None:
            yield Edit(
                old=range(match.old + start, match.old + k),
                new=range(match.new + start, match.new + k),
                move=match.move,
            )
            start = None


def _passage(words: Words, i: int, count: int) -> str:
    return words.text[words.starts[i] : words.ends[i + count - 1]]


def _original(words: Words, i: int) -> str:
    return words.text[words.starts[i] : words.ends[i]]


def _equal(old: Words, new: Words, match: Match) -> Iterator[Equal]:
    """The characters of a match that are the same, white space between them included."""
    if not match.count:
        return
    a, b = old.starts[match.old], new.starts[match.new]
    one = _passage(old, match.old, match.count)
    if one == _passage(new, match.new, match.count):
        yield Equal(old_span=(a, a + len(one)), new_span=(b, b + len(one)), move=match.move)
        return
    begun: tuple[int, int] | None = None
    length = 0
    for k in range(match.count):
        i, j = match.old + k, match.new + k
        word = _original(old, i)
        same = word == _original(new, j)
        if begun is not None:
            gap = old.text[old.ends[i - 1] : old.starts[i]]
            if not same or gap != new.text[new.ends[j - 1] : new.starts[j]]:
                yield _run(begun, length, match.move)
                begun = None
            else:
                length += len(gap) + len(word)
        if same and begun is None:
            begun, length = (old.starts[i], new.starts[j]), len(word)
    if begun is not None:
        yield _run(begun, length, match.move)


def _run(begun: tuple[int, int], length: int, move: int | None) -> Equal:
    return Equal(old_span=(begun[0], begun[0] + length), new_span=(begun[1], begun[1] + length), move=move)
