"""From the answer of a web archive to the capture that it once made."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from crawler.backfilling.index import http_date
from crawler.backfilling.web_archive import original_of
from storage.capture import Capture, Exchange, Headers, Memento
from storage.errors import BackissueError, InvalidURL
from storage.urls import without_fragment

# A link with the relation that is its first parameter or a later one (RFC 8288).
_LINK = re.compile(r'<([^>]*)>[^<]*?;\s*rel\s*=\s*"?([^";,]*)')

_ORIGINAL = "x-archive-orig-"
# Of the transfer from the archive to us. They say how to read the body that came, whatever the original had.
_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"})
# The archive's own, in what it replays.
_OWN = frozenset(
    {"memento-datetime", "preference-applied", "x-archive-src", "x-archive-guessed-content-type",
     "x-archive-guessed-charset", "x-ts", "x-tr", "x-rl", "x-na", "x-nid", "x-page-cache", "server-timing",
     "x-app-server", "x-location", "x-cache-key", "x-link-json"}
)  # fmt: skip


class NoMemento(BackissueError):
    """A web archive answered with something else than the capture that its index lists."""

    def __init__(self, uri: str, kind: str, what: str):
        self.kind = kind
        super().__init__(f"{uri} {what}.")


def memento_of(exchange: Exchange, *, entry: int | None, taken_at: datetime, by_address: bool) -> Capture:
    """The capture that an exchange with a web archive holds.

    Its URL and date are the original's: those that the archive's answer names (Memento-Datetime, the link to the
    original), else (`by_address`: a CDX server lists it under that date) those in its address.

    Raises NoMemento: "not_archived" where the archive does not have it, "other_date" where it answered with another
    capture, "no_memento" where nothing says what came, "invalid_url" for an original that is no URL.
    """
    uri = exchange.url
    in_address, when_in_address = original_of(uri)
    when = http_date(exchange.header("Memento-Datetime") or "")
    if when is None:
        if exchange.status >= 400:
            raise NoMemento(uri, "not_archived", f"answered {exchange.status}: the web archive does not give it out")
        # Not every archive sends the header with what is not rewritten; what it does not have it says with a 404.
        when = when_in_address if by_address else None
    url = _original(exchange) or in_address
    if when is None or url is None:
        raise NoMemento(uri, "no_memento", "names neither an original nor its date, so it is no memento")
    if when_in_address is not None and when != when_in_address:
        raise NoMemento(uri, "other_date", f"answered with the capture of {when:%Y-%m-%d %H:%M:%S}")
    try:
        url = without_fragment(url)
    except InvalidURL as error:
        raise NoMemento(uri, "invalid_url", f"is of no URL: {error}") from error
    headers, named = _headers(exchange.headers, when)
    return Capture.of(
        exchange,
        url=url,
        requested_url=url,
        captured_at=when,
        headers=headers,
        request_headers=None,
        # It is the archive's, and not that of the site.
        ip_address=None,
        entry=entry,
        memento=Memento(uri=uri, taken_at=taken_at, headers="original" if named else "replayed"),
    )


def _headers(replayed: Headers, captured_at: datetime) -> tuple[Headers, bool]:
    """The original's headers, as far as the archive tells; and whether it names them."""
    named = tuple((n[len(_ORIGINAL) :], value) for n, value in replayed if n.lower().startswith(_ORIGINAL))
    transfer = tuple((name, value) for name, value in replayed if name.lower() in _TRANSFER)
    if named:
        kept = tuple((name, value) for name, value in named if name.lower() not in _TRANSFER)
        if not any(name.lower() == "content-type" for name, _ in kept):
            kept = (*kept, *((name, value) for name, value in replayed if name.lower() == "content-type"))
        return (*kept, *transfer), True
    return tuple((name, value) for name, value in replayed if not _is_own(name, value, captured_at)), False


def _is_own(name: str, value: str, captured_at: datetime) -> bool:
    match name.lower():
        case "link":
            return "memento" in value.lower()
        case "content-location":
            return original_of(value)[1] is not None
        case "date":
            # The archive's server puts its own where the original had none.
            sent = http_date(value)
            return sent is not None and sent > captured_at + timedelta(days=1)
        case other:
            return other in _OWN


def _original(exchange: Exchange) -> str | None:
    links = _links(value for name, value in exchange.headers if name.lower() == "link")
    return next((target for target, relations in links if "original" in relations), None)


def _links(values: Iterable[str]) -> Iterable[tuple[str, list[str]]]:
    """Target and relations of each link (RFC 8288)."""
    for value in values:
        for target, relations in _LINK.findall(value):
            yield target, relations.lower().split()
