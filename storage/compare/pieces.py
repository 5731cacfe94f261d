"""A comparison as a reader goes through it: one text, with what went, what came and what moved at its place."""

from bisect import bisect_right
from collections.abc import Iterator

import attrs

from storage.compare.comparison import Comparison, Equal


@attrs.frozen
class Piece:
    """A stretch of text."""

    kind: str
    """same, gone, come, moved (stands here now) or away (stood here before)."""
    text: str
    label: str = ""
    """The kind of the hunk; for what moved, its number from 1."""


def pieces_of(made: Comparison) -> list[Piece]:
    """The text's pieces, in the new one's order; what went stands behind what it followed."""
    marks: list[tuple[int, int, int, list[Piece], int]] = []
    anchors = sorted((run for run in made.equal), key=lambda run: run.old_span)
    starts = [run.old_span[0] for run in anchors]
    for number, run in enumerate(made.equal):
        kind = "same" if run.move is None else "moved"
        label = "" if run.move is None else str(run.move + 1)
        text = made.new[slice(*run.new_span)]
        marks.append((run.new_span[0], 1, number, [Piece(kind, text, label)], run.new_span[1]))
    for number, hunk in enumerate(hunk for hunk in made.hunks if hunk.place in ("body", "standfirst")):
        gone = [Piece("gone", hunk.old, hunk.kind)] if hunk.old else []
        come = [Piece("come", hunk.new, hunk.kind)] if hunk.new else []
        if hunk.new_span is not None:
            marks.append((hunk.new_span[0], 1, number, gone + come, hunk.new_span[1]))
        elif hunk.old_span is not None:
            at = _after(anchors, starts, hunk.old_span[0])
            marks.append((at, 0, number, gone, at))
    for number, move in enumerate(made.moves):
        at = _after(anchors, starts, move.old_span[0])
        marks.append((at, 0, number, [Piece("away", made.old[slice(*move.old_span)], str(number + 1))], at))
    return list(_joined(made.new, sorted(marks, key=lambda mark: mark[:3])))


def _after(anchors: list[Equal], starts: list[int], old: int) -> int:
    """The place in the new text behind what stood before."""
    at = bisect_right(starts, old) - 1
    return anchors[at].new_span[1] if at >= 0 else 0


def _joined(new: str, marks: list[tuple[int, int, int, list[Piece], int]]) -> Iterator[Piece]:
    at = 0
    for start, _, _, pieces, stop in marks:
        if start > at:
            yield Piece("same", new[at:start])
        yield from pieces
        at = max(at, stop)
    if at < len(new):
        yield Piece("same", new[at:])


def paragraphs(pieces: list[Piece]) -> list[list[Piece]]:
    """The pieces by line, without empty lines."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(attrs.evolve(piece, text=part))
    return [line for line in lines if any(piece.text.strip() for piece in line)]


def folded(lines: list[list[Piece]], context: int) -> Iterator[list[Piece] | int]:
    """The lines with a change and so many around them; a number for so many lines that are left out."""
    shown = {
        k + step
        for k, line in enumerate(lines)
        if any(piece.kind != "same" for piece in line)
        for step in range(-context, context + 1)
    }
    left_out = 0
    for k, line in enumerate(lines):
        if k in shown:
            if left_out:
                yield left_out
            left_out = 0
            yield line
        else:
            left_out += 1
    if left_out:
        yield left_out
