"""What a comparison amounts to: cosmetic or substantive, with the reason, and one line for feeds and notices."""

from collections import Counter
from collections.abc import Collection
from typing import Any

import attrs
import regex

from storage.compare.comparison import Comparison, Hunk
from storage.compare.kinds import COSMETIC, Kind
from storage.compare.version import Version
from storage.compare.versions import compare

# How much of a passage is quoted in a summary, in characters, and how many changes are told one by one.
_SHOWN = 90
_TOLD = 3
_CUT_OFF = frozenset({"teaser", "paywall"})
_TEXT_FIELDS = {"byline": "byline", "section": "section", "image": "picture", "access": "access"}


@attrs.frozen(kw_only=True)
class Change:
    """The difference between two successive snapshots."""

    kinds: dict[str, int]
    """headline, byline, and the kinds of hunks -> how many."""
    words_added: int
    words_removed: int
    substantive: bool
    """It says something else now, not only in another spelling or order."""
    reason: str
    """What made it substantive, or that nothing did."""
    stealth: bool
    """A substantive edit, and the modified date is not a later one."""
    redated: bool
    """The modified date moved and no word did."""
    summary: str

    def as_json(self) -> dict[str, Any]:
        """The fields that `history --json` and `changes --json` print."""
        return attrs.asdict(self)


def change_between(old: Any, new: Any, *, earlier_titles: Collection[str] = ()) -> Change:
    """What changed from one version to the next. `earlier_titles`: a headline that is among them came back, which is
    no news (two headlines are tried in turn)."""
    return change_of(compare(old, new), Version.of(old), Version.of(new), earlier_titles)


def change_of(comparison: Comparison, old: Version, new: Version, earlier_titles: Collection[str] = ()) -> Change:
    """What a comparison of two versions amounts to."""
    fields = {field.field for field in comparison.fields}
    if "access" in fields and not _CUT_OFF.isdisjoint((old.access, new.access)):
        return _of_access(old, new)
    text = [hunk for hunk in comparison.hunks if hunk.place != "headline"]
    head = [hunk for hunk in comparison.hunks if hunk.place == "headline"]
    kinds = Counter(hunk.kind for hunk in text)
    kinds.update(name for name in ("headline", "byline") if ("title" if name == "headline" else name) in fields)
    if comparison.moves:
        kinds[Kind.MOVE] += len(comparison.moves)
    back = "title" in fields and (new.title or "") in earlier_titles
    reworded = "title" in fields and any(hunk.kind not in COSMETIC for hunk in head)
    reason = _reason(text, fields, reworded=reworded and not back)
    substantive = reason is not None
    edited = bool(text) or bool(comparison.moves) or "title" in fields
    said = _said(comparison, old, new, text, fields, back=back)
    later = new.modified_at is not None and (old.modified_at is None or new.modified_at > old.modified_at)
    redated = "modified_at" in fields and not edited
    if redated:
        said.append("the modified date moved, and no word did")
    stealth = substantive and edited and not later
    return Change(
        kinds={str(kind): count for kind, count in sorted(kinds.items())},
        words_added=sum(_words(hunk.new) for hunk in text),
        words_removed=sum(_words(hunk.old) for hunk in text),
        substantive=substantive,
        reason=reason or ("only spelling, signs or order" if edited else "no word changed"),
        stealth=stealth,
        redated=redated,
        summary="; ".join(said) or "nothing that a reader sees",
    )


def _of_access(old: Version, new: Version) -> Change:
    """What one of them does not show was not edited."""
    return Change(
        kinds={"access": 1}, words_added=0, words_removed=0, substantive=False, reason="another part of it is shown",
        stealth=False, redated=False, summary=f"access: {old.access or '—'} → {new.access or '—'}",
    )  # fmt: skip


def _words(text: str) -> int:
    return len(regex.findall(r"\w+(?:['’.,-]\w+)*", text))


# Told in this order, and the first of them is the reason.
_REASONS = (
    (Kind.CORRECTION, "a correction notice was added"),
    (Kind.NUMBER, "a number changed"),
    (Kind.NAME, "a name changed"),
    (Kind.QUOTE, "a quotation changed"),
    (Kind.REMOVAL, "sentences were removed"),
    (Kind.ADDITION, "sentences were added"),
    (Kind.REWRITE, "a passage was rewritten"),
    (Kind.DELETION, "words were deleted"),
    (Kind.INSERTION, "words were inserted"),
    (Kind.WORDING, "words were replaced"),
)


def _reason(text: list[Hunk], fields: set[str], *, reworded: bool) -> str | None:
    if any(hunk.kind == Kind.CORRECTION for hunk in text):
        return _REASONS[0][1]
    if reworded:
        return "the headline changed"
    for kind, reason in _REASONS[1:]:
        if any(hunk.kind == kind for hunk in text):
            return reason
    return "the byline changed" if "byline" in fields else None


def _said(
    comparison: Comparison, old: Version, new: Version, text: list[Hunk], fields: set[str], *, back: bool
) -> list[str]:
    said = []
    if "title" in fields:
        said.append(f"headline{' back' if back else ''}: {old.title or '—'} → {new.title or '—'}")
    if "byline" in fields:
        said.append(f"byline: {', '.join(old.authors) or '—'} → {', '.join(new.authors) or '—'}")
    for hunk in text:
        if hunk.kind == Kind.CORRECTION:
            said.append(f"correction notice: “{short(hunk.new)}”")
    said += _passages([hunk for hunk in text if hunk.kind == Kind.ADDITION], "added", new=True)
    said += _passages([hunk for hunk in text if hunk.kind == Kind.REMOVAL], "removed", new=False)
    for kind, name in (
        (Kind.NUMBER, "a number changed"), (Kind.NAME, "a name changed"), (Kind.QUOTE, "a quotation changed"),
        (Kind.REWRITE, "rewritten"), (Kind.WORDING, "wording"), (Kind.DELETION, "deleted"),
        (Kind.INSERTION, "inserted"),
    ):  # fmt: skip
        said += _one_by_one([hunk for hunk in text if hunk.kind == kind], name)
    if comparison.moves:
        said.append(f"{_count(len(comparison.moves), 'passage')} moved")
    for kind in (Kind.TYPO, Kind.PUNCTUATION, Kind.TYPOGRAPHY, Kind.BOILERPLATE):
        if count := sum(hunk.kind == kind for hunk in text):
            said.append(f"{kind}, {_count(count, 'place')}")
    return said + [
        f"{name}: {getattr(old, field) or '—'} → {getattr(new, field) or '—'}"
        for field, name in _TEXT_FIELDS.items()
        if field in fields and field != "byline"
    ]


def _passages(hunks: list[Hunk], verb: str, *, new: bool) -> list[str]:
    passages = [hunk.new if new else hunk.old for hunk in hunks]
    lines = [line for passage in passages for line in passage.splitlines() if line.strip()]
    if not lines:
        return []
    if len(lines) == 1:
        return [f"{verb}: “{short(lines[0])}”"]
    return [f"{len(lines)} paragraphs {verb}, first “{short(lines[0])}”"]


def _one_by_one(hunks: list[Hunk], name: str) -> list[str]:
    told = [f"{name}: {short(hunk.old) or '—'} → {short(hunk.new) or '—'}" for hunk in hunks[:_TOLD]]
    if len(hunks) > _TOLD:
        told.append(f"{len(hunks) - _TOLD} more")
    return told


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def short(text: str) -> str:
    """A passage on one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
