"""Addresses that hold another one: which URL a path names, and where our own resources about it are."""

import re
from urllib.parse import quote, unquote

from starlette.requests import Request

from storage.captures import CaptureView
from storage.errors import UsageError

# Some clients and proxies make one slash of two.
_SCHEME = re.compile(r"^(https?):/+", re.IGNORECASE)
_ENCODED_SCHEME = re.compile(r"^https?%3a", re.IGNORECASE)
# What may stand between the angle brackets of a link (RFC 8288), and in a Location.
_SAFE = "!#$%&'()*+,/:;=?@[]~"


def url_behind(request: Request, prefix: str) -> str:
    """The URL that follows a prefix in a request's path, as it was sent, with its query.

    Raises UsageError where nothing follows.
    """
    return url_in(raw_path(request).removeprefix(prefix), request)


def raw_path(request: Request) -> str:
    """A request's path as it was sent, nothing decoded."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


def url_in(text: str, request: Request) -> str:
    """The URL that the end of a path names, with the request's query. Raises UsageError where it is empty."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    if _ENCODED_SCHEME.match(text):
        text = unquote(text)
    text += f"?{query}" if query else ""
    if not text:
        raise UsageError("The address names no URL. Put one behind it, such as /timegate/https://example.org/news.")
    found = _SCHEME.match(text)
    return f"{found[1]}://{text[found.end() :]}" if found else f"http://{text}"


def base(request: Request) -> str:
    """Where we are, as the client calls us, without a slash."""
    return str(request.base_url).rstrip("/")


def memento(request: Request, view: CaptureView, flag: str = "") -> str:
    """URI-M of a capture."""
    return f"{base(request)}/web/{view.timestamp}{flag}/{plain(view.url)}"


def time_gate(request: Request, url: str) -> str:
    """URI-G of a URL."""
    return f"{base(request)}/timegate/{plain(url)}"


def time_map(request: Request, url: str, kind: str = "link", page: int = 1) -> str:
    """URI-T of a URL, and of the further pages of its TimeMap."""
    number = f"{page}/" if page > 1 else ""
    return f"{base(request)}/timemap/{kind}/{number}{plain(url)}"


def plain(url: str) -> str:
    """A URL with what is no character of one encoded."""
    return quote(url, safe=_SAFE)
