"""The week: crawls the made-up newspaper over seven simulated nights, and shows what of all that happens is noticed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import click

from cli.demo import week
from cli.demo.newspaper import PortUnavailable
from cli.demo.tour import NAMES, clear, try_next, write_sources
from cli.demo.week import NIGHTS, Week
from storage.archive import Archive
from storage.clock import Clock
from storage.errors import UsageError
from storage.folder import Folder
from storage.page_history import Event


@attrs.define
class Night:
    """What the archive said after one night."""

    number: int
    results: list[Any]
    status: dict[str, Any]

    def alarms(self, source: str) -> dict[str, str]:
        """The alarms about a source: sign -> message."""
        return {one["sign"]: one["message"] for one in self.status["alarms"] if one["source"] == source}


@attrs.frozen(kw_only=True)
class Incident:
    """Something that happened, and how it can be seen in the archive."""

    night: int
    what: str
    found: Callable[[Archive, list[Night]], str | None]
    """What the archive says of it; None: nothing."""


def nights(path: Path, ports: tuple[int, int]) -> int:
    """Run the week into a folder. Returns 0, or 1 where something went unnoticed.

    Raises UsageError where the folder holds another archive.
    """
    from crawler.process import Process

    folder = Folder(path)
    seen: list[Night] = []
    try:
        paper = Week(today=datetime.now(UTC).date(), ports=ports)
        with paper:
            clear(folder)
            sources = write_sources(folder, paper.sites)
            process = Process(folder=folder)

            async def all_nights() -> list[Any]:
                for number in range(1, NIGHTS + 1):
                    paper.night = number
                    clock = Clock(offset=timedelta(days=number - NIGHTS))
                    process.set_clock(clock)
                    results = await process.crawl(sources, limit=None)
                    seen.append(Night(number, results, Archive.open(folder.path).status(clock)))
                    _tell(seen[-1])
                return []

            process.run(all_nights)
            incidents = _incidents(paper)
    except PortUnavailable as error:
        raise UsageError(str(error)) from error
    return _report(folder, incidents, seen, paper.url(week.EDITED))


def _told(alarms: dict[str, str]) -> list[str]:
    return [f"{sign}: {message}" for sign, message in alarms.items()]


def _tell(night: Night) -> None:
    click.secho(f"Night {night.number}", bold=True)
    for result in night.results:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(result.outcomes.items())) or "nothing"
        left = f"; {result.skipped['backing_off']} wait for the next crawl" if result.skipped["backing_off"] else ""
        click.echo(f"  {result.name}: {sum(result.outcomes.values())} taken up: {counts}{left}")
    for name in NAMES:
        for said in _told(night.alarms(name)):
            click.secho(f"  ! {name}: {said}", fg="yellow")


def _incidents(paper: Week) -> list[Incident]:
    ledger, tagblatt = NAMES
    return [
        Incident(night=week.QUIET_EDIT, what="an edit without a word", found=_edit(paper.url(week.EDITED))),
        Incident(night=week.LIE, what="an edit of all articles that the server hides behind 304s", found=_lie),
        Incident(night=week.TAKEDOWN, what="an article taken down", found=_event(paper.url(week.TAKEN_DOWN), "gone")),
        Incident(night=week.BACK, what="an article put back", found=_event(paper.url(week.VANISHING), "back")),
        Incident(night=week.OUTAGE, what="an outage", found=_outage(ledger)),
        Incident(night=week.REDESIGN, what="a redesign without metadata", found=_alarm(tagblatt, week.REDESIGN)),
        Incident(night=week.WALL, what="a bot wall", found=_alarm(ledger, week.WALL, "bot_wall")),
    ]  # fmt: skip


def _edit(url: str) -> Callable[[Archive, list[Night]], str | None]:
    def found(archive: Archive, seen: list[Night]) -> str | None:
        changes = [change for _, change in archive.history(url)[0] if change is not None]
        stealth = ", with no later date on the page" if changes and changes[-1].stealth else ""
        return f"changed: {changes[-1].summary}{stealth}" if changes else None

    return found


def _lie(archive: Archive, seen: list[Night]) -> str | None:
    # A host's first 304 is checked, and then one in twenty, by chance.
    for night in seen:
        for one in night.status["distrusted"]:
            return f"seen in night {night.number}: the 304s of {one['host']} are not believed until {one['until']}"
    return None


def _event(url: str, kind: str) -> Callable[[Archive, list[Night]], str | None]:
    def found(archive: Archive, seen: list[Night]) -> str | None:
        events: list[Event] = [event for event in archive.history(url)[1] if event.event == kind]
        return f"{kind} at {events[-1].at:%Y-%m-%d %H:%M}" if events else None

    return found


def _outage(name: str) -> Callable[[Archive, list[Night]], str | None]:
    def found(archive: Archive, seen: list[Night]) -> str | None:
        night = seen[week.OUTAGE - 1]
        (result,) = [one for one in night.results if one.name == name]
        return next(iter([*result.problems, *result.notes, *_told(night.alarms(name))]), None)

    return found


def _alarm(name: str, number: int, wanted: str | None = None) -> Callable[[Archive, list[Night]], str | None]:
    """An alarm that a source had not the night before; `wanted`: this sign. None: any."""

    def found(archive: Archive, seen: list[Night]) -> str | None:
        before, now = seen[number - 2].alarms(name), seen[number - 1].alarms(name)
        fresh = {sign: message for sign, message in now.items() if sign not in before and wanted in (None, sign)}
        return next(iter(_told(fresh)), None)

    return found


def _report(folder: Folder, incidents: list[Incident], seen: list[Night], example: str) -> int:
    archive = Archive.open(folder.path)
    click.secho("\nWhat happened, and what the archive says of it", bold=True)
    missed = 0
    for incident in incidents:
        said = incident.found(archive, seen)
        missed += said is None
        click.secho(f"  night {incident.night}: {incident.what}", bold=True)
        click.secho(f"      {said or 'unnoticed'}", fg=None if said else "red")
    try_next(folder, "status", f"history {example}", "list")
    return 1 if missed else 0
