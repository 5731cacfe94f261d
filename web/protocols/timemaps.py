"""TimeMaps (RFC 7089): the list of a URL's mementos, in link format and in JSON, a page at a time."""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from storage.captures import CaptureView
from storage.clock import iso
from storage.errors import UsageError
from storage.mementos_kept import TimeMapPage
from storage.timestamps import http_date
from web.context import archive
from web.protocols import addresses, links

# /timemap/link/URL, and /timemap/link/2/URL for the second page.
_PATH = re.compile(r"/timemap/(link|json)/(?:(\d{1,9})/)?(.*)", re.DOTALL)


def timemap(request: Request) -> Response:
    """A page of a TimeMap."""
    found = _PATH.fullmatch(addresses.raw_path(request))
    if found is None:
        raise UsageError("There is no such TimeMap. Ask for /timemap/link/URL or /timemap/json/URL.")
    kind, number, rest = found.groups()
    url = addresses.url_in(rest, request)
    page = archive(request).time_map(url, int(number or 1))
    return _link_format(request, url, page) if kind == "link" else _json(request, url, page)


def _link_format(request: Request, url: str, page: TimeMapPage) -> Response:
    pages = {page.page: "self", page.page - 1: "timemap", page.page + 1: "timemap"}
    lines = [links.link(addresses.plain(url), "original")]
    for number, relation in pages.items():
        if number >= 1 and (number <= page.page or page.more):
            span = {"type": links.LINK_FORMAT}
            if relation == "self":
                span |= {"from": http_date(page.mementos[0].captured_at)}
                span |= {"until": http_date(page.mementos[-1].captured_at)}
            lines.append(links.link(addresses.time_map(request, url, page=number), relation, **span))
    lines.append(links.link(addresses.time_gate(request, url), "timegate"))
    for one in page.mementos:
        ends = [(page.first, "first"), (page.last, "last")]
        words = [word for end, word in ends if end.timestamp == one.timestamp]
        relation = " ".join([*words, "memento"])
        lines.append(links.link(addresses.memento(request, one), relation, datetime=http_date(one.captured_at)))
    return Response(",\n".join(lines) + "\n", media_type=links.LINK_FORMAT)


def _json(request: Request, url: str, page: TimeMapPage) -> Response:
    def memento(one: CaptureView) -> dict[str, str | None]:
        return {"datetime": iso(one.captured_at), "uri": addresses.memento(request, one)}

    def at(number: int) -> str:
        return addresses.time_map(request, url, "json", number)

    around = {"previous": at(page.page - 1)} if page.page > 1 else {}
    around |= {"next": at(page.page + 1)} if page.more else {}
    return JSONResponse(
        {
            "original_uri": url,
            "self": at(page.page),
            "timegate_uri": addresses.time_gate(request, url),
            "timemap_uri": {
                "link_format": addresses.time_map(request, url),
                "json_format": addresses.time_map(request, url, "json"),
            },
            "pages": around,
            "mementos": {
                "first": memento(page.first),
                "last": memento(page.last),
                "list": [memento(one) for one in page.mementos],
            },
        }
    )
