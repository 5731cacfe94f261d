"""Reads WARC records: one of ours at its offset, or all of a foreign file, and believes none of them unchecked."""

import base64
import contextlib
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import attrs
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from storage.capture import Exchange
from storage.errors import DamagedRecord, NotAWarc
from storage.wacz_read import is_zip, warcs_inside
from storage.warc_records import gzip_member, payload_digest

# Four times what the crawler takes off the wire: web archives hold larger things, but no article is.
MAX_RECORD_BYTES = 64 * 1024 * 1024
_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b\x08"
_LENGTH = re.compile(rb"^content-length:\s*(\d+)\s*$", re.IGNORECASE | re.MULTILINE)


@attrs.frozen(kw_only=True)
class Location:
    """Where one of our records lies and what its bytes must hash to."""

    file: str
    offset: int
    length: int
    sha256: bytes


@attrs.frozen(kw_only=True)
class ForeignRecord:
    """A record of a file that is imported."""

    type: str
    record_id: str
    url: str
    captured_at: datetime
    offset: int
    gzipped: bytes
    """The record as one gzip member, as it was or as it is compressed now."""
    exchange: Exchange | None
    """For a response or a revisit over HTTP; a revisit's body is empty."""
    payload_digest: str | None
    refers_to: str | None = None
    """The WARC-Record-ID of the record that it is a revisit or a conversion of, if it names one."""
    markup: bytes | None = None
    """For a conversion to HTML: what a browser made of a page."""
    refers_to_url: str | None = None
    refers_to_date: datetime | None = None
    not_modified: bool = False
    """A revisit after a 304."""


@attrs.frozen(kw_only=True)
class Skipped:
    """A stretch of a foreign file that gives no capture, and why."""

    offset: int
    reason: str
    """"damaged", "torn", "too_large", "no_url", …"""


def read_exchange(folder: Path, location: Location) -> Exchange:
    """The exchange that one of our records holds. Raises DamagedRecord where its bytes are not those written."""
    exchange = read_message(folder, location)
    if exchange is None:
        raise DamagedRecord(str(folder / location.file), location.offset, "it holds no HTTP message")
    return exchange


def read_message(folder: Path, location: Location) -> Exchange | None:
    """Like `read_exchange`; None where the record is whole and holds none, as revisits of other writers may."""
    record = _parse(_read(folder / location.file, location))
    return _exchange(record) if record is not None else None


def read_block(folder: Path, location: Location) -> bytes:
    """The block of one of our records that holds no HTTP message. Raises DamagedRecord as well."""
    path = folder / location.file
    record = _parse(_read(path, location))
    if record is None:
        raise DamagedRecord(str(path), location.offset, "it is no WARC record")
    block: bytes = record.raw_stream.read()
    return block


def _read(path: Path, location: Location) -> bytes:
    """The bytes of a record, unzipped, as they were written."""
    return gzip.decompress(read_member(path, location))


def read_member(path: Path, location: Location) -> bytes:
    """The bytes of a record as they lie in the file, one gzip member. Raises DamagedRecord."""
    try:
        with path.open("rb") as file:
            file.seek(location.offset)
            data = file.read(location.length)
    except OSError as error:
        raise DamagedRecord(str(path), location.offset, error.strerror or str(error)) from error
    if hashlib.sha256(data).digest() != location.sha256:
        raise DamagedRecord(str(path), location.offset, "its SHA-256 is not the one noted when it was written")
    return data


def read_file(path: Path, *, check: bool = True) -> Iterator[ForeignRecord | Skipped]:
    """Every record of a WARC file, gzipped record by record or not, or of all those in a WACZ file, in order.

    A torn or damaged record is passed over, up to the next that is whole, and reported. Raises NotAWarc where the file
    is something else, and where it is gzipped as a whole; BadWacz. `check`: whether a WACZ file's digests are compared.
    """
    try:
        with path.open("rb") as file:
            if not is_zip(file.read(4)):
                file.seek(0)
                yield from _records(str(path), file)
                return
        for inside in warcs_inside(path, check=check):
            for found in _records(inside.name, inside.file):
                yield attrs.evolve(found, offset=inside.start + found.offset)
    except OSError as error:
        raise NotAWarc(str(path), error.strerror or str(error)) from error


def _records(path: str, file: BinaryIO) -> Iterator[ForeignRecord | Skipped]:
    start = file.read(8)
    file.seek(0)
    if start.startswith(_GZIP_MAGIC):
        yield from _gzipped(path, file)
    elif start.startswith(b"WARC/"):
        yield from _plain(file)
    elif not start:
        raise NotAWarc(path, "it is empty")
    else:
        raise NotAWarc(path, "it begins neither with a WARC header nor with gzip")


def _gzipped(path: str, file: BinaryIO) -> Iterator[ForeignRecord | Skipped]:
    seen = False
    offset = 0
    while True:
        file.seek(offset)
        member, data, problem = _member(file)
        if problem == "end":
            return
        if problem in ("damaged", "torn"):
            yield Skipped(offset=offset, reason=problem)
            following = _next_magic(file, offset + 1)
            if following is None:
                return
            offset = following
            continue
        if problem is None:
            if not seen and not data.startswith(b"WARC/"):
                raise NotAWarc(path, "it is gzipped, but what it holds does not begin with a WARC header")
            end = _record_end(data)
            if end is not None and len(data) > end + 4 and data[end:].strip():
                raise NotAWarc(
                    path, "it is gzipped as a whole and not record by record; `warcio recompress` makes it one"
                )
            seen = True
            yield _foreign(data, offset, member)
        else:
            yield Skipped(offset=offset, reason=problem)
        offset += len(member)


def _member(file: BinaryIO) -> tuple[bytes, bytes, str | None]:
    """The gzip member at the file's position: its bytes, what it holds, and what is wrong with it.

    gzip's CRC is checked by zlib, which warcio's reader leaves out for a record that is cut off.
    """
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    member, out, size = bytearray(), bytearray(), 0
    while not inflater.eof:
        chunk = file.read(_CHUNK)
        if not chunk:
            return bytes(member), b"", "torn" if member else "end"
        member += chunk
        try:
            # A full piece may leave output inside zlib even where no input is left.
            piece = bytes(_CHUNK)
            while len(piece) == _CHUNK and not inflater.eof:
                piece = inflater.decompress(chunk, _CHUNK)
                chunk = inflater.unconsumed_tail
                size += len(piece)
                if size <= MAX_RECORD_BYTES:
                    out += piece
        except zlib.error:
            return bytes(member), b"", "damaged"
    if inflater.unused_data:
        del member[-len(inflater.unused_data) :]
    return bytes(member), bytes(out), "too_large" if size > MAX_RECORD_BYTES else None


def _next_magic(file: BinaryIO, offset: int) -> int | None:
    """Where the next gzip member may begin, from `offset` on."""
    overlap = len(_GZIP_MAGIC) - 1
    while True:
        file.seek(offset)
        data = file.read(_CHUNK)
        found = data.find(_GZIP_MAGIC)
        if found >= 0:
            return offset + found
        if len(data) <= overlap:
            return None
        offset += len(data) - overlap


def _plain(file: BinaryIO) -> Iterator[ForeignRecord | Skipped]:
    while True:
        offset = file.tell()
        head = bytearray()
        for line in iter(lambda: file.readline(65536), b""):
            if not head and not line.strip():
                offset = file.tell()
                continue
            head += line
            if not line.strip():
                break
        if not head:
            return
        length = _LENGTH.search(head)
        if not head.startswith(b"WARC/") or length is None:
            yield Skipped(offset=offset, reason="damaged")
            return
        if int(length[1]) > MAX_RECORD_BYTES:
            file.seek(int(length[1]), io.SEEK_CUR)
            yield Skipped(offset=offset, reason="too_large")
            continue
        body = file.read(int(length[1]))
        if len(body) < int(length[1]):
            yield Skipped(offset=offset, reason="torn")
            return
        data = bytes(head) + body + b"\r\n\r\n"
        yield _foreign(data, offset, gzip_member(data))


def _record_end(data: bytes) -> int | None:
    """Where the first record in `data` ends by its own Content-Length, without the two closing line ends."""
    head, blank, _ = data.partition(b"\r\n\r\n")
    length = _LENGTH.search(head.replace(b"\r\n", b"\n"))
    return len(head) + len(blank) + int(length[1]) if length else None


def _foreign(data: bytes, offset: int, gzipped: bytes) -> ForeignRecord | Skipped:
    end = _record_end(data)
    if end is None or len(data) < end:
        return Skipped(offset=offset, reason="torn" if end else "damaged")
    record = _parse(data)
    if record is None:
        return Skipped(offset=offset, reason="damaged")
    headers = record.rec_headers
    url = headers.get_header("WARC-Target-URI") or ""
    when = _date(headers.get_header("WARC-Date"))
    identity = (headers.get_header("WARC-Record-ID") or "").strip("<>")
    if record.rec_type in ("response", "revisit") and (when is None or not url or not identity):
        return Skipped(offset=offset, reason="damaged")
    exchange = _exchange(record) if record.rec_type in ("response", "revisit") else None
    digest = headers.get_header("WARC-Payload-Digest")
    if exchange is not None and record.rec_type == "response" and not _digest_fits(digest or "", exchange, record):
        return Skipped(offset=offset, reason="damaged")
    return ForeignRecord(
        type=record.rec_type,
        record_id=identity,
        url=url.strip("<>"),
        captured_at=when or datetime.fromtimestamp(0, UTC),
        offset=offset,
        gzipped=gzipped,
        exchange=exchange,
        payload_digest=_base32(digest) if digest else None,
        refers_to=(headers.get_header("WARC-Refers-To") or "").strip("<>") or None,
        markup=_markup(record),
        refers_to_url=headers.get_header("WARC-Refers-To-Target-URI"),
        refers_to_date=_date(headers.get_header("WARC-Refers-To-Date")),
        not_modified="server-not-modified" in (headers.get_header("WARC-Profile") or ""),
    )


def _markup(record: Any) -> bytes | None:
    kind = (record.rec_headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
    if record.rec_type != "conversion" or kind != "text/html":
        return None
    block: bytes = record.raw_stream.read()
    return block


def _digest_fits(digest: str, exchange: Exchange, record: Any) -> bool:
    """Whether a payload is the one that its record's SHA-1 digest names; one without such a digest passes."""
    if not digest.lower().startswith("sha1:"):
        return True
    # The digest is of the payload after transfer decoding (WARC 1.1, 5.9); some writers took it before.
    return _base32(digest) in (payload_digest(exchange.body), payload_digest(record.raw_payload))


def _base32(digest: str) -> str:
    """A SHA-1 digest in the form that `payload_digest` gives; some writers put it in hexadecimal."""
    value = digest.partition(":")[2]
    if len(value) == 40:
        with contextlib.suppress(ValueError):
            value = base64.b32encode(bytes.fromhex(value)).decode("ascii")
    return "sha1:" + value.upper()


def _parse(data: bytes) -> Any:
    """warcio's record; None where it cannot read one."""
    try:
        return next(iter(ArchiveIterator(io.BytesIO(data))), None)
    except (ArchiveLoadFailed, ValueError, EOFError):
        return None


def _exchange(record: Any) -> Exchange | None:
    http = record.http_headers
    if http is None:
        return None
    raw = record.raw_stream.read()
    record.raw_payload = raw
    body = raw
    headers = tuple((name, value) for name, value in http.headers)
    if (http.get_header("Transfer-Encoding") or "").lower() == "chunked":
        # Others keep the chunks; what they mean by the payload is what is inside.
        reader = ChunkedDataReader(io.BytesIO(raw))
        body = b"".join(iter(reader.read, b""))
    try:
        status = int(http.get_statuscode())
    except (TypeError, ValueError):
        return None
    truncated = record.rec_headers.get_header("WARC-Truncated")
    return Exchange(
        url=record.rec_headers.get_header("WARC-Target-URI").strip("<>"),
        status=status,
        reason=http.statusline.partition(" ")[2],
        protocol=http.protocol or "HTTP/1.1",
        headers=headers,
        body=body,
        captured_at=_date(record.rec_headers.get_header("WARC-Date")) or datetime.fromtimestamp(0, UTC),
        ip_address=record.rec_headers.get_header("WARC-IP-Address"),
        truncated="length" if truncated == "length" else "disconnect" if truncated else None,
    )


def _date(value: str | None) -> datetime | None:
    if not value:
        return None
    when = None
    with contextlib.suppress(ValueError):
        when = datetime.fromisoformat(value.strip())
    if when is None:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
