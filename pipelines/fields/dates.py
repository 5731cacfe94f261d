"""Reads the dates that pages claim, in the forms that mean one moment only."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# The oldest newspaper is of 1605. What is older (year 1 of .NET, year 0 of MySQL) is an empty field, as is the epoch.
FIRST_YEAR = 1600
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Seconds, or milliseconds, since the epoch: ten digits are 2001 to 2286.
UNIX_TIME = re.compile(r"1\d{9}(?:\d{3})?")

ISO = re.compile(
    r"""
    (?P<year>\d{4}) (?: -(?P<month>\d{1,2})-(?P<day>\d{1,2}) | /(?P<month1>\d\d)/(?P<day1>\d\d)
                      | (?P<month2>\d\d)(?P<day2>\d\d) )
    (?: [T_\s]*
        (?P<hour>\d{1,2}) :? (?P<minute>\d\d) (?: :? (?P<second>\d\d) (?: [.,:] (?P<fraction>\d{1,9}) )? )?
        \s* (?P<zone> Z | UTC | GMT | [+-−] \d{1,2} (?: :? \d\d )? (?: :? \d\d )? | )
        (?: \[ [\w/+-]+ \] )?
    )?
    """,
    re.X | re.I,
)
# RFC 2822 names the month and gives a time of day; the standard library reads much else for it.
NAMED_MONTH = re.compile(r"[A-Za-z]{3,}.*\d:\d\d")


def parse_date(value: str) -> datetime | None:
    """The moment that a date names, aware, in UTC; a day alone is its midnight, a time without a zone is taken as UTC.

    Reads ISO 8601 in its common variants, RFC 2822 and Unix time. None for all else, and for years before 1600:
    forms such as 05/04/2024 mean different days to different readers and are not guessed at.
    """
    value = " ".join(value.split())
    if len(value) > 64:
        return None
    try:
        if UNIX_TIME.fullmatch(value):
            moment = datetime.fromtimestamp(int(value[:10]), UTC)
        elif match := ISO.fullmatch(value):
            moment = _from_iso(match)
        elif NAMED_MONTH.search(value):
            moment = parsedate_to_datetime(value)
        else:
            return None
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return moment if moment.year >= FIRST_YEAR and moment != EPOCH else None


def _from_iso(match: re.Match[str]) -> datetime:
    part = match.groupdict()
    year = int(part["year"])
    month = int(part["month"] or part["month1"] or part["month2"])
    day = int(part["day"] or part["day1"] or part["day2"])
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    micro = int((part["fraction"] or "0")[:6].ljust(6, "0"))
    midnight = timedelta(days=1) if (hour, minute, second) == (24, 0, 0) else timedelta()  # ISO 8601's end of a day.
    second = min(second, 59)  # A leap second.
    moment = datetime(year, month, day, 0 if midnight else hour, minute, second, micro)
    return (moment + midnight).replace(tzinfo=_zone(part["zone"] or ""))


def _zone(text: str) -> timezone:
    digits = re.sub(r"\D", "", text)
    if not digits:
        return UTC
    if len(digits) % 2:
        digits = "0" + digits
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4] or 0))
    return timezone(offset if text[0] == "+" else -offset)
