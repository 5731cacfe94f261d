"""Places in lists as the API hands them out: bound to what was asked, so that no other list takes them."""

import base64
import binascii
import hashlib

from storage.cursor import BadCursor, Cursor

_SUM_BYTES = 9


def written(place: Cursor | None, asked: str) -> str | None:
    """A place as a string for this list alone; None stays None. `asked`: the list and its filters."""
    if place is None:
        return None
    body = str(place).encode()
    return base64.urlsafe_b64encode(_sum(body, asked) + body).decode().rstrip("=")


def read(given: str, asked: str) -> Cursor | None:
    """What `written` has made for the same list; None for the empty string. Raises BadCursor."""
    if not given:
        return None
    try:
        whole = base64.b64decode(given.encode("ascii") + b"=" * (-len(given) % 4), altchars=b"-_", validate=True)
        body = whole[_SUM_BYTES:]
        if whole[:_SUM_BYTES] != _sum(body, asked):
            raise BadCursor(given)
        return Cursor.parse(body.decode("ascii"))
    except (UnicodeError, binascii.Error, ValueError) as error:
        raise BadCursor(given) from error


def _sum(body: bytes, asked: str) -> bytes:
    """No secret: it keeps mistakes out, and there is nothing to be had by a forged one."""
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass") + b"\0" + body).digest()[:_SUM_BYTES]
