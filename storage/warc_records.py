"""WARC records as bytes: what an HTTP exchange becomes in a WARC file."""

import base64
import hashlib
import io
import uuid
import zlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

import attrs
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.capture import RENDERED_TYPE, Exchange, Headers, Memento

WARC_VERSION = "WARC/1.1"
IDENTICAL_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

# zlib's level 6 takes 3.5 ms for the average news page and gives 35 KB; level 9 takes 5.4 ms for 0.2 KB less.
PLAIN_LEVEL = 6
# A body that came compressed gains nothing by compressing it again: stored, 0.02 ms instead of 3.5.
ENCODED_LEVEL = 0


@attrs.frozen(kw_only=True)
class Record:
    """A WARC record, ready to be appended."""

    record_id: str
    type: str
    url: str
    captured_at: datetime
    gzipped: bytes
    """One gzip member."""
    payload_digest: str | None
    refers_to: str | None = None
    """The record that holds the payload, for a revisit; the one that it was made from, for a conversion."""
    exchange: Exchange | None = None
    """What it says, for a response or a revisit: the index of captures needs its status and its media type."""

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.gzipped).digest()


@attrs.frozen(kw_only=True)
class Earlier:
    """An earlier record with the same payload."""

    record_id: str
    url: str
    captured_at: datetime


def payload_digest(body: bytes) -> str:
    """ "sha1:BASE32", the form that WARC tools compare."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")


def warc_date(when: datetime) -> str:
    """ISO 8601 in UTC to the second: finer dates are legal in WARC/1.1, but a CDX line has no room for them."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_MADE = (
    "Bodies are as sent, before content decoding, after transfer decoding. Status lines and header names are rebuilt "
    "by the HTTP client; the order of headers with different names and their case may differ from the wire. Of sources "
    "that are sent headers or cookies of their own, these are left out of request records, and Set-Cookie of response "
    "records. Conversion records hold the markup of a page after Chromium has run its scripts; what the scripts "
    "fetched is not kept."
)


def warcinfo(filename: str, when: datetime, software: str, *, copied: str = "") -> Record:
    """The record that opens a file and says how what follows was made; `copied`: what it is a copy of."""
    writer = WARCWriter(io.BytesIO(), gzip=False, warc_version=WARC_VERSION)
    record = writer.create_warcinfo_record(
        filename,
        {
            "software": software,
            "format": "WARC file version 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "obey",
            "description": f"{copied} {_MADE}".lstrip(),
        },
    )
    record.rec_headers.replace_header("WARC-Date", warc_date(when))
    # The same for the same name, time and content: a copy made twice is the same file.
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{software} {filename} {when.isoformat()} {copied}") if copied else None
    return _finished(writer, record, "", when, PLAIN_LEVEL, None, identity=identity)


def response_records(
    exchange: Exchange, *, earlier: Earlier | None, memento: Memento | None = None, rendered: bool = False
) -> list[Record]:
    """The records of one exchange: response, or revisit where the payload is in the archive already, then request, and
    where it is `rendered` what a browser made of it.

    A 304 becomes a revisit of the record that `earlier` names, with the profile server-not-modified. What was taken
    from another web archive (`memento`) says so in WARC-Source-URI and WARC-Creation-Date, as pywb and warcit write
    them, and in a metadata record that comes in the place of the request.
    """
    writer = WARCWriter(io.BytesIO(), gzip=False, warc_version=WARC_VERSION)
    http = StatusAndHeaders(
        f"{exchange.status} {exchange.reason}".rstrip(), list(exchange.headers), protocol=exchange.protocol
    )
    digest = payload_digest(exchange.body)
    fields = {"WARC-Date": warc_date(exchange.captured_at)}
    if exchange.ip_address:
        fields["WARC-IP-Address"] = exchange.ip_address
    if exchange.truncated:
        fields["WARC-Truncated"] = exchange.truncated
    if memento is not None:
        fields["WARC-Source-URI"] = memento.uri
        fields["WARC-Creation-Date"] = warc_date(memento.taken_at)
    if earlier is None:
        kind = "response"
        record = writer.create_warc_record(
            exchange.url,
            kind,
            payload=io.BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=http,
            warc_headers_dict={**fields, "WARC-Payload-Digest": digest},
        )
    else:
        kind = "revisit"
        fields["WARC-Profile"] = NOT_MODIFIED if exchange.status == 304 else IDENTICAL_PAYLOAD
        fields["WARC-Refers-To"] = f"<{earlier.record_id}>"
        fields["WARC-Refers-To-Target-URI"] = earlier.url
        fields["WARC-Refers-To-Date"] = warc_date(earlier.captured_at)
        if exchange.status != 304:
            fields["WARC-Payload-Digest"] = digest
        record = writer.create_warc_record(exchange.url, kind, http_headers=http, warc_headers_dict=fields)
    level = ENCODED_LEVEL if exchange.header("Content-Encoding") else PLAIN_LEVEL
    of = earlier.record_id if earlier else None
    first = _finished(writer, record, exchange.url, exchange.captured_at, level, digest, of)
    records = [attrs.evolve(first, exchange=exchange)]
    if memento is not None:
        records.append(_provenance(exchange, memento, records[0].record_id))
    elif exchange.request_headers is not None:
        records.append(_request(exchange, exchange.request_headers, records[0].record_id))
    if rendered:
        records.append(_conversion(exchange, records[0].record_id))
    return records


def _conversion(exchange: Exchange, of: str) -> Record:
    """What a browser made of a page (ISO 28500 6.9), beside the record that it was made from."""
    body = exchange.rendered or b""
    writer = WARCWriter(io.BytesIO(), gzip=False, warc_version=WARC_VERSION)
    digest = payload_digest(body)
    record = writer.create_warc_record(
        exchange.url,
        "conversion",
        payload=io.BytesIO(body),
        length=len(body),
        warc_content_type=RENDERED_TYPE,
        warc_headers_dict={
            "WARC-Date": warc_date(exchange.captured_at),
            "WARC-Refers-To": f"<{of}>",
            "WARC-Refers-To-Target-URI": exchange.url,
            "WARC-Refers-To-Date": warc_date(exchange.captured_at),
            "WARC-Payload-Digest": digest,
        },
    )
    return _finished(writer, record, exchange.url, exchange.captured_at, PLAIN_LEVEL, digest, of)


def _provenance(exchange: Exchange, memento: Memento, concurrent_to: str) -> Record:
    """A metadata record (ISO 28500, 6.6) that says how a memento came here."""
    writer = WARCWriter(io.BytesIO(), gzip=False, warc_version=WARC_VERSION)
    headers = {
        "original": "named by the web archive as the original's (X-Archive-Orig-*)",
        "replayed": "as the web archive replayed them, less its own",
    }
    said = {
        "via": memento.uri,
        "memento-datetime": warc_date(exchange.captured_at),
        "fetched": warc_date(memento.taken_at),
        "response-headers": headers[memento.headers],
    }
    block = "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode()
    fields = {
        "WARC-Date": warc_date(memento.taken_at),
        "WARC-Concurrent-To": f"<{concurrent_to}>",
        "Content-Type": "application/warc-fields",
    }
    record = writer.create_warc_record(
        exchange.url, "metadata", payload=io.BytesIO(block), length=len(block), warc_headers_dict=fields
    )
    return _finished(writer, record, exchange.url, memento.taken_at, PLAIN_LEVEL, None)


def _request(exchange: Exchange, headers: Headers, concurrent_to: str) -> Record:
    writer = WARCWriter(io.BytesIO(), gzip=False, warc_version=WARC_VERSION)
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    http = StatusAndHeaders(f"GET {target} HTTP/1.1", list(headers), is_http_request=True)
    fields = {"WARC-Date": warc_date(exchange.captured_at), "WARC-Concurrent-To": f"<{concurrent_to}>"}
    record = writer.create_warc_record(exchange.url, "request", http_headers=http, warc_headers_dict=fields)
    return _finished(writer, record, exchange.url, exchange.captured_at, PLAIN_LEVEL, None)


def _finished(
    writer: WARCWriter,
    record: object,
    url: str,
    when: datetime,
    level: int,
    digest: str | None,
    refers_to: str | None = None,
    *,
    identity: uuid.UUID | None = None,
) -> Record:
    headers = record.rec_headers  # type: ignore[attr-defined]
    headers.replace_header("WARC-Record-ID", f"<urn:uuid:{identity or uuid.uuid4()}>")
    writer.write_record(record)
    return Record(
        record_id=headers.get_header("WARC-Record-ID").strip("<>"),
        type=headers.get_header("WARC-Type"),
        url=url,
        captured_at=when,
        gzipped=gzip_member(writer.out.getvalue(), level),
        payload_digest=digest,
        refers_to=refers_to,
    )


def gzip_member(data: bytes, level: int = PLAIN_LEVEL) -> bytes:
    """One gzip member, without a time or a name in its header."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return compressor.compress(data) + compressor.flush()
