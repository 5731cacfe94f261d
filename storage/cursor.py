"""A place in a list that goes by time: where the next part of it begins."""

from datetime import UTC, datetime, timedelta
from typing import Self

import attrs

from storage.errors import UsageError
from storage.finding import is_id

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class BadCursor(UsageError):
    """What was given for a cursor is none that a list has printed."""

    def __init__(self, given: str):
        super().__init__(f"{given[:60]!r} is no place in this list. Follow the list's own links, or begin at its top.")


@attrs.frozen
class Cursor:
    """The last entry of a part: the next one begins behind it."""

    at: datetime
    """Aware, UTC."""
    id: int

    def __str__(self) -> str:
        """Microseconds since 1970, and the row's number: `1764010000000000-17`."""
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.id}"

    @classmethod
    def parse(cls, given: str) -> Self:
        """What `str` has printed. Raises BadCursor."""
        when, _, number = given.partition("-")
        if not (when.isascii() and number.isascii() and is_id(when) and is_id(number)):
            raise BadCursor(given)
        try:
            return cls(_EPOCH + int(when) * _MICROSECOND, int(number))
        except OverflowError as error:
            raise BadCursor(given) from error
