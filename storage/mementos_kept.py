"""The archive's own mementos: the capture of a URL that is nearest to a moment, and what it says."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from sqlalchemy import Connection, Engine

from storage import captures, database, withheld_captures, withholding
from storage.capture import Exchange
from storage.captures import CaptureView, Neighbours
from storage.errors import BackissueError, InvalidURL, PageNotFound, UsageError
from storage.folder import Folder
from storage.surt import ranges_of
from storage.warc_read import read_exchange, read_message

# Of a page of a TimeMap. RFC 7089 names no number; as many lines are some 150 KB.
PAGE_MEMENTOS = 1000


class CaptureNotFound(PageNotFound):
    """The archive has no capture of a URL."""

    def __init__(self, url: str):
        BackissueError.__init__(
            self, f"The archive holds no capture of {url}. Check its spelling; /cdx?url=HOST/* lists what a host has."
        )

    @property
    def for_readers(self) -> str:
        return str(self)


class PayloadNotFound(PageNotFound):
    """A capture says that the payload is that of another, which the archive does not have."""

    def __init__(self, view: CaptureView):
        BackissueError.__init__(
            self,
            f"The capture of {view.url} at {view.timestamp} only says that nothing had changed since a capture that "
            "the archive does not hold. Import the WARC file that has it, or ask for another date.",
        )

    @property
    def for_readers(self) -> str:
        return str(self)


@attrs.frozen(kw_only=True)
class TimeMapPage:
    """A part of the list of a URL's mementos, oldest first."""

    page: int
    """Counted from 1."""
    mementos: Sequence[CaptureView]
    first: CaptureView
    """Of all."""
    last: CaptureView
    more: bool
    """Whether there is a page behind it."""


def key_of(url: str) -> str:
    """The key of a URL that a reader asks for. Raises UsageError where it is none."""
    try:
        ((key, _),) = ranges_of(url, "exact")
    except InvalidURL as error:
        raise UsageError(str(error)) from error
    return key


def nearest(engine: Engine, url: str, when: datetime | None) -> tuple[CaptureView, Neighbours]:
    """The memento of a URL that is nearest to a moment (None: the newest), and those around it.

    Raises CaptureNotFound, Withheld for one of that very second or where there are no others, and UsageError for what
    is no URL.
    """
    key = key_of(url)
    with database.reading(engine) as connection:
        _must_show(connection, key, url, when)
        found = captures.nearest(connection, key, when or captures.LATEST)
        if found is None:
            raise _missing(connection, key, url)
        return found, captures.neighbours(connection, found)


def _must_show(connection: Connection, key: str, url: str, when: datetime | None) -> None:
    """Raises Withheld where the only capture of that very second is."""
    if when is None or not withholding.is_anything(connection):
        return
    second = {"first": when.replace(microsecond=0), "last": when.replace(microsecond=999_999)}
    of_second = captures.listed((key, None), **second, backwards=True, whole=True)
    for view in captures.read(connection, of_second.limit(1)):
        if refused := withheld_captures.refusal(connection, view.record, url):
            raise refused


def _missing(connection: Connection, key: str, url: str) -> BackissueError:
    """Why nothing of a URL is shown."""
    for view in captures.read(connection, captures.listed((key, None), backwards=True, whole=True).limit(1)):
        if refused := withheld_captures.refusal(connection, view.record, url):
            return refused
    return CaptureNotFound(url)


def time_map(engine: Engine, url: str, page: int) -> TimeMapPage:
    """A page of a URL's TimeMap, counted from 1.

    Raises CaptureNotFound, Withheld, and UsageError for what is no URL or page.
    """
    key = (key_of(url), None)
    skip = (page - 1) * PAGE_MEMENTOS
    if page < 1 or skip > captures.MOST_ROWS:
        raise UsageError(f"There is no page {page} of a TimeMap. The first is 1.")
    with database.reading(engine) as connection:
        first, last = (captures.one(connection, key[0], backwards=turned) for turned in (False, True))
        if first is None or last is None:
            raise _missing(connection, key[0], url)
        whole = not withholding.is_anything(connection)
        query = captures.listed(key, whole=whole).offset(skip).limit(PAGE_MEMENTOS + 1)
        found = list(captures.read(connection, query))
    if not found:
        raise UsageError(f"The TimeMap of {url} has no page {page}. The first is 1.")
    kept = list(captures.by_second(iter(found[:PAGE_MEMENTOS])))
    return TimeMapPage(page=page, mementos=kept, first=first, last=last, more=len(found) > PAGE_MEMENTOS)


def payload(engine: Engine, folder: Folder, view: CaptureView) -> Exchange:
    """What a capture says: its own status and headers with the payload, which a revisit has elsewhere.

    After a 304 all of it is what the revisit refers to. Raises PayloadNotFound, DamagedRecord.
    """
    with database.reading(engine) as connection:
        own, kept = captures.locations(connection, view.record)
    if kept is None:
        raise PayloadNotFound(view)
    if kept == own:
        return read_exchange(folder.warc, own)
    original = read_exchange(folder.warc, kept)
    said = read_message(folder.warc, own)
    if said is None or said.status == 304:
        return attrs.evolve(original, url=view.url, captured_at=view.captured_at)
    return attrs.evolve(said, body=original.body, truncated=original.truncated)
