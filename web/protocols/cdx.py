"""The CDX server: the index of captures, for the Wayback's clients and pywb's."""

from collections.abc import Iterator
from itertools import chain

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from storage.cdx_query import cdx_query
from web.context import archive

# A line is some 150 bytes; each piece goes through a thread.
PIECE = 32 * 1024
_TYPES = {"json": "application/json", "cdxj": "text/x-cdxj; charset=utf-8", "text": "text/plain; charset=utf-8"}


def cdx(request: Request) -> Response:
    """The captures that a search finds, in a stream."""
    query = cdx_query(request.query_params.multi_items())
    pieces = _pieces(archive(request).cdx(query))
    # What is wrong with the search is known by then, while there is still a status to say it with.
    first = next(pieces, "")
    return StreamingResponse(chain([first], pieces), media_type=_TYPES[query.output])


def _pieces(lines: Iterator[str]) -> Iterator[str]:
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(held)
            held, size = [], 0
    if held:
        yield "".join(held)
