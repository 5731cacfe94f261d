"""Cron lines: when a source is crawled, by its own wall clock."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import attrs

# Name, lowest and highest value, and names of the values from the lowest on, as in crontab(5).
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)
_MACROS = {
    "@hourly": "H * * * *",
    "@daily": "H H(1-4) * * *",
    "@nightly": "H H(1-4) * * *",
    "@weekly": "H H(1-4) * * H",
    "@monthly": "H H(1-4) H(1-28) * *",
}
_ITEM = re.compile(
    r"(?:(?P<any>\*)|(?P<hash>h)(?:\((?P<low>\d+)-(?P<high>\d+)\))?|(?P<from>\w+)(?:-(?P<to>\w+))?)(?:/(?P<step>\d+))?"
)

NIGHTLY = "@nightly"
"""The default: at an hour of the night that the source's name chooses, so that not all are crawled at once."""

# A leap day falls on a given day of the week once in 28 years, and once in 40 where a century has none. A line that
# matches no day in that time is a mistake.
_HORIZON = timedelta(days=366 * 41)

# Wall clocks have been moved by up to three hours at once in this century, other than by whole days.
_LONGEST_SHIFT = timedelta(hours=3)


@attrs.frozen
class Cron:
    """A cron line of five fields, for one source.

    As crontab(5) has it, with names and steps, 0 and 7 for Sunday, and either day sufficing where both are restricted.
    `H` is a value that the name chooses, and `H(1-4)` one in that range, as in Jenkins; `@hourly`, `@nightly` (also
    `@daily`), `@weekly` and `@monthly` are lines with an `H`.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""
    either_day: bool
    """Day of the month and day of the week are both restricted."""
    hourly: bool
    """The field of hours begins with `*`: elapsed time counts, and not the wall clock."""

    @classmethod
    def parse(cls, line: str, name: str = "") -> Self:
        """Read a line for the source of that name. Raises ValueError, which says what is wrong with it."""
        given = line.strip().lower()
        if given.startswith("@") and given not in _MACROS:
            raise ValueError(f"{line!r} is no cron line; of those with @ there are {', '.join(_MACROS)}")
        fields = _MACROS.get(given, given).lower().split()
        if len(fields) != len(_FIELDS):
            raise ValueError(
                f"{line!r} is no cron line: it has {len(fields)} fields, and needs minute, hour, day of the month, "
                'month and day of the week, such as "0 3 * * *"'
            )
        values = [
            frozenset(_values(field, place, name)) for field, place in zip(fields, range(len(_FIELDS)), strict=True)
        ]
        # As in Vixie's cron, which looks at the first sign only.
        starred = [field.startswith("*") for field in fields]
        made = cls(
            minutes=tuple(sorted(values[0])),
            hours=tuple(sorted(values[1])),
            days=values[2],
            months=values[3],
            weekdays=frozenset(day % 7 for day in values[4]),
            either_day=not starred[2] and not starred[4],
            hourly=starred[1],
        )
        # 2000 begins a cycle of all combinations of leap days and weekdays.
        if next(made._dates(date(2000, 1, 1)), None) is None:
            raise ValueError(f"{line!r} names a day that never comes")
        return made

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """The first time after a moment. Aware, UTC; None: there is none in the next forty years.

        A wall clock that is set forward loses nothing: what falls into the gap is due that much later (02:30 at
        03:30). One that is set back repeats nothing: of two times that read the same, the first counts. Lines whose
        hours begin with `*` go by elapsed time and keep their pace in both nights.
        """
        return self._next_elapsed(moment, zone) if self.hourly else self._next_by_wall(moment, zone)

    def _next_by_wall(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        best: datetime | None = None
        first = moment.astimezone(zone).replace(tzinfo=None) - _LONGEST_SHIFT
        for day in self._dates(first.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    # fold=0: the earlier of two, and in a gap the offset from before it, which leads past the gap.
                    wall = datetime.combine(day, time(hour, minute), tzinfo=zone)
                    instant = wall.astimezone(UTC)
                    if instant > moment and (best is None or instant < best):
                        best = instant
            # Only within a day may a gap have put a later reading before an earlier one.
            if best is not None:
                return best
        return None

    def _next_elapsed(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        instant = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = instant + _HORIZON
        while instant < end:
            wall = instant.astimezone(zone)
            if not self._on(wall.date()):
                following = next(self._dates(wall.date() + timedelta(days=1)), None)
                if following is None:
                    return None
                instant = max(
                    instant + timedelta(minutes=1), datetime.combine(following, time(), tzinfo=zone).astimezone(UTC)
                )
            elif wall.hour in self.hours and wall.minute in self.minutes:
                return instant
            else:
                instant += timedelta(minutes=1)
        return None

    def _dates(self, first: date) -> Iterator[date]:
        """The days that the line names, from `first` on."""
        day, last = first, first + _HORIZON
        while day <= last:
            if self._on(day):
                yield day
            day += timedelta(days=1)

    def _on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return of_month or of_week if self.either_day else of_month and of_week


def _values(field: str, place: int, name: str) -> Iterator[int]:
    called, lowest, highest, names = _FIELDS[place]

    def number(text: str) -> int:
        value = lowest + names.index(text) if text in names else int(text) if text.isdecimal() else -1
        if not lowest <= value <= highest or len(text) > 3:
            raise ValueError(f"{text!r} is no {called}: it must be from {lowest} to {highest}")
        return value

    for item in field.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise ValueError(f"{item!r} is no {called}; there are *, 5, 1-5, */2, 1,3 and H")
        step = int(match["step"] or 1)
        if not 1 <= step <= highest:
            raise ValueError(f"{item!r} has a step that is no number from 1 to {highest}")
        # Sunday is 0 and 7: as a range, and for a choice, it counts once.
        top = 6 if names is _DAYS else highest
        if match["hash"]:
            low = number(match["low"]) if match["low"] else lowest
            # Every month has a 28th.
            high = number(match["high"]) if match["high"] else 28 if place == 2 else top
            if low > high:
                raise ValueError(f"{item!r} is a range that ends before it begins")
            if match["step"]:
                yield from range(low + chosen(name, called) % step, high + 1, step)
            else:
                yield low + chosen(name, called) % (high - low + 1)
            continue
        if match["any"]:
            start, end = lowest, top
        else:
            start = number(match["from"])
            end = number(match["to"]) if match["to"] else top if match["step"] else start
        if start > end:
            raise ValueError(f"{item!r} is a range that ends before it begins")
        yield from range(start, end + 1, step)


def chosen(name: str, what: str) -> int:
    """A large number that a name always chooses, another for each `what`: the same on every machine and start."""
    return int.from_bytes(hashlib.sha256(f"{name}\0{what}".encode()).digest()[:8])


def next_beat(minutes: int, name: str, moment: datetime) -> datetime:
    """The first time after a moment of a beat of so many minutes, shifted for each name. Aware, UTC.

    The beats are the same for all processes, whenever they were started: multiples of the interval since 1970.
    """
    interval = minutes * 60
    shift = chosen(name, "beat") % interval
    passed = (int(moment.timestamp()) - shift) // interval + 1
    return datetime.fromtimestamp(passed * interval + shift, UTC)
