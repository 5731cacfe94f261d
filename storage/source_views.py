"""Sources as a reader sees them: as configured and as crawled."""

from datetime import datetime
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection, func, select

from storage import database, ledger, run_views, withholding
from storage.archive import Archive
from storage.cron import Cron
from storage.drift import Sign
from storage.errors import SourceFileError
from storage.finding import source_id
from storage.health import SourceHealth, health
from storage.run_views import RunView
from storage.tables import PageRow, RunRow, SourceRow


@attrs.frozen(kw_only=True)
class SourceView:
    """A source."""

    source: str
    home: str | None
    pages: int
    """Those left out that are withheld."""
    last_run_at: datetime | None
    """When its last crawl began. None: it was never crawled."""
    next_run_at: datetime | None
    """By its cron line. None: it has none in `sources.toml`, or is not enabled."""
    schedule: str | None
    """Its cron line."""
    signs: tuple[Sign, ...]
    """What is not as it always was."""


@attrs.frozen(kw_only=True)
class SourceReport:
    """A source, with its last day beside its habit, what is due, and its runs."""

    source: SourceView
    health: SourceHealth | None
    """None: it was never crawled."""
    due: int
    """Articles that are to be visited by now."""
    runs: tuple[RunView, ...]
    """The latest, newest first."""


def sources(archive: Archive, now: datetime) -> list[SourceView]:
    """All sources that readers are shown, by name."""
    with database.reading(archive.engine) as connection:
        return _sources(connection, archive, {one.source: one for one in health(connection)}, None, now)


def source(archive: Archive, name: str, now: datetime, *, runs: int) -> SourceReport:
    """One of them, with its latest runs. Raises SourceNotFound, and Withheld."""
    with database.reading(archive.engine) as connection:
        number = source_id(connection, name)
        found = {one.source: one for one in health(connection, source=name)}
        (view,) = _sources(connection, archive, found, name, now)
        return SourceReport(
            source=view,
            health=found.get(name),
            due=ledger.due_by_scope(connection, now).get(f"source:{number}", 0),
            runs=tuple(
                attrs.evolve(run, error=run.error and archive.folder.unplaced(run.error))
                for run in run_views.runs(connection, runs, source=number)
            ),
        )


def names(archive: Archive) -> list[str]:
    """The names of the sources that readers are shown, in order."""
    with database.reading(archive.engine) as connection:
        query = select(SourceRow.name).where(withholding.visible_source()).order_by(SourceRow.name)
        return list(connection.execute(query).scalars())


def _sources(
    connection: Connection, archive: Archive, found: dict[str, SourceHealth], only: str | None, now: datetime
) -> list[SourceView]:
    pages = select(func.count()).where(PageRow.source_id == SourceRow.id).scalar_subquery()
    last = (
        select(func.max(RunRow.started_at))
        .where(RunRow.source_id == SourceRow.id, RunRow.kind == "crawl")
        .scalar_subquery()
    )
    query = (
        select(SourceRow.id, SourceRow.name, SourceRow.home, pages.label("pages"), last.label("last"))
        .where(withholding.visible_source())
        .order_by(SourceRow.name)
    )
    if only is not None:
        query = query.where(SourceRow.name == only)
    lines, hidden = _cron_lines(archive), withholding.hidden(connection)
    made = []
    for row in connection.execute(query).all():
        line, zone = lines.get(row.name, (None, ""))
        made.append(
            SourceView(
                source=row.name,
                home=row.home,
                pages=row.pages - hidden.pages_by_source.get(row.id, 0),
                last_run_at=row.last,
                schedule=line,
                next_run_at=Cron.parse(line, row.name).next_after(now, ZoneInfo(zone)) if line else None,
                signs=found[row.name].signs if row.name in found else (),
            )
        )
    return made


def _cron_lines(archive: Archive) -> dict[str, tuple[str, str]]:
    """The cron line and time zone of each enabled source. A mistake in the file is an alarm of the ledger's."""
    from storage.sources import read_sources

    try:
        configured = read_sources(archive.folder.sources)
    except SourceFileError:
        return {}
    return {one.name: (one.schedule, one.timezone) for one in configured.values() if one.enabled}
