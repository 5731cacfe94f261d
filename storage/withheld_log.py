"""What the owner of an archive withholds and lifts, and the log of it."""

import shlex
from datetime import datetime

import attrs
from sqlalchemy import Connection, select

from storage import database, pages, withholding
from storage.archive import Archive
from storage.clock import Clock
from storage.editing import editing
from storage.errors import AlreadyWithheld, NoReason, NotWithheld, PageNotFound
from storage.finding import any_page_of, any_source, is_id
from storage.folder import Folder
from storage.search import index
from storage.tables import SnapshotRow, table
from storage.withheld_tables import WithheldRow
from storage.withholding import Kind, Withholding

MOST_REASON = 500


@attrs.frozen(kw_only=True)
class Lifted:
    """What was lifted."""

    what: Withholding
    still: Withholding | None
    """What hides it all the same: that of its page or its source."""


def withhold(
    folder: Folder, what: str | None, *, source: str | None = None, reason: str, clock: Clock | None = None
) -> Withholding:
    """Hide a URL's page, a snapshot (its number) or a source from every reader, from now on.

    Raises NoReason, PageNotFound, SourceNotFound, AlreadyWithheld, ArchiveNotFound and DatabaseFailed.
    """
    told = " ".join(reason.split())
    if not told or not told.isprintable() or len(told) > MOST_REASON:
        raise NoReason
    with editing(folder) as connection:
        one = _target(connection, what, source, told, (clock or Clock()).now())
        there = withholding.withheld(connection, one.kind, one.target)
        if there is not None:
            raise AlreadyWithheld(
                _called(there), reason=there.reason, withheld_at=there.withheld_at, lift=lift_words(there)
            )
        withholding.add(connection, one)
        _settle(connection, one)
    return one


def lift(folder: Folder, what: str | None, *, source: str | None = None, clock: Clock | None = None) -> Lifted:
    """Show something again that was withheld. Raises NotWithheld, PageNotFound, SourceNotFound, ArchiveNotFound and
    DatabaseFailed."""
    now = (clock or Clock()).now()
    with editing(folder) as connection:
        one = _target(connection, what, source, "", now)
        there = withholding.withheld(connection, one.kind, one.target)
        if there is None:
            cover = _cover(connection, one)
            raise NotWithheld(_called(one), lift=lift_words(cover) if cover else None)
        withholding.end(connection, one.kind, one.target, now=now)
        _settle(connection, one)
        return Lifted(what=attrs.evolve(there, lifted_at=now), still=_cover(connection, one))


def _settle(connection: Connection, one: Withholding) -> None:
    """Another snapshot may be the newest that a search finds."""
    if one.kind == "snapshot":
        index.settle(connection, one.target)


def log(archive: Archive) -> list[Withholding]:
    """All that is withheld or was, the latest first."""
    query = select(*table(WithheldRow).columns).order_by(WithheldRow.withheld_at.desc(), WithheldRow.id.desc())
    with database.reading(archive.engine) as connection:
        return [withholding.as_value(row) for row in connection.execute(query)]


def lift_words(one: Withholding) -> str:
    """What follows `backissue lift` to show something again."""
    return f"{'--source ' if one.kind == 'source' else ''}{shlex.quote(one.name)}"


def _called(one: Withholding) -> str:
    return {"page": one.name, "snapshot": f"Snapshot {one.name}", "source": f"The source {one.name!r}"}[one.kind]


def _target(connection: Connection, what: str | None, source: str | None, reason: str, now: datetime) -> Withholding:
    kind: Kind
    if source is not None:
        kind, target, name = "source", any_source(connection, source), source
    elif what is not None and is_id(what):
        kind, target, name = "snapshot", int(what), str(int(what))
        if connection.execute(select(SnapshotRow.id).where(SnapshotRow.id == target)).first() is None:
            raise PageNotFound(f"snapshot {name}")
    else:
        target = any_page_of(connection, what or "")
        kind, name = "page", pages.url_of(connection, target)
    return Withholding(kind=kind, target=target, name=name, reason=reason, withheld_at=now)


def _cover(connection: Connection, one: Withholding) -> Withholding | None:
    if one.kind == "snapshot":
        return withholding.of_snapshot(connection, one.target)
    return withholding.of_page(connection, one.target) if one.kind == "page" else None
