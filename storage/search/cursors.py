"""Places in what a search finds, as strings that are handed out and come back."""

import base64
import binascii
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from storage.errors import UsageError
from storage.search.request import Search

# Raised when older cursors would be read otherwise.
_VERSION = 1
_SUM_BYTES = 9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadCursor(UsageError):
    """A cursor that this search has not handed out."""

    def __init__(self) -> None:
        super().__init__(
            "The cursor does not belong to this search: it was changed on its way, or comes from another query. "
            "Leave it out to begin at the first page."
        )


@attrs.frozen(kw_only=True)
class Cursor:
    """After which hit to go on."""

    captured_at: datetime
    snapshot: int
    score: float | None = None
    """By relevance, as FTS5 counts: lower is better."""
    newest: int | None = None
    """By relevance: the last place there was when the first page was asked for; what came later is left out."""


def written(cursor: Cursor, search: Search) -> str:
    """A cursor as a string for this search alone."""
    moment = (cursor.captured_at - _EPOCH) // timedelta(microseconds=1)
    body = json.dumps([_VERSION, moment, cursor.snapshot, cursor.score, cursor.newest], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_sum(body, search) + body).decode().rstrip("=")


def read(search: Search) -> Cursor | None:
    """A search's cursor; None where it has none. Raises BadCursor."""
    if search.cursor is None:
        return None
    try:
        whole = base64.b64decode(
            search.cursor.encode("ascii") + b"=" * (-len(search.cursor) % 4), altchars=b"-_", validate=True
        )
        body = whole[_SUM_BYTES:]
        if whole[:_SUM_BYTES] != _sum(body, search):
            raise BadCursor
        version, moment, snapshot, score, newest = json.loads(body)
    except (UnicodeError, binascii.Error, ValueError) as error:
        raise BadCursor from error
    if version != _VERSION:
        raise BadCursor
    captured_at = _EPOCH + timedelta(microseconds=moment)
    return Cursor(captured_at=captured_at, snapshot=snapshot, score=score, newest=newest)


def _sum(body: bytes, search: Search) -> bytes:
    """No secret: it keeps mistakes out, and there is nothing to be had by a forged one."""
    asked: list[Any] = [search.query, search.scope, str(search.as_of), search.order, search.fold]
    return hashlib.sha256(json.dumps(asked).encode() + body).digest()[:_SUM_BYTES]
