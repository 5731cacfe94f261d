"""Dates as listings write them."""

import re
from datetime import UTC, datetime, timedelta, timezone
from time import struct_time

# https://www.w3.org/TR/NOTE-datetime, from the year alone to the fraction of a second; and as it is met: a space for
# the T, no zone, a zone without colon.
_W3C = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?)"
    r"(?:[Tt ]+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?)?)?"
)


def from_w3c(text: str | None) -> datetime | None:
    """A W3C date, whole or cut short, as an aware UTC time. One without a zone is taken as UTC. None for others."""
    text = (text or "").strip()
    try:
        # Most dates, six times faster.
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        found = _W3C.fullmatch(text)
    if not found:
        return None
    part = {name: value for name, value in found.groupdict().items() if value is not None}
    try:
        return datetime(
            int(part["year"]),
            int(part.get("month", 1)),
            int(part.get("day", 1)),
            int(part.get("hour", 0)),
            int(part.get("minute", 0)),
            # A leap second is the last one of its minute here: datetime knows none.
            min(int(part.get("second", 0)), 59),
            int(part.get("fraction", "0")[:6].ljust(6, "0")),
            tzinfo=_zone(part.get("zone", "Z")),
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def from_struct(when: struct_time | None) -> datetime | None:
    """A time as feedparser gives it (UTC) as an aware UTC time. None where it is none."""
    if when is None:
        return None
    year, month, day, hour, minute, second = when[:6]
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
