"""A digest in words, for people, and in fields, for programs."""

from collections import Counter
from typing import Any

from storage.clock import iso
from storage.outbox import Digest

_CALLED = {
    "change": ("change", "changes"),
    "takedown": ("takedown", "takedowns"),
    "back": ("page back", "pages back"),
    "drift": ("alarm", "alarms"),
    "failed_run": ("failed run", "failed runs"),
    "test": ("test", "tests"),
}
# Longer subjects are cut by most programs.
MAX_SUBJECT = 120


def subject(digest: Digest) -> str:
    """One line: what there is how often, and of a single notice its title."""
    counts = Counter(str(notice["on"]) for notice in digest.notices)
    said = ", ".join(f"{count} {_CALLED[on][count > 1]}" for on, count in sorted(counts.items()))
    if len(digest.notices) == 1:
        one = digest.notices[0]
        said += f": {one['title'] or one['url'] or one['source'] or 'the archive'}"
    more = f" and {digest.more} more" if digest.more else ""
    line = " ".join(f"Backissue ({digest.rule}): {said}{more}".split())
    return line if len(line) <= MAX_SUBJECT else line[: MAX_SUBJECT - 1] + "…"


def body(digest: Digest) -> str:
    """Plain text, a paragraph for each notice."""
    parts = []
    for notice in digest.notices:
        head = " · ".join(str(part) for part in (notice["at"], notice["source"], notice["title"]) if part)
        lines = [head, str(notice["message"])]
        lines += [str(notice["url"])] if notice["url"] else []
        lines += [f"snapshot {notice['snapshot']}"] if notice["snapshot"] else []
        parts.append("\n".join(lines))
    if digest.more:
        parts.append(f"And {digest.more:,} more: `backissue status` and `backissue history URL` have all.")
    return "\n\n".join(parts) + "\n"


def fields(digest: Digest) -> dict[str, Any]:
    """The JSON object that a webhook gets."""
    return {
        "rule": digest.rule,
        "id": digest.message_id,
        "made_at": iso(digest.made_at),
        "subject": subject(digest),
        "notices": list(digest.notices),
        "more": digest.more,
    }
