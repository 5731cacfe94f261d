"""Reads what a reader asks for, out of an address."""

from datetime import UTC, date, datetime, timedelta

from starlette.requests import Request

from storage.cursor import Cursor
from storage.errors import UsageError


class BadQuestion(UsageError):
    """A part of the address says nothing that can be answered."""

    def __init__(self, name: str, given: str, form: str):
        super().__init__(f"{name}={given[:60]!r} cannot be read. Give {form}.")


def place(request: Request) -> Cursor | None:
    """Where the list goes on. Raises BadCursor."""
    given = request.query_params.get("after")
    return Cursor.parse(given) if given else None


def one_day(request: Request) -> date | None:
    """The day that was asked for. Raises BadQuestion."""
    given = request.query_params.get("day")
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise BadQuestion("day", given, "a date such as 2026-11-24") from error


def chosen(request: Request, name: str) -> bool:
    """Whether a box was ticked."""
    return request.query_params.get(name, "") not in ("", "0")


def midnight(day: date) -> datetime:
    """When a day begins. Aware, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def neighbours(day: date) -> tuple[date | None, date | None]:
    """The day before, and the day after; None where the calendar ends."""
    one = timedelta(days=1)
    return (day - one if day > date.min else None), (day + one if day < date.max - one else None)
