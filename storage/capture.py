"""One HTTP exchange as it arrived, and the failure to have one."""

from datetime import datetime
from typing import Any, Literal

import attrs

Headers = tuple[tuple[str, str], ...]
"""Header lines in order, names as sent, values as latin-1 text."""

RENDERED_TYPE = "text/html; charset=utf-8"
"""Of a page's markup after a browser has run its scripts."""


@attrs.frozen(kw_only=True)
class Exchange:
    """One request and the response to it."""

    url: str
    """The URL that was asked. Absolute, http or https."""

    status: int
    """HTTP status code."""

    reason: str = ""
    """The status line's phrase. May be empty."""

    protocol: str = "HTTP/1.1"

    headers: Headers = ()
    """Response headers, without those of the connection (Transfer-Encoding and the like)."""

    body: bytes = b""
    """Payload as sent, before content decoding. Empty for 304 and for errors without a body."""

    captured_at: datetime
    """When the last byte arrived. Aware, UTC."""

    request_headers: Headers | None = None
    """As sent. None where only the response is known (an import)."""

    ip_address: str | None = None
    """The address that answered. None where it is not known."""

    truncated: Literal["length", "disconnect"] | None = None
    """Why the body is not whole (ISO 28500's words): the size limit, or the connection broke. None: it is whole."""

    rendered: bytes | None = None
    """The page's markup in UTF-8 after a browser has run its scripts, which is what is read of it. None: none has."""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case; None where it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@attrs.frozen(kw_only=True)
class Memento:
    """Where an exchange that another web archive captured was taken from."""

    uri: str
    """URI-M: what was fetched."""

    taken_at: datetime
    """When that was. Aware, UTC."""

    headers: Literal["original", "replayed"] = "replayed"
    """Whether the response's headers are those that the archive names as the original's (X-Archive-Orig-*), or what it
    sent, less its own."""


@attrs.frozen(kw_only=True)
class StoredRecord:
    """A WARC record that an import copies as it is."""

    record_id: str
    """WARC-Record-ID, without angle brackets."""

    type: str
    """"response", "revisit" or "conversion"."""

    gzipped: bytes
    """The record as one gzip member."""

    payload_digest: str | None
    """WARC-Payload-Digest of the record, if it has one."""


@attrs.frozen(kw_only=True)
class Capture(Exchange):
    """One HTTP exchange as it arrived, with the way to it. `url` is the URL that answered, after redirects."""

    requested_url: str
    """The URL that the run took up."""

    redirects: tuple[Exchange, ...] = ()
    """The 3xx exchanges on the way, first first. Retries are not among them."""

    entry: int | None = None
    """The frontier's row that this answers. None for an import."""

    record: StoredRecord | None = None
    """The record it was read from. None for a capture made here."""

    conversion: StoredRecord | None = None
    """The record that `rendered` was read from."""

    memento: Memento | None = None
    """Where it was taken from. None: from the site itself, or a file."""
    audit: bool = False
    """The server had just answered 304 to the same question, and was asked again for all of it."""

    @classmethod
    def of(cls, exchange: Exchange, **more: Any) -> "Capture":
        """The capture that an exchange is; `more` are its own fields, or those of the exchange that differ."""
        fields = {field.name: getattr(exchange, field.name) for field in attrs.fields(Exchange)}
        return cls(**(fields | more))


@attrs.frozen(kw_only=True)
class Miss:
    """A URL that was taken up and gave no response."""

    requested_url: str
    """The URL that the run took up."""

    outcome: Literal["failed", "refused", "blocked"]

    kind: str
    """What failed, in one word: dns, connection, tls, timeout, redirects, robots, address, too_large, …"""

    message: str
    """One line for the user: what is wrong, what to do."""

    missed_at: datetime
    """Aware, UTC."""

    redirects: tuple[Exchange, ...] = ()
    """The 3xx exchanges before it failed."""

    entry: int | None = None
    """The frontier's row that this answers."""

    memento: Memento | None = None
    """What was asked for in the place of the site itself."""
