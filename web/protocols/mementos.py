"""Mementos in the Wayback's way: `/web/TIMESTAMP/URL` and `/web/TIMESTAMPid_/URL`, as they were captured."""

import re
from urllib.parse import quote, urljoin

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from storage.capture import Exchange
from storage.captures import CaptureView, Neighbours
from storage.errors import UsageError
from storage.timestamps import http_date, moment
from web.context import archive
from web.protocols import addresses, links

# /web/20260302120000id_/https://example.org/; without a date the newest, with `*` the page.
_PATH = re.compile(r"/web/(?:(\d+|\*)([a-z]{2}_)?/)?(.*)", re.DOTALL)

# What was captured is a stranger's: from our own origin it may run nothing, load nothing and read nothing of ours.
GUARD = {
    "Content-Security-Policy": "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# RFC 9110: a token, and what a field's value may hold.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# What says how to read the payload, which is as it was sent.
_OF_PAYLOAD = frozenset({"content-type", "content-encoding", "content-language"})


def memento(request: Request) -> Response:
    """The capture of that second, or a redirect to the nearest one."""
    asked = _PATH.fullmatch(addresses.raw_path(request))
    if asked is None:
        raise UsageError("There is no such memento. Ask for /web/TIMESTAMP/URL.")
    stamp, flag, rest = asked.groups()
    url = addresses.url_in(rest, request)
    if stamp == "*":
        return RedirectResponse(f"{addresses.base(request)}/page?url={quote(url, safe='')}", 302)
    held = archive(request)
    found, near = held.memento(url, moment(stamp, end=True) if stamp else None)
    if found.timestamp != stamp:
        headers = {"Link": links.around(request, url, found, near)}
        return RedirectResponse(addresses.memento(request, found, flag or ""), 302, headers)
    return _as_captured(request, held.payload(found), found, near, flag or "")


def _as_captured(request: Request, said: Exchange, view: CaptureView, near: Neighbours, flag: str) -> Response:
    status = said.status if 200 <= said.status <= 599 else 200
    answer = Response(b"" if status in (204, 304) else said.body, status_code=status)
    own = {
        "Memento-Datetime": http_date(view.captured_at),
        "Link": links.around(request, view.url, view, near),
        "X-Archive-Src": view.file,
        **GUARD,
    }
    target = said.header("Location")
    if target and 300 <= status < 400:
        # Where it led to, at about the same time.
        there = addresses.plain(urljoin(view.url, target))
        own["Location"] = f"{addresses.base(request)}/web/{view.timestamp}{flag}/{there}"
    lines = [(name, value) for name, value in said.headers if _TOKEN.fullmatch(name)]
    answer.raw_headers += [
        (name.lower().encode(), _value(value))
        for name, value in [
            *((name, value) for name, value in lines if name.lower() in _OF_PAYLOAD),
            *own.items(),
            *((f"X-Archive-Orig-{name}", value) for name, value in lines),
        ]
    ]
    return answer


def _value(text: str) -> bytes:
    return _NO_VALUE.sub("", text).strip().encode("latin-1", "replace")
