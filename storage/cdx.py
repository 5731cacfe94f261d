"""Answers of a CDX server: captures as lines, filtered and collapsed, in a stream."""

import heapq
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from sqlalchemy import Engine

from storage import captures, database
from storage.captures import CaptureView, Position
from storage.cdx_query import FIELDS, CdxQuery, Fields, resume_key
from storage.errors import UsageError

REVISIT = "warc/revisit"
_NOT_KNOWN = "-"
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")


class NoSuchPage(UsageError):
    """A page behind the last was asked for."""

    def __init__(self, page: int, pages: int):
        super().__init__(f"There is no page {page}: the search has {pages}, counted from 0. showNumPages=true counts.")


def lines(engine: Engine, query: CdxQuery) -> Iterator[str]:
    """The answer, in pieces. Raises UsageError with the first, where a filter takes too long or a page is too high."""
    if query.only_pages:
        yield f"{pages(engine, query)}\n"
        return
    writer = {"text": _text, "json": _json, "cdxj": _cdxj}[query.output]
    yield from writer(query, _rows(engine, query))


def pages(engine: Engine, query: CdxQuery) -> int:
    """How many pages a search has: filters apply within a page, so that some may be empty."""
    with database.reading(engine) as connection:
        found = captures.count(connection, query.keys, first=query.first, last=query.last)
    return -(-found // query.page_captures)


def fields_of(view: CaptureView, *, resolve: bool = False) -> Fields:
    """A capture as the Wayback lists it. `resolve`: a revisit with the status and type of what it refers to."""
    status, mime = view.status, view.mime
    if view.type == "revisit":
        status, mime = (view.original_status, view.original_mime) if resolve else (None, REVISIT)
    return {
        "urlkey": _word(view.urlkey),
        "timestamp": view.timestamp,
        "original": _word(view.url),
        "mimetype": _word(mime or _NOT_KNOWN),
        "statuscode": str(status) if status is not None else _NOT_KNOWN,
        "digest": (view.digest or _NOT_KNOWN).removeprefix("sha1:"),
        "length": str(view.length),
        "filename": view.file,
        "offset": str(view.offset),
        "not_modified": "1" if view.type == "revisit" and view.status == 304 else "0",
    }


def _word(text: str) -> str:
    return _SPACE.sub(lambda found: f"%{ord(found.group()):02X}", text)


def _views(engine: Engine, query: CdxQuery) -> Iterator[CaptureView]:
    """What is looked at, in order."""
    if query.closest is not None:
        when = query.closest
        (key,) = query.keys
        behind = captures.scan(engine, [key], first=max(when, query.first), last=query.last)
        before = captures.scan(
            engine, [key], first=query.first, last=min(when - captures.MOMENT, query.last), backwards=True
        )
        return heapq.merge(before, behind, key=lambda view: abs(view.captured_at - when))
    backwards = query.backwards is not ((query.limit or 0) < 0)
    skip = 0
    if query.page is not None:
        there = pages(engine, query)
        if query.page and query.page >= there:
            raise NoSuchPage(query.page, there)
        skip = query.page * query.page_captures
    found = captures.scan(
        engine, query.keys, first=query.first, last=query.last, backwards=backwards, after=query.after, skip=skip
    )
    return found if query.page is None else islice(found, query.page_captures)


def _rows(engine: Engine, query: CdxQuery) -> Iterator[Fields | Position]:
    """The captures as fields; at the end, where it was asked for and there are more, the position to go on from."""
    limit = abs(query.limit) if query.limit is not None else None
    found = _chosen(query, _views(engine, query))
    if query.limit is not None and query.limit < 0:
        yield from reversed([row for row, _ in islice(found, limit)])
        return
    for number, (row, before) in enumerate(islice(found, query.offset, None)):
        if number == limit:
            if query.resume and before is not None:
                yield before
            return
        yield row


def _chosen(query: CdxQuery, views: Iterable[CaptureView]) -> Iterator[tuple[Fields, Position | None]]:
    """What passes filters and collapsing, each with the position of what was looked at before it."""
    last: list[str | None] | None = None
    before: Position | None = None
    seen: Counter[str] = Counter()
    key = ""
    for view in views:
        row = fields_of(view, resolve=query.resolve)
        at, before = before, view.position
        if not all(fits(row) for fits in query.filters):
            continue
        if query.collapse:
            now: list[str | None] = [row[name][:length] for name, length in query.collapse]
            if now == last:
                continue
            last = now
        if query.duplicates:
            if view.urlkey != key:
                key = view.urlkey
                seen.clear()
            row["dupecount"] = str(seen[row["digest"]])
            seen[row["digest"]] += 1
        yield row, at


def _names(query: CdxQuery) -> list[str]:
    return [*query.fields, *(["dupecount"] if query.duplicates else [])]


def _text(query: CdxQuery, rows: Iterator[Fields | Position]) -> Iterator[str]:
    names = _names(query)
    for row in rows:
        yield f"\n{resume_key(row)}\n" if isinstance(row, Position) else " ".join(row[name] for name in names) + "\n"


def _json(query: CdxQuery, rows: Iterator[Fields | Position]) -> Iterator[str]:
    names = _names(query)
    first = next(rows, None)
    if first is None or isinstance(first, Position):
        yield "[]\n"
        return
    yield f"[{json.dumps(names)}"
    for row in chain([first], rows):
        if isinstance(row, Position):
            yield f",\n[],\n{json.dumps([resume_key(row)])}"
        else:
            yield f",\n{json.dumps([row[name] for name in names])}"
    yield "]\n"


def _cdxj(query: CdxQuery, rows: Iterator[Fields | Position]) -> Iterator[str]:
    pywb = {"original": "url", "mimetype": "mime", "statuscode": "status"}
    wanted = [name for name in _names(query) if name not in FIELDS[:2]]
    for row in rows:
        if isinstance(row, Position):
            yield f"\n{resume_key(row)}\n"
            continue
        rest = {pywb.get(name, name): row[name] for name in wanted}
        yield f"{row['urlkey']} {row['timestamp']} {json.dumps(rest)}\n"
