"""Which WARC records belong to snapshots and pages, and their bytes as they lie in the archive."""

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import datetime
from pathlib import Path
from typing import Any

import ada_url
import attrs
from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from storage import withholding
from storage.capture_tables import AssetRow
from storage.errors import BackissueError, DamagedRecord
from storage.tables import AliasRow, PageRow, RecordRow, SnapshotPartRow, SnapshotRow, VisitRow, WarcFileRow
from storage.warc_read import Location, read_exchange, read_member

# SQLite takes 32,766 values in a statement.
_AT_ONCE = 10_000
# Scrapy follows 20 redirects.
_MOST_HOPS = 20
# What an exchange leaves beside its answer, right behind it in the file: `storage.warc_records.response_records`.
_BESIDE = ("request", "metadata")


@attrs.frozen(kw_only=True)
class Kept:
    """A record in the archive's files."""

    row: int
    record_id: str
    type: str
    url: str
    captured_at: datetime
    refers_to: int | None
    """The row of the record that it is a revisit or a conversion of."""
    file: int
    """The row of its file: files are numbered as they were begun, and may be named in the same second."""
    location: Location


@attrs.frozen(kw_only=True)
class Answers:
    """The records of captures, and which of them redirects led to."""

    rows: set[int]
    redirected: dict[int, str]
    """Record -> the URL that was taken up."""


def hidden(connection: Connection) -> frozenset[int]:
    """The rows of the records of what is withheld. Costs what that holds, and nothing where nothing is."""
    if not withholding.is_anything(connection):
        return frozenset()
    snapshots = (
        select(SnapshotRow.id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(~withholding.visible())
    )
    pages = select(PageRow.id).where(~withholding.visible_page())
    queries = (
        select(SnapshotRow.record_id).where(SnapshotRow.id.in_(snapshots)),
        select(SnapshotPartRow.record_id).where(SnapshotPartRow.snapshot_id.in_(snapshots)),
        select(VisitRow.record_id).where(VisitRow.snapshot_id.in_(snapshots)),
        select(VisitRow.record_id).join(AliasRow, AliasRow.id == VisitRow.alias_id).where(AliasRow.page_id.in_(pages)),
    )
    return frozenset(row for query in queries for row in connection.execute(query).scalars() if row is not None)


class WithheldRecord(BackissueError):
    """A record refers to one that is withheld, so that its payload is not there."""

    def __init__(self, one: "Kept"):
        super().__init__(
            f"The record {one.record_id} of {one.url} was left out: what it holds stands in a record that is withheld. "
            "`backissue withhold --list` says what is."
        )


class Seen:
    """Which records were taken already: a bit each, so that ten million take a megabyte."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def first_time(self, row: int) -> bool:
        """Whether a record was not asked for before."""
        at, bit = row >> 3, 1 << (row & 7)
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1 - len(self._bits)))
        if self._bits[at] & bit:
            return False
        self._bits[at] |= bit
        return True


def of_snapshots(connection: Connection, ids: Sequence[int]) -> Answers:
    """The records that snapshots rest on, with their later parts, images and styles, and those of the visits that saw
    them again."""
    own = connection.execute(select(SnapshotRow.record_id).where(SnapshotRow.id.in_(ids))).scalars()
    parts = connection.execute(select(SnapshotPartRow.record_id).where(SnapshotPartRow.snapshot_id.in_(ids))).scalars()
    answers = _with_visits(connection, {*own, *parts}, VisitRow.snapshot_id.in_(ids))
    return _with_assets(connection, answers, AssetRow.snapshot_id.in_(ids))


def of_page(connection: Connection, page: int) -> Answers:
    """The records of all visits to a page, whatever they found, with the later parts, images and styles of its
    snapshots."""
    aliases = select(AliasRow.id).where(AliasRow.page_id == page)
    snapshots = select(SnapshotRow.id).where(
        SnapshotRow.alias_id.in_(aliases), withholding.visible_snapshot(SnapshotRow.id)
    )
    parts = select(SnapshotPartRow.record_id).where(SnapshotPartRow.snapshot_id.in_(snapshots))
    answers = _with_visits(connection, set(connection.execute(parts).scalars()), VisitRow.alias_id.in_(aliases))
    return _with_assets(connection, answers, AssetRow.snapshot_id.in_(snapshots))


def _with_visits(connection: Connection, rows: set[int], which: Any) -> Answers:
    query: Any = select(VisitRow.record_id, VisitRow.url, VisitRow.final_url).where(
        VisitRow.record_id.is_not(None), which
    )
    redirected = {}
    for record, url, final_url in connection.execute(query).all():
        rows.add(record)
        if final_url is not None and final_url != url:
            redirected[record] = url
    return Answers(rows=rows, redirected=redirected)


def _with_assets(connection: Connection, answers: Answers, which: Any) -> Answers:
    """With the images, styles and fonts that snapshots need."""
    query: Any = select(AssetRow.record_id, AssetRow.url, RecordRow.url).where(which)
    rows, redirected = set(answers.rows), dict(answers.redirected)
    for record, url, at in connection.execute(query.join(RecordRow, RecordRow.id == AssetRow.record_id)).all():
        rows.add(record)
        if url != at:
            redirected.setdefault(record, url)
    return Answers(rows=rows, redirected=redirected)


def complete(
    connection: Connection, folder: Path, answers: Answers, problems: list[str], never: Set[int]
) -> list[Kept]:
    """These records with all that belongs to them, in the order of the files: what revisits refer to, requests,
    provenance, conversions, and the redirects on the way. What cannot be read on that way is told in `problems`;
    `never`: the rows of what is withheld."""
    found = {one.row: one for one in _read(connection, answers.rows - never, RecordRow.id)}
    for record in sorted(answers.redirected.keys() & found.keys()):
        try:
            found |= {one.row: one for one in _hops(connection, folder, found[record])}
        except DamagedRecord as error:
            problems.append(str(error))
    while missing := {one.refers_to for one in found.values() if one.refers_to is not None} - found.keys():
        for one in [one for one in found.values() if one.refers_to in never]:
            problems.append(str(WithheldRecord(one)))
            del found[one.row]
        found |= {one.row: one for one in _read(connection, missing - never, RecordRow.id)}
    conversions = _read(connection, found.keys(), RecordRow.refers_to_id, RecordRow.type == "conversion")
    found |= {one.row: one for one in conversions}
    found |= {one.row: one for one in _beside(connection, list(found))}
    return sorted(found.values(), key=lambda one: (one.file, one.location.offset))


def copied(folder: Path, records: Iterable[Kept], problems: list[str]) -> Iterator[tuple[Kept, bytes]]:
    """Each record with its bytes. One whose bytes are not those that were written is left out, and told."""
    for one in records:
        try:
            yield one, read_member(folder / one.location.file, one.location)
        except DamagedRecord as error:
            problems.append(str(error))


_COLUMNS = (
    RecordRow.id, RecordRow.record_id, RecordRow.type, RecordRow.url, RecordRow.captured_at, RecordRow.refers_to_id,
    RecordRow.file_id, WarcFileRow.name, RecordRow.offset, RecordRow.length, RecordRow.sha256,
)  # fmt: skip


def _read(connection: Connection, values: Iterable[int], column: Any, *more: Any) -> Iterator[Kept]:
    query = select(*_COLUMNS).join(WarcFileRow, WarcFileRow.id == RecordRow.file_id).where(*more)
    wanted = sorted(values)
    for at in range(0, len(wanted), _AT_ONCE):
        for row in connection.execute(query.where(column.in_(wanted[at : at + _AT_ONCE]))):
            yield _kept(row)


def _kept(row: Any) -> Kept:
    return Kept(
        row=row.id, record_id=row.record_id, type=row.type, url=row.url, captured_at=row.captured_at,
        refers_to=row.refers_to_id, file=row.file_id,
        location=Location(file=row.name, offset=row.offset, length=row.length, sha256=row.sha256),
    )  # fmt: skip


def _beside(connection: Connection, rows: Sequence[int]) -> Iterator[Kept]:
    """What lies right behind records and belongs to them."""
    before = aliased(RecordRow)
    query = (
        select(*_COLUMNS)
        .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
        .join(before, (before.file_id == RecordRow.file_id) & (before.offset + before.length == RecordRow.offset))
        .where(RecordRow.type.in_(_BESIDE))
    )
    for at in range(0, len(rows), _AT_ONCE):
        for row in connection.execute(query.where(before.id.in_(rows[at : at + _AT_ONCE]))):
            yield _kept(row)


def _hops(connection: Connection, folder: Path, last: Kept) -> Iterator[Kept]:
    """The redirects that led to a record, which lie before it in the file, the last of them first."""
    for _ in range(_MOST_HOPS):
        query = (
            select(*_COLUMNS)
            .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
            .where(
                WarcFileRow.name == last.location.file,
                RecordRow.offset < last.location.offset,
                RecordRow.type.in_(("response", "revisit")),
            )
            .order_by(RecordRow.offset.desc())
            .limit(1)
        )
        row = connection.execute(query).first()
        if row is None:
            return
        before = _kept(row)
        exchange = read_exchange(folder, before.location)
        if not 300 <= exchange.status < 400 or not _leads_to(exchange.header("Location"), before.url, last.url):
            return
        yield before
        last = before


def _leads_to(location: str | None, base: str, url: str) -> bool:
    if location is None:
        return False
    try:
        there: str = ada_url.join_url(base, location)
    except ValueError:
        return False
    return there.partition("#")[0] == url.partition("#")[0]
