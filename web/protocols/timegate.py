"""The TimeGate (RFC 7089): from a URL and a date to the memento."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from storage.timestamps import from_http_date
from web.context import archive
from web.protocols import addresses, links

PREFIX = "/timegate/"


def timegate(request: Request) -> Response:
    """A redirect to the memento that is nearest to Accept-Datetime, the newest without it."""
    url = addresses.url_behind(request, PREFIX)
    wanted = request.headers.get("accept-datetime")
    found, near = archive(request).memento(url, from_http_date(wanted) if wanted is not None else None)
    headers = {"Vary": "accept-datetime", "Link": links.around(request, url, found, near)}
    return RedirectResponse(addresses.memento(request, found), 302, headers)
