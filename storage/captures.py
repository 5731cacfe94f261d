"""Captures by URL and time: what a CDX index lists, and what RFC 7089 calls mementos."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Connection, Engine, Select, bindparam, func, insert, select, tuple_
from sqlalchemy.orm import aliased

from storage import database, withheld_captures, withholding
from storage.capture import Exchange
from storage.capture_tables import CaptureRow
from storage.surt import KeyRange, surt
from storage.tables import RecordRow, UTCDateTime, WarcFileRow, table
from storage.warc_read import Location
from storage.warc_records import payload_digest

_NEW = insert(table(CaptureRow))
# A timestamp of fourteen digits is a second, and records keep fractions of it.
SECOND = timedelta(seconds=1)
MOMENT = timedelta(microseconds=1)

# What a 304 has for a payload.
OF_NOTHING = payload_digest(b"")

# As many are read from the index at once.
BATCH = 1000
# More than any archive has; an offset beyond it would be none that a database takes.
MOST_ROWS = 10**12

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def timestamp(when: datetime) -> str:
    """A moment in fourteen digits, UTC."""
    return when.strftime("%Y%m%d%H%M%S").zfill(14)


@attrs.frozen(kw_only=True)
class Position:
    """Where a capture stands in the index: by key, then time, then number."""

    urlkey: str
    captured_at: datetime
    record: int


@attrs.frozen(kw_only=True)
class CaptureView:
    """A capture, as an index lists it."""

    record: int
    """The number of its WARC record."""
    urlkey: str
    url: str
    captured_at: datetime
    type: str
    """"response" or "revisit"."""
    status: int | None
    """None: not known."""
    mime: str | None
    digest: str | None
    """"sha1:BASE32" of the payload."""
    length: int
    """Of the record, in compressed bytes."""
    file: str
    offset: int
    original_status: int | None = None
    original_mime: str | None = None
    """Of the record that a revisit refers to."""

    @property
    def position(self) -> Position:
        return Position(urlkey=self.urlkey, captured_at=self.captured_at, record=self.record)

    @property
    def timestamp(self) -> str:
        """Fourteen digits, UTC."""
        return timestamp(self.captured_at)


@attrs.frozen(kw_only=True)
class Neighbours:
    """The mementos of a URL around one of them; None where there is none before or behind it."""

    first: CaptureView
    previous: CaptureView | None
    next: CaptureView | None
    last: CaptureView


def enter(connection: Connection, record: int, exchange: Exchange) -> None:
    """Enter a record that was just inserted."""
    kind = (exchange.header("Content-Type") or "").partition(";")[0].strip().lower()
    values = {
        "record_id": record, "urlkey": surt(exchange.url), "captured_at": exchange.captured_at,
        "status": exchange.status, "mime": kind or None,
    }  # fmt: skip
    connection.execute(_NEW, values)


# Put together once, as in `storage.pages`.
_ORIGINAL, _ORIGINAL_RECORD = aliased(CaptureRow), aliased(RecordRow)
_ORDER = (CaptureRow.urlkey, CaptureRow.captured_at, CaptureRow.record_id)
_LISTED: Any = (
    select(
        CaptureRow.record_id,
        CaptureRow.urlkey,
        RecordRow.url,
        CaptureRow.captured_at,
        RecordRow.type,
        CaptureRow.status,
        CaptureRow.mime,
        # That of a 304 is of nothing.
        func.coalesce(_ORIGINAL_RECORD.payload_digest, RecordRow.payload_digest).label("digest"),
        RecordRow.length,
        WarcFileRow.name,
        RecordRow.offset,
        _ORIGINAL.status.label("original_status"),
        _ORIGINAL.mime.label("original_mime"),
    )
    .join(RecordRow, RecordRow.id == CaptureRow.record_id)
    .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
    .outerjoin(_ORIGINAL, _ORIGINAL.record_id == RecordRow.refers_to_id)
    .outerjoin(_ORIGINAL_RECORD, _ORIGINAL_RECORD.id == RecordRow.refers_to_id)
)


def listed(
    keys: KeyRange,
    *,
    first: datetime = EARLIEST,
    last: datetime = LATEST,
    backwards: bool = False,
    whole: bool = False,
) -> Select[Any]:
    """One row per capture in a range of keys and of time, both ends included. By key, time and number.

    `backwards`: the order is turned around. `whole`: with what is withheld.
    """
    query = _LISTED.where(*_within(keys, first, last))
    if not whole:
        query = query.where(withheld_captures.visible())
    ordered: Select[Any] = query.order_by(*(column.desc() if backwards else column for column in _ORDER))
    return ordered


def _within(keys: KeyRange, first: datetime, last: datetime) -> list[ColumnElement[bool]]:
    low, high = keys
    found = [CaptureRow.urlkey == low] if high is None else [CaptureRow.urlkey >= low, CaptureRow.urlkey < high]
    if first > EARLIEST:
        found.append(CaptureRow.captured_at >= first)
    if last < LATEST:
        found.append(CaptureRow.captured_at <= last)
    return found


def behind(query: Select[Any], position: Position, *, backwards: bool = False) -> Select[Any]:
    """What of a listing comes behind a position."""
    here = tuple_(CaptureRow.urlkey, CaptureRow.captured_at, CaptureRow.record_id)
    there = tuple_(
        bindparam("at_key", position.urlkey),
        bindparam("at_time", position.captured_at, type_=UTCDateTime()),
        bindparam("at_record", position.record),
    )
    return query.where(here < there if backwards else here > there)


def scan(
    engine: Engine,
    keys: Sequence[KeyRange],
    *,
    first: datetime = EARLIEST,
    last: datetime = LATEST,
    backwards: bool = False,
    after: Position | None = None,
    skip: int = 0,
) -> Iterator[CaptureView]:
    """The captures of ascending ranges of keys, a batch at a time: a slow reader holds no transaction open.

    `after`: only what comes behind that position. `skip`: without so many of the first.
    """
    for one in reversed(keys) if backwards else keys:
        if skip:
            with database.reading(engine) as connection:
                here = count(connection, [one], first=first, last=last)
            if skip >= here:
                skip -= here
                continue
        while True:
            with database.reading(engine) as connection:
                whole = not withholding.is_anything(connection)
                query = listed(one, first=first, last=last, backwards=backwards, whole=whole).limit(BATCH)
                if skip:
                    query, skip = query.offset(skip), 0
                elif after is not None:
                    query = behind(query, after, backwards=backwards)
                batch = list(read(connection, query))
            yield from batch
            if batch:
                after = batch[-1].position
            if len(batch) < BATCH:
                break


def read(connection: Connection, query: Select[Any]) -> Iterator[CaptureView]:
    """The captures that a listing means."""
    for row in connection.execute(query):
        yield _view(row)


def _view(row: Any) -> CaptureView:
    return CaptureView(
        record=row.record_id,
        urlkey=row.urlkey,
        url=row.url,
        captured_at=row.captured_at,
        type=row.type,
        status=row.status,
        mime=row.mime,
        digest=row.digest,
        length=row.length,
        file=row.name,
        offset=row.offset,
        original_status=row.original_status,
        original_mime=row.original_mime,
    )


def count(
    connection: Connection, keys: Sequence[KeyRange], *, first: datetime = EARLIEST, last: datetime = LATEST
) -> int:
    """How many captures ranges have."""
    query = select(func.count()).select_from(CaptureRow).join(RecordRow, RecordRow.id == CaptureRow.record_id)
    if withholding.is_anything(connection):
        query = query.where(withheld_captures.visible())
    return sum(connection.execute(query.where(*_within(one, first, last))).scalar_one() for one in keys)


def one(connection: Connection, key: str, **which: Any) -> CaptureView | None:
    """The first capture of a key that is shown; `which`: as `listed` takes it."""
    query = listed((key, None), whole=not withholding.is_anything(connection), **which)
    return next(read(connection, query.limit(1)), None)


def nearest(connection: Connection, key: str, when: datetime) -> CaptureView | None:
    """The capture of a key that is nearest to a moment; of two, the earlier. Of one second the last."""
    before = one(connection, key, last=_end_of(when), backwards=True)
    if before is not None and before.captured_at.replace(microsecond=0) == when.replace(microsecond=0):
        return before
    after = one(connection, key, first=when)
    if before is None or after is None:
        return before or after
    return before if when - before.captured_at <= after.captured_at - when else after


def _end_of(when: datetime) -> datetime:
    return when.replace(microsecond=999_999)


def neighbours(connection: Connection, view: CaptureView) -> Neighbours:
    """The first and last memento of a capture's key, and those beside it. Captures of one second are one memento."""
    key, start = view.urlkey, view.captured_at.replace(microsecond=0)
    previous = one(connection, key, last=start - MOMENT, backwards=True)
    following = one(connection, key, first=start + SECOND)
    return Neighbours(
        first=(one(connection, key) or view) if previous is not None else view,
        previous=previous,
        next=following,
        last=(one(connection, key, backwards=True) or view) if following is not None else view,
    )


def by_second(views: Iterator[CaptureView]) -> Iterator[CaptureView]:
    """One capture for each second of a URL: the last."""
    for _, same in groupby(views, key=lambda view: (view.urlkey, view.timestamp)):
        *_, last = same
        yield last


_PAYLOAD = (
    select(
        RecordRow.type, RecordRow.offset, RecordRow.length, RecordRow.sha256, RecordRow.refers_to_id,
        RecordRow.payload_digest, WarcFileRow.name,
    )
    .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
)  # fmt: skip


def locations(connection: Connection, record: int) -> tuple[Location, Location | None]:
    """Where a capture's own record lies, and the one with its payload: the same for a response, for a revisit the one
    that it refers to, else one with the same digest. None where the archive has none."""
    row = connection.execute(_PAYLOAD.where(RecordRow.id == record)).one()
    own = _location(row)
    if row.type != "revisit":
        return own, own
    seen = {record}
    target = row.refers_to_id
    while target is not None and target not in seen:
        seen.add(target)
        found = connection.execute(_PAYLOAD.where(RecordRow.id == target)).one()
        if found.type == "response":
            return own, _location(found)
        target = found.refers_to_id
    if row.payload_digest in (None, OF_NOTHING):
        return own, None
    same = _PAYLOAD.where(RecordRow.payload_digest == row.payload_digest, RecordRow.type == "response")
    twin = connection.execute(same.order_by(RecordRow.id).limit(1)).first()
    return own, _location(twin) if twin is not None else None


def _location(row: Any) -> Location:
    return Location(file=row.name, offset=row.offset, length=row.length, sha256=row.sha256)
