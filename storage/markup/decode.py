"""Turns a response body as it was sent into bytes, and the bytes into text."""

import codecs
import itertools
import re
import zlib
from collections.abc import Callable, Iterator

import attrs
import brotli
import zstandard

from storage.errors import BackissueError
from storage.markup.charset import broken_characters, declared, detect

# The largest body that is taken in. Pages are a few MB at most; a sitemap may have 50 MB (sitemaps.org).
MAX_DECODED_BYTES = 64 * 1024 * 1024
# Codings stacked on one body. Two are seen in the wild; curl stops at five as well (CVE-2023-23916).
MAX_CODINGS = 5

# What one step may put out. The peak of memory is the limit plus one step.
STEP_BYTES = 64 * 1024
# RFC 8878 3.1.1: a zstd block holds up to 128 KiB and may be four bytes long, so 64 bytes in are 2 MiB out at most.
ZSTD_INPUT_BYTES = 64
# Brotli gives nothing back from a call that fails: small calls lose little.
BROTLI_INPUT_BYTES = 64
# RFC 9659: a decoder of the `zstd` content coding need not support a larger window.
MAX_ZSTD_WINDOW = 8 * 1024 * 1024

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")  # a frame, a skippable frame
MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,64}<(?:!doctype|!--|\?xml|html|head|body|rss|feed|urlset)", re.I)

# Words that servers send by mistake where a coding belongs. Browsers show such pages as they are.
NO_CODINGS = frozenset({"", "identity", "none", "binary", "7bit", "8bit", "utf-8", "utf8"})


class BodyTooLarge(BackissueError):
    """A body holds more than is taken in, as sent or once decoded."""

    def __init__(self, limit: int):
        self.limit = limit
        super().__init__(
            f"The body is larger than {limit:,} bytes once decoded, which no article is. "
            "If the URL comes up again, exclude it from its source."
        )


class UnknownEncoding(BackissueError):
    """The body is in a content coding that was not asked for and cannot be undone."""

    def __init__(self, content_encoding: str):
        self.content_encoding = content_encoding
        super().__init__(
            f"The server sent the body with Content-Encoding {content_encoding[:100]!r}, which cannot be decoded. "
            "Fetch the URL again; if that does not help, exclude it from its source."
        )


@attrs.frozen(kw_only=True)
class DecodedBody:
    """A body without its content codings."""

    data: bytes
    """The bytes after content decoding, or the first part of them."""

    complete: bool
    """False where the stream was cut off or broken part-way: `data` holds what could be decoded."""


@attrs.define
class _Progress:
    complete: bool = True


def decode_body(body: bytes, content_encoding: str | None, *, limit: int = MAX_DECODED_BYTES) -> DecodedBody:
    """Undoes the codings that a Content-Encoding header names, last one first.

    A body that is plain although the header says otherwise comes back as it is: imports from other web archives
    often hold bodies that were decoded already, under the headers as sent.

    Raises `BodyTooLarge` past `limit` bytes, at any layer, and `UnknownEncoding`.
    """
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    codings = [name for name in names if name not in NO_CODINGS]
    if len(codings) > MAX_CODINGS or not CODINGS.keys() >= set(codings):
        raise UnknownEncoding(content_encoding or "")
    if len(body) > limit:
        raise BodyTooLarge(limit)
    if not codings or not body:
        return DecodedBody(data=body, complete=True)
    progress = _Progress()
    chunks: Iterator[bytes] = iter((body,))
    for name in reversed(codings):
        chunks = _up_to(limit, CODINGS[name](chunks, progress))
    data = b"".join(chunks)
    return DecodedBody(data=data, complete=progress.complete)


def _up_to(limit: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(limit)
        yield chunk


def _peek(chunks: Iterator[bytes], size: int = 128) -> tuple[bytes, Iterator[bytes]]:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= size:
            break
    return head, itertools.chain((head,), chunks)


def _pieces(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), size):
            yield chunk[start : start + size]


def _gunzip(chunks: Iterator[bytes], progress: _Progress) -> Iterator[bytes]:
    head, chunks = _peek(chunks)
    return _inflate(chunks, progress, 16 + zlib.MAX_WBITS) if head.startswith(GZIP_MAGIC) else chunks


def _deflate(chunks: Iterator[bytes], progress: _Progress) -> Iterator[bytes]:
    head, chunks = _peek(chunks)
    if MARKUP.match(head):
        return chunks
    # RFC 9110 8.4.1.2 means zlib's format (RFC 1950 2.2: method 8, a header divisible by 31). Some servers send the
    # bare stream.
    zlib_format = len(head) > 1 and head[0] & 0x8F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return _inflate(chunks, progress, zlib.MAX_WBITS if zlib_format else -zlib.MAX_WBITS)


def _inflate(chunks: Iterator[bytes], progress: _Progress, wbits: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(wbits)
    rest = b""
    for piece in _pieces(chunks, STEP_BYTES // 4):
        rest += piece
        full = False
        while rest or full:
            if inflater.eof:
                if len(rest) < 2:
                    break
                if wbits < 16 or not rest.startswith(GZIP_MAGIC):
                    return  # Padding after the end of the stream, which gzip(1) and browsers ignore as well.
                inflater = zlib.decompressobj(wbits)  # RFC 1952 2.2: a file is a series of members.
            before = inflater.copy()
            try:
                out = inflater.decompress(rest, STEP_BYTES)
            except zlib.error:
                progress.complete = False
                yield from _salvage(before, rest)
                return
            yield out
            full = len(out) == STEP_BYTES
            rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    progress.complete &= inflater.eof


def _salvage(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """What stands before the error: a failing call gives nothing back, so this goes byte by byte up to it."""
    for value in data:
        try:
            yield inflater.decompress(bytes((value,)))
        except zlib.error:
            return


def _unbrotli(chunks: Iterator[bytes], progress: _Progress) -> Iterator[bytes]:
    head, chunks = _peek(chunks)
    if MARKUP.match(head):
        yield from chunks
        return
    decompressor = brotli.Decompressor()
    for piece in _pieces(chunks, BROTLI_INPUT_BYTES):
        try:
            out = decompressor.process(piece, output_buffer_limit=STEP_BYTES)
            while out or not decompressor.can_accept_more_data():
                yield out
                out = decompressor.process(b"", output_buffer_limit=STEP_BYTES)
            if decompressor.is_finished():
                return
        except brotli.error:
            break
    progress.complete = False


def _unzstd(chunks: Iterator[bytes], progress: _Progress) -> Iterator[bytes]:
    head, chunks = _peek(chunks)
    if not ZSTD_MAGIC.match(head):
        yield from chunks
        return
    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
    frame = decompressor.decompressobj()
    rest = b""
    for piece in _pieces(chunks, ZSTD_INPUT_BYTES):
        rest += piece
        while rest:
            if frame.eof:
                if len(rest) < 4:
                    break
                if not ZSTD_MAGIC.match(rest):
                    return
                frame = decompressor.decompressobj()
            try:
                yield frame.decompress(rest)
            except zstandard.ZstdError:
                progress.complete = False
                return
            rest = frame.unused_data if frame.eof else b""
    progress.complete &= frame.eof


CODINGS: dict[str, Callable[[Iterator[bytes], _Progress], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}

# Where UTF-16 shows itself: markup comes first.
HEAD_BYTES = 4096

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@attrs.frozen(kw_only=True)
class DecodedText:
    """A page's characters, and how its bytes were read."""

    text: str
    """Without NUL and lone surrogates; what could not be read is U+FFFD."""

    encoding: str
    """Name of the Python codec that was used: `utf-8`, `cp1252`, `gb18030` …"""

    origin: str
    """What named it: `bom`, `utf-8` (the bytes are valid), `http`, `meta`, `detected` or `fallback`."""


def decode_text(data: bytes, content_type: str | None) -> DecodedText:
    """Reads a page's bytes, in the order byte order mark, UTF-8, Content-Type header, the page's own label, detection.

    UTF-8 goes before the labels because servers mislabel it far more often than other text happens to be valid UTF-8.
    A label counts only where its reading makes sense of the bytes.
    """
    for bom, codec in BOMS:
        if data.startswith(bom):
            return _read(data[len(bom) :], codec, "bom")
    labels = declared(data, content_type)
    if wide := _wide_codec(data):
        return _read(data, wide, next((origin for origin, codec in labels if codec[:6] == "utf-16"), "detected"))
    shift = next(((origin, codec) for origin, codec in labels if codec == "iso2022_jp_ext"), None)
    if shift and b"\x1b$" in data:  # Seven bits a byte, so it would pass for UTF-8.
        return _read(data, shift[1], shift[0])
    try:
        text, _ = codecs.utf_8_decode(data, "strict", False)  # Not final: half a character may stand at the end.
        return DecodedText(text=scrub(text), encoding="utf-8", origin="utf-8")
    except UnicodeDecodeError:
        pass
    # One broken character must not turn a whole page of UTF-8 to mojibake: nine whole ones to a broken one will do,
    # one to one where the page says that it is UTF-8. Text in other encodings has hardly any.
    read = _read(data, "utf-8", next((origin for origin, codec in labels if codec == "utf-8"), "utf-8"))
    broken, others = broken_characters(read.text)
    if others >= broken * (9 if read.origin == "utf-8" else 1):
        return read
    for origin, codec in labels:
        if codec[:3] != "utf" and _sane(read := _read(data, codec, origin)):
            return read
    if _sane(read := _read(data, detect(data), "detected")):
        return read
    return _read(data, "cp1252", "fallback")


def scrub(text: str) -> str:
    """The text with U+FFFD for NUL and for lone surrogates: PostgreSQL refuses the one, SQLite and UTF-8 the other."""
    if text.isascii():
        return text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return UNSTORABLE.sub("\ufffd", text)
    return text.replace("\0", "\ufffd")


def _read(data: bytes, codec: str, origin: str) -> DecodedText:
    return DecodedText(text=scrub(data.decode(codec, "replace")), encoding=codec, origin=origin)


def _wide_codec(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: markup is ASCII, so every other byte of it is NUL."""
    head = data[:HEAD_BYTES]
    first, second = head[0::2].count(0), head[1::2].count(0)
    if first + second < max(2, len(head) // 10) or min(first, second) * 10 > max(first, second):
        return None
    return "utf-16-le" if second > first else "utf-16-be"


def _sane(read: DecodedText) -> bool:
    broken, others = broken_characters(read.text)
    return others >= broken * 9
