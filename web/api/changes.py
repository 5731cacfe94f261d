"""`/changes`, `/takedowns`, `/diff`: what became of pages."""

from datetime import datetime, timedelta
from typing import Any

from storage.change_entries import changes
from storage.takedown_entries import takedowns
from web.api import values
from web.api.operation import Asked, Operation
from web.api.parameters import CURSOR, LIMIT, SINCE, SOURCE, UNTIL, BadParameter, flag, text

SUBSTANTIVE = flag("substantive", "Only what says something else now.")
HEADLINE = flag("headline", "Only new headlines.")
STEALTH = flag("stealth", "Only edits without a later modified date.")
FLIPS = flag("flips", "Also what goes back to an earlier version.")
FROM = text("from", "A snapshot's number; with url also a date, `first` or `latest`.")
TO = text("to", "As from; with url the latest where it is left out.")
OF_URL = text("url", "A page; its last two versions where neither from nor to is given.")

_MICROSECOND = timedelta(microseconds=1)


def after_end(until: datetime | None) -> datetime | None:
    """The moment after the last one that is meant, for lists that leave their end out."""
    return until if until is None or until > datetime.max.replace(tzinfo=until.tzinfo) - _MICROSECOND else (
        until + _MICROSECOND
    )  # fmt: skip


def _changes(asked: Asked) -> dict[str, Any]:
    part = changes(
        asked.archive, limit=asked.get(LIMIT), source=asked.get(SOURCE) or None, substantive=asked.get(SUBSTANTIVE),
        headline=asked.get(HEADLINE), stealth=asked.get(STEALTH), since=asked.get(SINCE),
        until=after_end(asked.get(UNTIL)), after=asked.place,
    )  # fmt: skip
    shown = [one for one in part.entries if asked.get(FLIPS) or one.returns_to is None]
    return asked.part(list(map(values.change, shown)), part.next)


def _takedowns(asked: Asked) -> dict[str, Any]:
    part = takedowns(
        asked.archive, limit=asked.get(LIMIT), source=asked.get(SOURCE) or None, since=asked.get(SINCE),
        until=after_end(asked.get(UNTIL)), after=asked.place,
    )  # fmt: skip
    return asked.part(list(map(values.takedown, part.entries)), part.next)


def _diff(asked: Asked) -> dict[str, Any]:
    url, old, new = asked.get(OF_URL), asked.get(FROM), asked.get(TO)
    if url:
        if new and not old:
            raise BadParameter("There is a to and no from. Give both, from alone, or neither.")
        if "://" in old:
            raise BadParameter("from is an address. Give a snapshot's number, a date, `first` or `latest`.")
        return asked.archive.diff(url, old or None, new or None).as_json()
    for name, given in (("from", old), ("to", new)):
        if not given.isdecimal():
            raise BadParameter(f"{name}={given[:60]!r} is no snapshot's number. Give one, or give a url with dates.")
    return asked.archive.compare(old, new).as_json()


OPERATIONS = (
    Operation(
        name="changes",
        path="/changes",
        summary="Edits, the latest first. A part may have few items, and yet a next one: "
        "of what is filtered so many are looked at and no more.",
        parameters=(SINCE, UNTIL, SOURCE, SUBSTANTIVE, HEADLINE, STEALTH, FLIPS, LIMIT, CURSOR),
        answer="Changes",
        work=_changes,
        not_found=True,
    ),
    Operation(
        name="takedowns",
        path="/takedowns",
        summary="Pages that were there and then were not, the latest first.",
        parameters=(SINCE, UNTIL, SOURCE, LIMIT, CURSOR),
        answer="Takedowns",
        work=_takedowns,
        not_found=True,
    ),
    Operation(
        name="diff",
        path="/diff",
        summary="What differs between any two snapshots, or two versions of a page.",
        parameters=(OF_URL, FROM, TO),
        answer="Diff",
        work=_diff,
        not_found=True,
    ),
)
