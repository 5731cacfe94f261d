"""Where an export stopped, as a word that a user can hand back."""

import base64
import binascii
import hashlib
import json
from datetime import datetime

import attrs

from storage.errors import UsageError

# Told apart from a slip of the hand; whoever wants to make up a cursor can, and gets a place in the archive's order.
_CHECK_BYTES = 6


class BadCursor(UsageError):
    """A cursor is not one that an export of this kind has printed."""

    def __init__(self, why: str):
        super().__init__(f"The cursor cannot be used: {why}. Give it as `export` printed it, or leave --cursor away.")


@attrs.frozen(kw_only=True)
class Position:
    """The last snapshot that was exported, by the export's order."""

    captured_at: str
    """As the database has it."""
    snapshot: int


def cursor(position: Position, question: str) -> str:
    """The word for a place in what a question selects. `question`: the filters, in any fixed form."""
    said = json.dumps([position.captured_at, position.snapshot], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(said, question) + said).decode().rstrip("=")


def position(word: str, question: str) -> Position:
    """The place that a word names. Raises BadCursor, also where it was printed for another question."""
    try:
        data = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        check, said = data[:_CHECK_BYTES], data[_CHECK_BYTES:]
        captured_at, snapshot = json.loads(said)
        datetime.fromisoformat(captured_at)
        found = Position(captured_at=captured_at, snapshot=int(snapshot))
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadCursor("it is cut off or was changed") from error
    if check != _check(said, question):
        raise BadCursor("it was changed, or printed for other filters than these")
    return found


def _check(said: bytes, question: str) -> bytes:
    return hashlib.sha256(said + b"\0" + question.encode()).digest()[:_CHECK_BYTES]
