"""How a URL that a run took up ended, and the line that says so."""

from datetime import datetime
from enum import StrEnum

import attrs


class Outcome(StrEnum):
    """The one end of every URL."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not_modified"
    DEGRADED = "degraded"
    GONE = "gone"
    BLOCKED = "blocked"
    NOT_ARTICLE = "not_article"
    REFUSED = "refused"
    FAILED = "failed"


ERRORS = frozenset({Outcome.FAILED, Outcome.REFUSED})
"""Outcomes after which a command ends with exit code 1."""


@attrs.frozen(kw_only=True)
class Receipt:
    """What became of one URL, once it is committed."""

    url: str
    """As taken up."""
    canonical_url: str | None
    """The page it belongs to. None where it belongs to none."""
    outcome: Outcome
    status: int | None
    """HTTP status. None without a response."""
    snapshot: int | None
    """The snapshot that this visit made or saw."""
    captured_at: datetime
    title: str | None
    words: int | None
    access: str | None
    error: str | None
    """One line; None where nothing went wrong."""
    kind: str | None = None
    """The kind of failure, in one word."""
    entry: int | None = None
    """The frontier's row that ended with it."""
