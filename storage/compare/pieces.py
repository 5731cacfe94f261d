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
    inside: bool = False
    """Of an edit inside what moved: it never stood at this place."""


def pieces_of(made: Comparison) -> list[Piece]:
    """The text's pieces, in the new one's order; what went stands behind what it followed."""
    marks: list[tuple[int, int, int, list[Piece], int]] = []
    anchors: dict[int | None, list[Equal]] = {}
    for run in sorted(made.equal, key=lambda run: run.old_span):
        anchors.setdefault(run.move, []).append(run)
    for number, run in enumerate(made.equal):
        kind = "same" if run.move is None else "moved"
        label = "" if run.move is None else str(run.move + 1)
        text = made.new[slice(*run.new_span)]
        marks.append((run.new_span[0], 1, number, [Piece(kind, text, label)], run.new_span[1]))
    for number, hunk in enumerate(hunk for hunk in made.hunks if hunk.place in ("body", "standfirst")):
        inside = hunk.move is not None
        gone = [Piece("gone", hunk.old, hunk.kind, inside)] if hunk.old else []
        come = [Piece("come", hunk.new, hunk.kind, inside)] if hunk.new else []
        if hunk.new_span is not None:
            marks.append((hunk.new_span[0], 1, number, gone + come, hunk.new_span[1]))
        elif hunk.old_span is not None:
            first = made.moves[hunk.move].new_span[0] if hunk.move is not None else 0
            at = _after(anchors.get(hunk.move, []), hunk.old_span[0], first)
            gone = [attrs.evolve(piece, text=_own_line(made.old, hunk.old_span, at)) for piece in gone]
            marks.append((at, 0, number, gone, at))
    for number, move in enumerate(made.moves):
        at = _after(anchors.get(None, []), move.old_span[0], 0)
        marks.append((at, 0, number, [Piece("away", _own_line(made.old, move.old_span, at), str(number + 1))], at))
    return list(_joined(made.new, sorted(marks, key=lambda mark: mark[:3])))


def _after(anchors: list[Equal], old: int, first: int) -> int:
    """The place in the new text behind what stood before; `first` where nothing did."""
    at = bisect_right(anchors, old, key=lambda run: run.old_span[0]) - 1
    return anchors[at].new_span[1] if at >= 0 else first


def _own_line(old: str, span: tuple[int, int], at: int) -> str:
    """What went, on a line of its own where it had one."""
    text = old[slice(*span)]
    before = "\n" if at and span[0] and old[span[0] - 1] == "\n" else ""
    return before + text + ("\n" if not at and old[span[1] : span[1] + 1] == "\n" else "")


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
