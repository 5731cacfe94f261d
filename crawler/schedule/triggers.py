"""When a job fires next, for APScheduler: thin shells around `storage.cron`.

APScheduler's own cron trigger fires 02:30 twice in the night that is an hour longer, counts weekdays from Monday, and
draws its jitter at random, so that two schedulers on one archive would not agree on the time of a fire.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from apscheduler.triggers.base import BaseTrigger

from storage.cron import Cron, next_beat


@attrs.frozen
class CronLine(BaseTrigger):  # type: ignore[misc]
    """A cron line in a time zone, for the source of that name."""

    line: str
    zone: str
    name: str

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The first time after the last one, else after now. Aware, UTC."""
        return Cron.parse(self.line, self.name).next_after(previous_fire_time or now, ZoneInfo(self.zone))

    def __getstate__(self) -> dict[str, Any]:
        return attrs.asdict(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        for field, value in state.items():
            object.__setattr__(self, field, value)

    def __str__(self) -> str:
        return f"{self.line} ({self.zone})"


@attrs.frozen
class Beat(BaseTrigger):  # type: ignore[misc]
    """Every so many minutes, shifted for the source of that name."""

    minutes: int
    name: str

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The first time after the last one, else after now. Aware, UTC.

        After a night's stop the beats that were missed are one fire, so they are not walked through.
        """
        if previous_fire_time is None:
            return next_beat(self.minutes, self.name, now)
        return next_beat(self.minutes, self.name, previous_fire_time)

    def __getstate__(self) -> dict[str, Any]:
        return attrs.asdict(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        for field, value in state.items():
            object.__setattr__(self, field, value)

    def __str__(self) -> str:
        return f"every {self.minutes} min"
