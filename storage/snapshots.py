"""Look-ups around single snapshots that the crawl needs: where their bytes lie, and how to ask for them again."""

from sqlalchemy import Engine, select

from storage import pages
from storage.clock import Clock
from storage.database import reading
from storage.tables import AliasRow, PageRow, RecordRow, SnapshotRow, SourceRow, VisitRow, WarcFileRow
from storage.warc_read import Location


def bytes_of(engine: Engine, snapshot: int) -> tuple[Location, str]:
    """Where the payload of a snapshot lies, through a revisit record where it is one, and the URL that answered."""
    with reading(engine) as connection:
        query = select(RecordRow.id, RecordRow.refers_to_id, AliasRow.url).join(
            SnapshotRow, SnapshotRow.record_id == RecordRow.id
        )
        query = query.join(AliasRow, AliasRow.id == SnapshotRow.alias_id).where(SnapshotRow.id == snapshot)
        row = connection.execute(query).one()
        place = (
            select(WarcFileRow.name, RecordRow.offset, RecordRow.length, RecordRow.sha256)
            .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
            .where(RecordRow.id == (row.refers_to_id or row.id))
        )
        found = connection.execute(place).one()
    return Location(file=found.name, offset=found.offset, length=found.length, sha256=found.sha256), row.url


def newest_of(engine: Engine, source: str, limit: int) -> list[int]:
    """The snapshots of a source's pages that were captured last, at most so many, newest first."""
    query = (
        select(SnapshotRow.id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .join(SourceRow, SourceRow.id == PageRow.source_id)
        .where(SourceRow.name == source)
        .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
        .limit(limit)
    )
    with reading(engine) as connection:
        return list(connection.execute(query).scalars())


def newest_at(engine: Engine, url: str, clock: Clock) -> int | None:
    """The newest snapshot of the page that a URL leads to. Raises InvalidURL."""
    with reading(engine) as connection:
        alias = pages.find_alias(connection, url)
        newest = pages.newest_snapshot(connection, alias.page_id, clock.now()) if alias else None
    return newest.id if newest else None


def validators(engine: Engine, url: str, clock: Clock) -> dict[str, str]:
    """The headers that ask a page's URL only for what is newer than its newest whole snapshot. Empty: ask for all."""
    with reading(engine) as connection:
        alias = pages.find_alias(connection, url)
        if alias is None:
            return {}
        newest = pages.newest_snapshot(connection, alias.page_id, clock.now())
        if newest is None or not newest.whole:
            return {}
        query = (
            select(VisitRow.etag, VisitRow.last_modified)
            .where(VisitRow.snapshot_id == newest.id, VisitRow.final_url == url)
            .order_by(VisitRow.captured_at.desc())
            .limit(1)
        )
        row = connection.execute(query).first()
    if row is None:
        return {}
    headers = {"If-None-Match": row.etag, "If-Modified-Since": row.last_modified}
    return {name: value for name, value in headers.items() if value}
