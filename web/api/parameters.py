"""What can be asked for in an address: each parameter says its form once, for the reader of it and for the document."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import attrs

from storage import moments
from storage.errors import UsageError
from storage.finding import MAX_ID_DIGITS

T = TypeVar("T")

LONGEST_TEXT = 2_000
MOST = 200
_MOST_DIGITS = 6
_DATE = r"^\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?)?)?)?$"


class BadParameter(UsageError):
    """A parameter that is not there, is there twice, or says nothing that can be answered."""


@attrs.frozen(kw_only=True)
class Parameter(Generic[T]):
    """A part of an address."""

    name: str
    description: str
    schema: Mapping[str, Any]
    """JSON Schema."""
    read: Callable[[str, datetime], T]
    """Its value out of what was written, at a time. Raises BadParameter."""
    default: T
    required: bool = False
    place: Literal["query", "path"] = "query"


def text(name: str, description: str, *, required: bool = False) -> Parameter[str]:
    """Words, an address, a name. Without it: the empty text."""

    def read(given: str, now: datetime) -> str:
        if len(given) > LONGEST_TEXT:
            raise BadParameter(f"{name} is longer than {LONGEST_TEXT:,} characters. Ask for less.")
        if required and not given:
            raise BadParameter(f"{name} is empty. Give it a value.")
        return given

    schema = {"type": "string", "maxLength": LONGEST_TEXT} | ({"minLength": 1} if required else {})
    return Parameter(name=name, description=description, schema=schema, read=read, default="", required=required)


def choice(name: str, description: str, *words: str) -> Parameter[str]:
    """One of some words; the first where it is not given."""

    def read(given: str, now: datetime) -> str:
        if given not in words:
            raise BadParameter(f"{name}={given[:60]!r} is none of {', '.join(words)}. Give one of these.")
        return given

    schema = {"type": "string", "enum": list(words), "default": words[0]}
    return Parameter(name=name, description=description, schema=schema, read=read, default=words[0])


def flag(name: str, description: str) -> Parameter[bool]:
    """`true`, `1`, `false` or `0`; no where it is not given."""
    words = {"true": True, "1": True, "false": False, "0": False}

    def read(given: str, now: datetime) -> bool:
        if given not in words:
            raise BadParameter(f"{name}={given[:60]!r} is neither true nor false. Give one of these.")
        return words[given]

    schema = {"type": "string", "enum": list(words), "default": "false"}
    return Parameter(name=name, description=description, schema=schema, read=read, default=False)


def limit(most: int = MOST, usual: int = 20) -> Parameter[int]:
    """How many at a time."""

    def read(given: str, now: datetime) -> int:
        if not (given.isascii() and given.isdecimal() and len(given) <= _MOST_DIGITS and 1 <= int(given) <= most):
            raise BadParameter(f"limit={given[:60]!r} is no number from 1 to {most:,}. Give one; cursors lead further.")
        return int(given)

    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return Parameter(name="limit", description="How many at a time.", schema=schema, read=read, default=usual)


def moment(name: str, description: str, *, end: bool) -> Parameter[datetime | None]:
    """A date that may be cut short, of which the end or the beginning is meant."""

    def read(given: str, now: datetime) -> datetime | None:
        # A plus sign in an address is a space, and stands for itself before a zone only.
        spelled = re.sub(r" (\d{2}:\d{2})$", r"+\1", given) if given.count(":") > 1 else given
        return moments.moment(spelled, now) if end else moments.beginning(spelled, now)

    said = f"{description} 2026, 2026-03, 2026-03-01 or 2026-03-01T18:00Z, in UTC unless it says otherwise."
    schema = {"type": "string", "pattern": _DATE}
    return Parameter(name=name, description=said, schema=schema, read=read, default=None)


def number(name: str, description: str, *, place: Literal["query", "path"] = "query") -> Parameter[int | None]:
    """The number of a snapshot, a run or a job."""

    def read(given: str, now: datetime) -> int | None:
        if not (given.isascii() and given.isdecimal() and len(given) <= MAX_ID_DIGITS):
            raise BadParameter(f"{name}={given[:60]!r} is no number. Give one that a list has named.")
        return int(given)

    schema = {"type": "integer", "minimum": 0, "maximum": 10**MAX_ID_DIGITS - 1}
    return Parameter(
        name=name, description=description, schema=schema, read=read, default=None, place=place,
        required=place == "path",
    )  # fmt: skip


def name_in_path(name: str, description: str) -> Parameter[str]:
    """A name that is part of the path."""
    return attrs.evolve(text(name, description, required=True), place="path")


CURSOR = text("cursor", "Go on after this place, which the part before has named as `next`.")
LIMIT = limit()
SINCE = moment("since", "From then on:", end=False)
UNTIL = moment("until", "Until then, the end included:", end=True)
SOURCE = text("source", "Only this source's pages.")
URL = text("url", "A page, by any URL that leads to it.", required=True)


def read_all(
    parameters: Sequence[Parameter[Any]], query: Sequence[tuple[str, str]], path: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """The value of each parameter by its name. Raises BadParameter, and NotADate."""
    known = {one.name: one for one in parameters if one.place == "query"}
    given: dict[str, str] = dict(path)
    for name, value in query:
        if name not in known:
            there = f"there are {', '.join(known)}" if known else "there are none"
            raise BadParameter(f"There is no parameter {name[:60]!r} here; {there}. Leave it out.")
        if name in given:
            raise BadParameter(f"{name} is there twice. Give it once.")
        given[name] = value
    values = {}
    for one in parameters:
        if one.name in given:
            values[one.name] = one.read(given[one.name], now)
        elif one.required:
            raise BadParameter(f"{one.name} is missing. {one.description}")
        else:
            values[one.name] = one.default
    return values
