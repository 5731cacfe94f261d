"""Compares two snapshots of a page: which words came and went, and what that amounts to."""

import difflib
import re
from collections import Counter
from datetime import datetime
from typing import Any, Protocol

import attrs

_WORD = re.compile(r"\w+(?:[.,:'’\-]\w+)*", re.UNICODE)
_TOKEN = re.compile(r"\w+(?:[.,:'’\-]\w+)*|[^\w\s]", re.UNICODE)
# How much of a sentence is quoted in a summary, in characters.
_SHOWN = 90


class Version(Protocol):
    """What is compared."""

    @property
    def title(self) -> str | None: ...
    @property
    def authors(self) -> tuple[str, ...]: ...
    @property
    def text(self) -> str: ...
    @property
    def modified_at(self) -> datetime | None: ...


@attrs.frozen(kw_only=True)
class Change:
    """The difference between two successive snapshots."""

    kinds: dict[str, int]
    """headline, byline, addition, removal, number, wording, typography -> how many."""
    words_added: int
    words_removed: int
    substantive: bool
    """Words differ, not only signs and spaces."""
    stealth: bool
    """The text was edited and the modified date was not."""
    summary: str

    def as_json(self) -> dict[str, Any]:
        """The fields that `history --json` and `changes --json` print."""
        return attrs.asdict(self)


def change_between(old: Version, new: Version) -> Change:
    """What changed from one version to the next."""
    kinds: Counter[str] = Counter()
    said: list[str] = []
    if (old.title or "") != (new.title or ""):
        kinds["headline"] += 1
        said.append(f"headline: {old.title or '—'} → {new.title or '—'}")
    if old.authors != new.authors:
        kinds["byline"] += 1
        said.append(f"byline: {', '.join(old.authors) or '—'} → {', '.join(new.authors) or '—'}")
    added = removed = 0
    old_lines, new_lines = old.text.splitlines(), new.text.splitlines()
    matcher = difflib.SequenceMatcher(a=old_lines, b=new_lines, autojunk=False)
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "equal":
            continue
        for kind, was, now, line in _hunks(old_lines[a:b], new_lines[c:d]):
            kinds[kind] += 1
            added += len(_WORD.findall(now))
            removed += len(_WORD.findall(was))
            said.append(line)
    edited = any(kind in kinds for kind in ("addition", "removal", "number", "wording"))
    return Change(
        kinds=dict(kinds),
        words_added=added,
        words_removed=removed,
        substantive=edited or "headline" in kinds or "byline" in kinds,
        stealth=bool(edited or "headline" in kinds) and old.modified_at == new.modified_at,
        summary="; ".join(said) or "nothing that a reader sees",
    )


def _hunks(old: list[str], new: list[str]) -> list[tuple[str, str, str, str]]:
    """(kind, words that went, words that came, one line about it) of a stretch of lines that differs."""
    hunks = []
    for index in range(max(len(old), len(new))):
        was = old[index] if index < len(old) else ""
        now = new[index] if index < len(new) else ""
        if was and now and difflib.SequenceMatcher(a=_TOKEN.findall(was), b=_TOKEN.findall(now)).ratio() >= 0.4:
            hunks += _inside(was, now)
            continue
        if was:
            hunks.append(("removal", was, "", f"removed: “{_short(was)}”"))
        if now:
            hunks.append(("addition", "", now, f"added: “{_short(now)}”"))
    return hunks


def _inside(was: str, now: str) -> list[tuple[str, str, str, str]]:
    a, b = _TOKEN.findall(was), _TOKEN.findall(now)
    hunks = []
    for operation, i, j, k, m in difflib.SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if operation == "equal":
            continue
        before, after = " ".join(a[i:j]), " ".join(b[k:m])
        digits = any(c.isdigit() for c in before) and any(c.isdigit() for c in after)
        worded = _WORD.search(before) or _WORD.search(after)
        kind = "number" if digits else "wording" if worded else "typography"
        hunks.append((kind, before, after, f"{kind}: {_short(before) or '—'} → {_short(after) or '—'}"))
    if not hunks:
        hunks.append(("typography", "", "", "spaces"))
    return hunks


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
