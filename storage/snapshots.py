"""Look-ups around single snapshots that the crawl needs: where their bytes lie, and how to ask for them again."""

from datetime import datetime
from pathlib import Path

import attrs
from sqlalchemy import Connection, Engine, Row, bindparam, select
from sqlalchemy.orm import aliased

from storage import pages
from storage.capture import Capture, Exchange
from storage.clock import Clock
from storage.database import reading
from storage.tables import (
    AliasRow,
    ExtractionRow,
    PageRow,
    RecordRow,
    SnapshotPartRow,
    SnapshotRow,
    SourceRow,
    VisitRow,
    WarcFileRow,
)
from storage.urls import key
from storage.warc_read import Location, read_block, read_exchange

# What a browser made of a record's page.
_CONVERSION = select(RecordRow.id).where(RecordRow.type == "conversion", RecordRow.refers_to_id == bindparam("record"))


@attrs.frozen(kw_only=True)
class Seen:
    """Where and when a snapshot was seen."""

    url: str
    """The URL that answered."""
    site: str
    """Its page's site."""
    captured_at: datetime


def seen(engine: Engine, snapshot: int) -> Seen:
    """Where and when a snapshot was seen."""
    query = (
        select(AliasRow.url, PageRow.site, SnapshotRow.captured_at)
        .join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(SnapshotRow.id == snapshot)
    )
    with reading(engine) as connection:
        row = connection.execute(query).one()
    return Seen(url=row.url, site=row.site, captured_at=row.captured_at)


def exchange_of(engine: Engine, folder: Path, snapshot: int) -> Exchange:
    """The exchange that a snapshot rests on, at the URL that answered; `folder` holds the WARC files.

    Where its record is a revisit, the body comes from the one that it refers to. Raises DamagedRecord.
    """
    query = (
        select(RecordRow.id, RecordRow.refers_to_id, AliasRow.url)
        .join(SnapshotRow, SnapshotRow.record_id == RecordRow.id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .where(SnapshotRow.id == snapshot)
    )
    with reading(engine) as connection:
        row = connection.execute(query).one()
        return _exchange(connection, folder, row)


def parts_of(engine: Engine, folder: Path, snapshot: int) -> list[Capture]:
    """The captures of the further parts of a snapshot's article, in order; none where it stands on one page.

    Raises DamagedRecord.
    """
    query = (
        select(RecordRow.id, RecordRow.refers_to_id, RecordRow.url)
        .join(SnapshotPartRow, SnapshotPartRow.record_id == RecordRow.id)
        .where(SnapshotPartRow.snapshot_id == snapshot)
        .order_by(SnapshotPartRow.position)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        return [Capture.of(_exchange(connection, folder, row), requested_url=row.url) for row in rows]


def on_several_pages(connection: Connection, snapshot: int) -> bool:
    """Whether a snapshot's own page names other parts of its article: its bytes alone do not say that they are the
    same still."""
    query = select(ExtractionRow.id).where(ExtractionRow.snapshot_id == snapshot, ExtractionRow.pager.is_not(None))
    return connection.execute(query.limit(1)).first() is not None


def same_rendered(connection: Connection, snapshot: int, digest: str | None) -> bool:
    """Whether a snapshot was read from what a browser made of its page, with this payload digest; None: from the page
    itself, without a browser."""
    conversion = aliased(RecordRow)
    query = (
        select(conversion.payload_digest)
        .join(VisitRow, VisitRow.record_id == conversion.refers_to_id)
        .where(VisitRow.snapshot_id == snapshot, conversion.type == "conversion")
    )
    found = set(connection.execute(query).scalars())
    return digest in found if digest is not None else not found


def conversion_of(connection: Connection, folder: Path, record: int) -> bytes | None:
    """What a browser made of a record's page, or of the one that it refers to; None where none has.

    Raises DamagedRecord.
    """
    referred = select(RecordRow.refers_to_id).where(RecordRow.id == record)
    for one in (record, connection.execute(referred).scalar()):
        conversion = connection.execute(_CONVERSION, {"record": one}).scalar() if one is not None else None
        if conversion is not None:
            return read_block(folder, _location(connection, conversion))
    return None


def _exchange(connection: Connection, folder: Path, row: Row[int, int | None, str]) -> Exchange:
    """The exchange of a record (id, the one it refers to, URL)."""
    own = _location(connection, row.id)
    origin = _location(connection, row.refers_to_id) if row.refers_to_id is not None else None
    exchange = attrs.evolve(read_exchange(folder, own), url=row.url)
    conversion = connection.execute(_CONVERSION, {"record": row.id}).scalar()
    if conversion is not None:
        exchange = attrs.evolve(exchange, rendered=read_block(folder, _location(connection, conversion)))
    if origin is None:
        return exchange
    original = read_exchange(folder, origin)
    # What says how to read a body are the headers that came with it.
    headers = exchange.headers or original.headers
    return attrs.evolve(exchange, body=original.body, headers=headers, truncated=original.truncated)


def _location(connection: Connection, record: int) -> Location:
    query = (
        select(WarcFileRow.name, RecordRow.offset, RecordRow.length, RecordRow.sha256)
        .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
        .where(RecordRow.id == record)
    )
    row = connection.execute(query).one()
    return Location(file=row.name, offset=row.offset, length=row.length, sha256=row.sha256)


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


@attrs.frozen(kw_only=True)
class Asking:
    """How a page is asked for."""

    url: str
    """Another than the one that is meant where that leads to a further part of an article: the first part's."""
    headers: dict[str, str]
    """Those that ask only for what is newer than the newest whole snapshot. Empty: for all."""


def how_to_ask(engine: Engine, url: str, clock: Clock, *, for_all: bool) -> Asking:
    """How to ask for what a URL leads to. `for_all`: whatever the archive has of it. Raises InvalidURL."""
    with reading(engine) as connection:
        alias = pages.find_alias(connection, url)
        if alias is None:
            return Asking(url=url, headers={})
        headers = {} if for_all else _validators(connection, alias.page_id, url, clock)
        return Asking(url=_first_part(connection, alias.page_id, url) or url, headers=headers)


def _validators(connection: Connection, page: int, url: str, clock: Clock) -> dict[str, str]:
    newest = pages.newest_snapshot(connection, page, clock.now())
    if newest is None or not newest.whole or on_several_pages(connection, newest.id):
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


def _first_part(connection: Connection, page: int, url: str) -> str | None:
    query = (
        select(RecordRow.url, AliasRow.url.label("first"))
        .join(SnapshotPartRow, SnapshotPartRow.record_id == RecordRow.id)
        .join(SnapshotRow, SnapshotRow.id == SnapshotPartRow.snapshot_id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .where(AliasRow.page_id == page)
        .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    )
    wanted = key(url)
    return next((row.first for row in connection.execute(query) if key(row.url) == wanted != key(row.first)), None)
