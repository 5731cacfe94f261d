"""What time it is, so that a test or the demo can say that a day has passed."""

from datetime import UTC, datetime, timedelta

import attrs


@attrs.frozen
class Clock:
    """Tells the time, moved by a fixed amount."""

    offset: timedelta = timedelta()
    """How far from the machine's clock. Zero outside tests and the demo."""

    def now(self) -> datetime:
        """The time. Aware, UTC."""
        return datetime.now(UTC) + self.offset


def iso(when: datetime | None) -> str | None:
    """ISO 8601 with `Z`, to the second, as every export prints it; None stays None."""
    return None if when is None else when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> float:
    """What `iso` has printed, in seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()
