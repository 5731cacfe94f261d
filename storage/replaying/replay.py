"""Shows a capture as it arrived: pages and style sheets with addresses of our own, images and fonts as they are."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal
from urllib.parse import urljoin

import attrs
from sqlalchemy import Connection, Engine, case, func, or_, select

from storage import captures, database, mementos_kept, withheld_captures, withholding
from storage.capture import RENDERED_TYPE, Exchange
from storage.capture_tables import CaptureRow
from storage.captures import CaptureView
from storage.errors import UsageError
from storage.folder import Folder
from storage.markup.decode import decode_body, decode_text
from storage.replaying import css
from storage.replaying.page import rewritten
from storage.replaying.reference import Reference
from storage.snapshots import conversion_of
from storage.surt import surt
from storage.tables import RecordRow

# A style sheet of more is no one's, and would be read on every view.
MOST_STYLE_BYTES = 4 * 1024 * 1024
MOST_PAGE_BYTES = 16 * 1024 * 1024
# Keys of one look-up: a page names some hundreds.
_KEYS = 200

_PAGES = ("text/html", "application/xhtml+xml")
_AS_THEY_ARE = ("image/", "font/", "application/font", "application/x-font", "application/vnd.ms-fontobject")

Address = Callable[[str, str], str]
"""Where a URL is shown: of its timestamp and itself."""


class NotShown(UsageError):
    """A capture is of a kind that is not shown."""

    def __init__(self, url: str, kind: str):
        super().__init__(
            f"{url} is {kind or 'of no named type'}, which is not shown here. Its bytes are at /web/TIMESTAMPid_/URL."
        )


@attrs.frozen(kw_only=True)
class Replayed:
    """What a browser is shown."""

    url: str
    captured_at: datetime
    kind: Literal["page", "style", "image", "font", "redirect"]
    status: int
    content_type: str
    body: bytes
    content_encoding: str | None = None
    location: str | None = None
    """Of a redirect: where it is shown."""


def replay(engine: Engine, folder: Folder, url: str, when: datetime, address: Address) -> Replayed:
    """The capture of a URL that is nearest to a moment, for a browser.

    Raises CaptureNotFound, PayloadNotFound, Withheld, NotShown, DamagedRecord, and UsageError for what is no URL.
    """
    view, _ = mementos_kept.nearest(engine, url, when)
    said = mementos_kept.payload(engine, folder, view)
    with database.reading(engine) as connection:
        rendered = conversion_of(connection, folder.warc, view.record)
    kind = (said.header("Content-Type") or "").partition(";")[0].strip().lower()
    shown = {"url": view.url, "captured_at": view.captured_at, "status": said.status}
    target = said.header("Location")
    if target and 300 <= said.status < 400:
        there = urljoin(view.url, target)
        return Replayed(kind="redirect", content_type="", body=b"", location=address(view.timestamp, there), **shown)  # type: ignore[arg-type]
    if kind in _PAGES or (not kind and said.status != 200):
        return _page(engine, view, said, rendered, address)
    if kind == "text/css":
        return _style(engine, view, said, address)
    if kind.startswith(_AS_THEY_ARE):
        return Replayed(
            url=view.url,
            captured_at=view.captured_at,
            kind="image" if kind.startswith("image/") else "font",
            status=said.status,
            content_type=kind,
            body=said.body,
            content_encoding=said.header("Content-Encoding"),
        )
    raise NotShown(view.url, kind)


def _page(engine: Engine, view: CaptureView, said: Exchange, rendered: bytes | None, address: Address) -> Replayed:
    text = decode_text(rendered, RENDERED_TYPE).text if rendered is not None else _text(said, MOST_PAGE_BYTES)

    def put(choose: Callable[[Reference], str | None]) -> bytes:
        return rewritten(text, view.url, choose)

    return Replayed(
        url=view.url,
        captured_at=view.captured_at,
        kind="page",
        status=said.status,
        content_type="text/html; charset=utf-8",
        body=_with_addresses(engine, view, put, address),
    )


def _style(engine: Engine, view: CaptureView, said: Exchange, address: Address) -> Replayed:
    text = _text(said, MOST_STYLE_BYTES)

    def put(choose: Callable[[Reference], str | None]) -> bytes:
        return css.rewritten(text, view.url, choose).encode()

    return Replayed(
        url=view.url,
        captured_at=view.captured_at,
        kind="style",
        status=said.status,
        content_type="text/css; charset=utf-8",
        body=_with_addresses(engine, view, put, address),
    )


def _text(said: Exchange, limit: int) -> str:
    body = decode_body(said.body, said.header("Content-Encoding"), limit=limit)
    return decode_text(body.data, said.header("Content-Type")).text


def _with_addresses(
    engine: Engine, view: CaptureView, put: Callable[[Callable[[Reference], str | None]], bytes], address: Address
) -> bytes:
    """What `put` makes of the addresses of captures about the time of this one; nothing for what was not captured."""
    named: dict[str, None] = {}

    def note(reference: Reference) -> None:
        named.setdefault(reference.url)

    put(note)
    with database.reading(engine) as connection:
        there = about(connection, named, view.captured_at)
    return put(lambda one: address(there[one.url], one.url) if one.url in there else None)


def about(connection: Connection, urls: Iterable[str], when: datetime) -> dict[str, str]:
    """The timestamp of the capture that is nearest to a moment, of each URL that has one that shows something."""
    keys = {url: surt(url) for url in urls}
    wanted = sorted(set(keys.values()))
    nearest: dict[str, datetime] = {}
    for start in range(0, len(wanted), _KEYS):
        before = case((CaptureRow.captured_at <= when, CaptureRow.captured_at))
        after = case((CaptureRow.captured_at > when, CaptureRow.captured_at))
        query = (
            select(CaptureRow.urlkey, func.max(before), func.min(after))
            .join(RecordRow, RecordRow.id == CaptureRow.record_id)
            .where(
                CaptureRow.urlkey.in_(wanted[start : start + _KEYS]),
                or_(CaptureRow.status.is_(None), CaptureRow.status < 400),
            )
            .group_by(CaptureRow.urlkey)
        )
        if withholding.is_anything(connection):
            query = query.where(withheld_captures.visible())
        for key, earlier, later in connection.execute(query):
            ends = [end for end in (earlier, later) if end is not None]
            nearest[key] = min(ends, key=lambda end: abs(end - when))
    return {url: captures.timestamp(nearest[key]) for url, key in keys.items() if key in nearest}
