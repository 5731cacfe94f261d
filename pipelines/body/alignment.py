"""Finds the extractor's lines among the lines of the page, and parts those that it glued together."""

from bisect import bisect_right
from collections.abc import Sequence

import attrs

from pipelines.body.page_leaves import Leaf
from storage.article import Block, BlockKind

# Shorter lines may stand in many places by chance: they are looked for between their longer neighbours.
ANCHOR = 30
# So much of a line's beginning and end finds it where the extractor changed something in its middle.
PROBE = 20


@attrs.define
class Placed:
    """A block and the page's lines that it is."""

    block: Block
    first: int = -1
    """Index of its first leaf; -1 where it was not found."""
    last: int = -1
    """Index of its last leaf, itself included."""
    signs: list[str] = attrs.field(factory=list)

    def turn(self, kind: BlockKind) -> None:
        """Make it a block of another kind."""
        self.block = attrs.evolve(self.block, kind=kind)


def squeezed(text: str) -> str:
    """A text without white space, which is what extractors change most."""
    return "".join(text.split())


def align(blocks: Sequence[Block], leaves: Sequence[Leaf]) -> list[Placed]:
    """Every block with its place on the page, in the given order; a block that holds several leaves becomes several.

    A table row stays whole. What is not found keeps its text and has no place.
    """
    page = _Page(leaves)
    lines = [squeezed(b.text.replace(" | ", " ") if b.kind is BlockKind.TABLE_ROW else b.text) for b in blocks]
    spans: list[tuple[int, int] | None] = [None] * len(lines)
    cursor = 0
    for index, line in enumerate(lines):
        if len(line) >= ANCHOR and (span := page.find(line, cursor)):
            spans[index] = span
            cursor = max(cursor, span[1])
    before = 0
    after = _next_starts(spans, len(page.text))
    for index, line in enumerate(lines):
        if (span := spans[index]) is not None:
            before = span[1]
        elif len(line) < ANCHOR and (span := page.find_short(line, before, after[index])):
            spans[index] = span
            before = span[1]
    placed: list[Placed] = []
    for block, line, span in zip(blocks, lines, spans, strict=True):
        if span is None:
            placed.append(Placed(block))
            continue
        first, last = page.leaf_at(span[0]), page.leaf_at(span[1] - 1)
        exact = span[1] - span[0] == len(line)
        if first == last or not exact or block.kind is BlockKind.TABLE_ROW:
            placed.append(Placed(block, first, last))
        else:
            bounds = [page.starts[leaf] - span[0] for leaf in range(first + 1, last + 1)]
            parts = _parted(block.text, bounds)
            placed += [
                Placed(Block(kind=block.kind, text=part), leaf, leaf)
                for leaf, part in zip(range(first, last + 1), parts, strict=True)
                if part
            ]
    return placed


def _next_starts(spans: Sequence[tuple[int, int] | None], end: int) -> list[int]:
    """For each line where the next line that was found begins, if it lies ahead of those before."""
    starts = [end] * len(spans)
    ahead = end
    for index in range(len(spans) - 1, -1, -1):
        starts[index] = ahead
        if (span := spans[index]) is not None:
            ahead = span[0]
    return starts


def _parted(text: str, bounds: Sequence[int]) -> list[str]:
    """A text cut before the characters with these indexes, white space not counted."""
    parts: list[str] = []
    start = count = 0
    wanted = iter([*bounds, -1])
    bound = next(wanted)
    for position, character in enumerate(text):
        if character.isspace():
            continue
        if count == bound:
            parts.append(text[start:position].strip())
            start, bound = position, next(wanted)
        count += 1
    parts.append(text[start:].strip())
    return parts


class _Page:
    """A page's lines as one string, to be searched in C."""

    def __init__(self, leaves: Sequence[Leaf]):
        lines = [squeezed(leaf.text) for leaf in leaves]
        self.text = "".join(lines)
        self.starts: list[int] = []
        position = 0
        for line in lines:
            self.starts.append(position)
            position += len(line)
        self._start_set = frozenset(self.starts)

    def leaf_at(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1

    def find(self, line: str, cursor: int) -> tuple[int, int] | None:
        """Where a long line stands, at the cursor or behind it rather than before."""
        for start in (cursor, 0):
            if (found := self.text.find(line, start)) >= 0:
                return found, found + len(line)
        for start in (cursor, 0):
            if (found := self.text.find(line[:PROBE], start)) >= 0:
                end = self.text.find(line[-PROBE:], found, found + 2 * len(line))
                return found, end + PROBE if end >= 0 else min(found + len(line), len(self.text))
            if (found := self.text.find(line[-PROBE:], start)) >= 0:
                return max(0, found + PROBE - len(line)), found + PROBE
        return None

    def find_short(self, line: str, start: int, end: int) -> tuple[int, int] | None:
        """Where a short line stands between two places, else anywhere; rather as a whole line than inside one."""
        if end < start:
            end = len(self.text)
        for low, high in ((start, end), (0, len(self.text))):
            found = self.text.find(line, low, high)
            first = found
            while found >= 0:
                if found in self._start_set and (
                    found + len(line) in self._start_set or found + len(line) == len(self.text)
                ):
                    return found, found + len(line)
                found = self.text.find(line, found + 1, high)
            if first >= 0 and low:
                return first, first + len(line)
        return None
