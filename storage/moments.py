"""Dates as people write them: a year, a month, a day, a time, `today`, `yesterday`. UTC unless they say otherwise."""

import re
from datetime import UTC, date, datetime, timedelta

from storage.errors import UsageError

_MICROSECOND = timedelta(microseconds=1)
_CUT_SHORT = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_DAYS_AGO = {"today": 0, "yesterday": 1}


class NotADate(UsageError):
    """What was given is no time."""

    def __init__(self, given: str):
        super().__init__(
            f"{given[:60]!r} is no date. Write 2026, 2026-01, 2026-01-03, 2026-01-03T18:00, `today` or `yesterday`."
        )


def moment(given: str | datetime, now: datetime) -> datetime:
    """The end of what was given: its last microsecond, or the very time. Aware, UTC. Raises NotADate."""
    return _span(given, now)[1]


def beginning(given: str | datetime, now: datetime) -> datetime:
    """The beginning of what was given. Aware, UTC. Raises NotADate."""
    return _span(given, now)[0]


def _span(given: str | datetime, now: datetime) -> tuple[datetime, datetime]:
    try:
        if isinstance(given, datetime):
            when = _aware(given)
            return when, when
        if given in _DAYS_AGO:
            return _days(now.date() - timedelta(_DAYS_AGO[given]), 1)
        if cut := _CUT_SHORT.fullmatch(given):
            return _months(int(cut[1]), cut[2])
        if len(given) == 10:
            return _days(date.fromisoformat(given), 1)
        when = _aware(datetime.fromisoformat(given))
        return when, when
    except (ValueError, OverflowError) as error:
        raise NotADate(str(given)) from error


def _aware(when: datetime) -> datetime:
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)


def _days(day: date, count: int) -> tuple[datetime, datetime]:
    # Not by the next day's beginning: the calendar ends with the year 9999.
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start, start + (timedelta(count) - _MICROSECOND)


def _months(year: int, month: str | None) -> tuple[datetime, datetime]:
    first = date(year, int(month or 1), 1)
    last_month = int(month or 12)
    last = date(year, 12, 31) if last_month == 12 else date(year, last_month + 1, 1) - timedelta(1)
    return _days(first, (last - first).days + 1)
