"""Snapshots as a WACZ 1.1.1 file, which replayweb.page opens: WARC files, an index, a list of pages, in one ZIP.

https://specs.webrecorder.net/wacz/1.1.1/
"""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, select

from storage.clock import iso
from storage.exporting import cdx
from storage.exporting.bundle import Bundle, Member
from storage.exporting.rows import moment, read_batch
from storage.exporting.warc import COPIED, SOFTWARE, Copies
from storage.tables import RecordRow, SnapshotRow
from storage.warc_files import MAX_FILE_BYTES
from storage.warc_records import warcinfo

VERSION = "1.1.1"
# Of the texts in the list of pages, as many as fit in a file of a gigabyte; then come titles alone.
_PAGES_HEAD = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": True}
_COPY = 1 << 20


class WaczFile:
    """Writes one WACZ file. What comes last in it waits in temporary files, not in memory."""

    def __init__(
        self,
        to: BinaryIO,
        folder: Path,
        *,
        title: str,
        when: datetime,
        problems: list[str],
        max_bytes: int = MAX_FILE_BYTES,
    ):
        self._bundle = Bundle(to, large=False)
        self._copies = Copies(folder, problems)
        self._title = title
        self._when = when
        self._max_bytes = max_bytes
        self._index = cdx.Index()
        self._pages = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `finish` or `abandon`
        self._warc: Member | None = None
        self._warc_open = ExitStack()
        self._warcs = 0

    def add(self, connection: Connection, ids: Sequence[int]) -> int:
        """Add what belongs to snapshots; returns the number of these."""
        for one, data in self._copies.of(connection, ids):
            warc = self._warc_with_room()
            if line := cdx.line(one, data, _warc_name(self._warcs), warc.bytes):
                self._index.add(line)
            warc.write(data)
        urls = dict(
            connection.execute(
                select(SnapshotRow.id, RecordRow.url)
                .join(RecordRow, RecordRow.id == SnapshotRow.record_id)
                .where(SnapshotRow.id.in_(ids))
            ).all()
        )
        rows = read_batch(connection, ids).rows
        for row in rows:
            page = {
                "id": str(row.id),
                "url": urls[row.id],
                "ts": moment(row.captured_at),
                "title": row.title or row.url,
            }
            if self._pages.tell() < self._max_bytes:
                page["text"] = row.text
            self._pages.write(json.dumps(page, ensure_ascii=False).encode() + b"\n")
        return len(rows)

    def finish(self) -> None:
        """Write the index, the pages and the package's description."""
        self._warc_with_room()
        self._warc_open.close()
        idx = [b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n']
        with self._bundle.file("indexes/index.cdx.gz", stored=True) as member:
            for first, block in self._index.blocks():
                key = first.partition(b" {")[0].decode()
                said = {"offset": member.bytes, "length": len(block), "digest": _sha256(block)}
                idx.append(f"{key} {json.dumps(said | {'filename': 'index.cdx.gz'})}\n".encode())
                member.write(block)
        self._bundle.add("indexes/index.idx", b"".join(idx))
        with self._bundle.file("pages/pages.jsonl") as member:
            member.write(json.dumps(_PAGES_HEAD).encode() + b"\n")
            self._pages.seek(0)
            while data := self._pages.read(_COPY):
                member.write(data)
        self._close()
        package = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": self._title,
            "created": iso(self._when),
            "modified": iso(self._when),
            "software": SOFTWARE,
            "resources": [
                {"name": path.rpartition("/")[2], "path": path, "hash": f"sha256:{file.sha256}", "bytes": file.bytes}
                for path, file in self._bundle.files.items()
            ],
        }
        described = json.dumps(package, indent=2, ensure_ascii=False).encode()
        self._bundle.add("datapackage.json", described)
        digest = {"path": "datapackage.json", "hash": _sha256(described)}
        self._bundle.add("datapackage-digest.json", json.dumps(digest, indent=2))
        self._bundle.finish()

    def abandon(self) -> None:
        """Let go of everything after a failure; the file is of no use then."""
        with suppress(OSError, ValueError):
            self._warc_open.close()
        self._bundle.abandon()
        self._close()

    def _close(self) -> None:
        self._index.close()
        self._pages.close()

    def _warc_with_room(self) -> Member:
        """The WARC file that is being written, or the next where that one is full."""
        if self._warc is not None and self._warc.bytes >= self._max_bytes:
            self._warc_open.close()
            self._warc = None
            self._warcs += 1
        if self._warc is None:
            name = _warc_name(self._warcs)
            self._warc = self._warc_open.enter_context(self._bundle.file(f"archive/{name}", stored=True))
            self._warc.write(warcinfo(name, self._when, SOFTWARE, copied=COPIED).gzipped)
        return self._warc


def _warc_name(number: int) -> str:
    return f"data-{number:05d}.warc.gz"


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
