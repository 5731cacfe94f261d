"""Compares two versions of an article, or two texts. Pure: the same input gives the same result, and the mirrored one
when its sides are swapped."""

from collections.abc import Iterator
from typing import Any

from storage.compare.comparison import Comparison, FieldChange, Hunk
from storage.compare.kinds import Said, kind_of
from storage.compare.quotations import Quotations
from storage.compare.script import Edit, Script, script_of
from storage.compare.version import Version

_FIELDS = ("title", "standfirst", "authors", "published_at", "modified_at", "section", "image", "captions", "access")
_NAMES = {"authors": "byline"}


def compare(old: Any, new: Any) -> Comparison:
    """What differs between two snapshots, articles or `Version`s: anything with some of `Version`'s fields."""
    ours, theirs = Version.of(old), Version.of(new)
    script = script_of(ours.text, theirs.text)
    text = _hunks(script, "body", (len(ours.standfirst), len(theirs.standfirst)))
    headline = _hunks(script_of(ours.title or "", theirs.title or ""), "headline")
    captions = _hunks(script_of("\n".join(ours.captions), "\n".join(theirs.captions)), "caption")
    return Comparison(
        old=ours.text,
        new=theirs.text,
        hunks=(*headline, *text, *captions),
        moves=script.moves,
        equal=script.equal,
        fields=tuple(
            FieldChange(field=_NAMES.get(name, name), old=getattr(ours, name), new=getattr(theirs, name))
            for name in _FIELDS
            if getattr(ours, name) != getattr(theirs, name)
        ),
    )


def compare_texts(old: str, new: str) -> Comparison:
    """What differs between two plain texts."""
    script = script_of(old, new)
    hunks = tuple(_hunks(script, "body"))
    return Comparison(old=old, new=new, hunks=hunks, moves=script.moves, equal=script.equal)


def _hunks(script: Script, place: str, standfirst: tuple[int, int] = (0, 0)) -> Iterator[Hunk]:
    if not script.edits:
        return
    quotations = Quotations(script.old.text), Quotations(script.new.text)
    starts = tuple(map(set, script.sentences))
    for edit in script.edits:
        spans = script.old.span(edit.old.start, edit.old.stop), script.new.span(edit.new.start, edit.new.stop)
        went, came = Said.of(script.old, edit.old), Said.of(script.new, edit.new)
        quoted = any(held.hold(*span) for held, span in zip(quotations, spans, strict=True) if span is not None)
        begins = any(part and part.start in some for part, some in zip((edit.old, edit.new), starts, strict=True))
        in_standfirst = any(
            span is not None and span[1] <= length for span, length in zip(spans, standfirst, strict=True)
        )
        yield Hunk(
            kind=kind_of(went, came, whole=_whole(edit, starts), quoted=quoted, begins=begins),
            place="standfirst" if place == "body" and in_standfirst else place,
            quoted=quoted,
            old_span=spans[0],
            new_span=spans[1],
            old=script.old.quote(edit.old.start, edit.old.stop),
            new=script.new.quote(edit.new.start, edit.new.stop),
            move=edit.move,
        )


def _whole(edit: Edit, starts: tuple[set[int], ...]) -> bool:
    """Whether whole sentences came or went, with nothing in their place."""
    sides = [(part, some) for part, some in zip((edit.old, edit.new), starts, strict=True) if part]
    return len(sides) == 1 and all(part.start in some and part.stop in some for part, some in sides)
