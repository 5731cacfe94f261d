"""An index of WARC records for replay: CDXJ lines, sorted, in gzipped blocks with an index of their own (ZipNum)."""

import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import ada_url

from storage.exporting.records import Kept
from storage.warc_records import gzip_member, warc_date

# As cdxj-indexer has it: a block is what a replaying browser fetches to find one URL.
BLOCK_LINES = 300
_REPLAYED = ("response", "revisit", "resource")
# HTTP servers refuse heads that are longer, and so do we when we read them.
_MOST_HEAD = 256 * 1024
_STATUS = re.compile(rb"HTTP/[\d.]+ (\d{3})")
_TYPE = re.compile(rb"^content-type:[ \t]*([^;\s]+)", re.IGNORECASE | re.MULTILINE)
_DIGEST = re.compile(rb"^warc-payload-digest:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


def surt(url: str) -> str:
    """The key that wabac.js, the replay of replayweb.page, looks a URL up by: host turned round, then port, path and
    sorted query, in lower case.

    (`storage.surt` is that of the Wayback Machine and of CDX servers, which leaves more away.)
    """
    try:
        bare = re.sub(r"^(https?://)www\d*\.", r"\1", url, count=1).lower()
        parts = urlsplit(ada_url.parse_url(bare, ("href",))["href"])
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return url
    host = ",".join(reversed((parts.hostname or "").split(".")))
    query = parts.query
    if query:
        query = "&".join(sorted(query.split("&"), key=lambda one: one.partition("=")[0]))
    return f"{host}{port}){parts.path}{f'?{query}' if query else ''}"


def line(one: Kept, member: bytes, file: str, offset: int) -> bytes | None:
    """The CDXJ line of a record that lies in a file at an offset; None for one that is not replayed."""
    if one.type not in _REPLAYED:
        return None
    head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(member, _MOST_HEAD)
    warc, _, http = head.partition(b"\r\n\r\n")
    http = http.partition(b"\r\n\r\n")[0]
    status, media, digest = _STATUS.match(http), _TYPE.search(http), _DIGEST.search(warc)
    fields = {
        "url": one.url,
        "mime": "warc/revisit" if one.type == "revisit" else (media[1].decode("latin-1").lower() if media else "unk"),
        "status": status[1].decode() if status else "-",
        "digest": digest[1].decode("latin-1") if digest else "-",
        "length": str(len(member)),
        "offset": str(offset),
        "filename": file,
    }
    stamp = re.sub(r"\D", "", warc_date(one.captured_at))
    return f"{surt(one.url)} {stamp} {json.dumps(fields, ensure_ascii=False)}\n".encode()


class Index:
    """Lines in order, kept on the disk until all are there."""

    def __init__(self) -> None:
        # A database without a name lies in a temporary file that goes with it.
        self._lines = sqlite3.connect("")
        self._lines.execute("CREATE TABLE line (bytes BLOB)")

    def add(self, line: bytes) -> None:
        """Add one, in any order."""
        self._lines.execute("INSERT INTO line VALUES (?)", (line,))

    def blocks(self) -> Iterator[tuple[bytes, bytes]]:
        """The gzipped blocks, each with its line of the index of blocks, less the offset."""
        block: list[bytes] = []
        for (one,) in self._lines.execute("SELECT bytes FROM line ORDER BY bytes"):
            block.append(one)
            if len(block) == BLOCK_LINES:
                yield block[0], gzip_member(b"".join(block))
                block = []
        if block:
            yield block[0], gzip_member(b"".join(block))

    def close(self) -> None:
        """Throw it away."""
        self._lines.close()
