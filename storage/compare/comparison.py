"""What a comparison says, in offsets into the two originals."""

from typing import Any

import attrs

Span = tuple[int, int]
"""Offsets in characters: from, and up to."""


@attrs.frozen(kw_only=True)
class Hunk:
    """One change. Offsets are into the text that `place` names: the title for the headline, the captions joined by
    newlines for a caption, else the text."""

    kind: str
    """As `storage.compare.kinds` has them."""
    place: str
    """headline, standfirst, body or caption."""
    quoted: bool
    """Stands inside a quotation, on either side."""
    old_span: Span | None
    """None: nothing went."""
    new_span: Span | None
    """None: nothing came."""
    old: str
    """The words that went, as they stood."""
    new: str
    move: int | None = None
    """The move that it is inside of."""

    def as_json(self) -> dict[str, Any]:
        """The fields that `diff --json` prints."""
        return attrs.asdict(self)


@attrs.frozen(kw_only=True)
class Move:
    """A passage that stands elsewhere now. What was edited inside is among the hunks."""

    old_span: Span
    new_span: Span

    def as_json(self) -> dict[str, Any]:
        """The fields that `diff --json` prints."""
        return attrs.asdict(self)


@attrs.frozen(kw_only=True)
class Equal:
    """Characters that are the same on both sides, to the last."""

    old_span: Span
    new_span: Span
    move: int | None = None


@attrs.frozen(kw_only=True)
class FieldChange:
    """A field that has another value."""

    field: str
    old: Any
    new: Any


@attrs.frozen(kw_only=True)
class Comparison:
    """The difference between two versions."""

    old: str
    new: str
    hunks: tuple[Hunk, ...] = ()
    """Headline, then the text in the new one's order, then captions."""
    moves: tuple[Move, ...] = ()
    equal: tuple[Equal, ...] = ()
    """Of the text, in the new one's order. What is in none of them differs, if only in white space."""
    fields: tuple[FieldChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hunks or self.moves or self.fields)

    def rebuild_new(self) -> str:
        """The new text out of the old one and what came."""
        parts, at = [], 0
        for run in self.equal:
            parts += [self.new[at : run.new_span[0]], self.old[slice(*run.old_span)]]
            at = run.new_span[1]
        return "".join([*parts, self.new[at:]])

    def rebuild_old(self) -> str:
        """The old text out of the new one and what went."""
        parts, at = [], 0
        for run in sorted(self.equal, key=lambda run: run.old_span):
            parts += [self.old[at : run.old_span[0]], self.new[slice(*run.new_span)]]
            at = run.old_span[1]
        return "".join([*parts, self.old[at:]])
