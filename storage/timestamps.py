"""Web archives' dates: fourteen digits, which may be cut short, and HTTP's own."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime

from storage.errors import UsageError

_LOW, _HIGH = "00010101000000", "99991231235959"
_LENGTHS = frozenset({4, 6, 8, 10, 12, 14})
_DIGITS = re.compile(r"[0-9]{1,14}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# The one form that RFC 7089 2.1.1.1 allows for Accept-Datetime.
_HTTP_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT")


class BadTimestamp(UsageError):
    """The text is no timestamp of a web archive."""

    def __init__(self, text: str):
        super().__init__(
            f"{text[:40]!r} is no date of the form YYYYMMDDhhmmss. Give 4 to 14 digits of a date that exists, such as "
            "20260302 or 20260302120000."
        )


class BadHttpDate(UsageError):
    """The text is no date as HTTP writes it."""

    def __init__(self, text: str):
        super().__init__(
            f"{text[:60]!r} is no date for Accept-Datetime. Write it as in RFC 9110, such as "
            "Mon, 02 Mar 2026 12:00:00 GMT."
        )


def moment(text: str, *, end: bool = False) -> datetime:
    """A timestamp as a moment: the first of what it means, or (`end`) the last second. Aware, UTC.

    Raises BadTimestamp.
    """
    if not _DIGITS.fullmatch(text) or len(text) not in _LENGTHS:
        raise BadTimestamp(text)
    padded = text + (_HIGH if end else _LOW)[len(text) :]
    try:
        if end and len(text) <= 6:
            # The last day of a month is that of this month.
            return _last_of_month(padded)
        return datetime.strptime(padded, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadTimestamp(text) from error


def _last_of_month(padded: str) -> datetime:
    for day in ("31", "30", "29", "28"):
        try:
            return datetime.strptime(padded[:6] + day + padded[8:], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError(padded)


def http_date(when: datetime) -> str:
    """A moment as HTTP headers write it."""
    return format_datetime(when.astimezone(UTC).replace(microsecond=0), usegmt=True)


def from_http_date(text: str) -> datetime:
    """The inverse of `http_date`. Raises BadHttpDate."""
    found = _HTTP_DATE.fullmatch(text.strip())
    if found is None or found[2] not in _MONTHS:
        raise BadHttpDate(text)
    day, month, year, hour, minute, second = found.groups()
    try:
        return datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )  # fmt: skip
    except ValueError as error:
        raise BadHttpDate(text) from error
