"""Reading a document that may be gzipped, piece by piece and no further than a limit."""

import zlib
from collections.abc import Iterator

from crawler.discovery.errors import ListingTooLarge

_PIECE = 64 * 1024
_GZIP = b"\x1f\x8b"
# zlib's window size for a gzip header and trailer.
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class Unpacking:
    """The content of a document, in pieces of at most 64 KiB, whether it came gzipped or not.

    One layer is unpacked, since the transfer's own encoding is gone when a document comes here. Several gzip members
    follow each other as one document (RFC 1952, 2.2).
    """

    def __init__(self, body: bytes, url: str, *, limit: int):
        """`limit` is in bytes, after unpacking. Iterating raises ListingTooLarge when the document passes it."""
        self._body = body
        self._url = url
        self._limit = limit
        self.cut_off = False
        """Whether the packed data ended early or was damaged. Known when the iteration is over."""

    def __iter__(self) -> Iterator[bytes]:
        total = 0
        for piece in self._gunzipped() if self._body.startswith(_GZIP) else self._sliced():
            total += len(piece)
            if total > self._limit:
                raise ListingTooLarge(self._url, f"{self._limit // 1024**2} MiB")
            yield piece

    def whole(self) -> bytes:
        """All of it at once."""
        return b"".join(self)

    def _sliced(self) -> Iterator[bytes]:
        for start in range(0, len(self._body), _PIECE):
            yield self._body[start : start + _PIECE]

    def _gunzipped(self) -> Iterator[bytes]:
        member = zlib.decompressobj(_GZIP_WINDOW)
        at = 0
        pending = b""
        full = False
        try:
            while True:
                # A full piece can leave output inside the decompressor when all input is consumed.
                if not pending and not full:
                    pending = self._body[at : at + _PIECE]
                    at += len(pending)
                    if not pending:
                        self.cut_off = True
                        return
                piece = member.decompress(pending, _PIECE)
                pending = member.unconsumed_tail
                full = len(piece) == _PIECE
                if piece:
                    yield piece
                if member.eof:
                    pending = member.unused_data + self._body[at : at + 2]
                    at += 2
                    # What follows a member is another one, or padding.
                    if not pending.startswith(_GZIP):
                        return
                    member = zlib.decompressobj(_GZIP_WINDOW)
                    full = False
        except zlib.error:
            self.cut_off = True
