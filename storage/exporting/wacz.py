"""Snapshots as a WACZ 1.1.1 file, which replayweb.page opens: WARC files, an index, a list of pages, in one ZIP.

https://specs.webrecorder.net/wacz/1.1.1/
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection, select

from storage.clock import iso
from storage.exporting import cdx
from storage.exporting.rows import moment, read_batch
from storage.exporting.warc import COPIED, SOFTWARE, Copies
from storage.tables import RecordRow, SnapshotRow
from storage.warc_files import MAX_FILE_BYTES
from storage.warc_records import warcinfo

VERSION = "1.1.1"
# The earliest that a ZIP file can name: what is in it says when it was made.
EPOCH = (1980, 1, 1, 0, 0, 0)
_PAGES_HEAD = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": True}
_COPY = 1 << 20


class Member:
    """A file inside the ZIP, with the digest and length of what was written."""

    def __init__(self, to: IO[bytes]):
        self._to = to
        self._sha256 = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Write all of it."""
        self._to.write(data)
        self._sha256.update(data)
        self.bytes += len(data)
        return len(data)

    @property
    def hash(self) -> str:
        """In the form of a data package."""
        return f"sha256:{self._sha256.hexdigest()}"


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
        self._zip = ZipFile(to, "w", ZIP_STORED)
        self._copies = Copies(folder, problems)
        self._title = title
        self._when = when
        self._max_bytes = max_bytes
        self._index = cdx.Index()
        self._pages = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `finish` or `abandon`
        self._resources: list[dict[str, Any]] = []
        self._warc: Member | None = None
        self._open: IO[bytes] | None = None
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
                "text": row.text,
            }
            self._pages.write(json.dumps(page, ensure_ascii=False).encode() + b"\n")
        return len(rows)

    def finish(self) -> None:
        """Write the index, the pages and the package's description."""
        self._warc_with_room()
        self._close_warc()
        idx = [b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n']
        with self._member("indexes/index.cdx.gz") as member:
            for first, block in self._index.blocks():
                key = first.partition(b" {")[0].decode()
                said = {
                    "offset": member.bytes,
                    "length": len(block),
                    "digest": _sha256(block),
                    "filename": "index.cdx.gz",
                }
                idx.append(f"{key} {json.dumps(said)}\n".encode())
                member.write(block)
        self._index.close()
        with self._member("indexes/index.idx", ZIP_DEFLATED) as member:
            member.write(b"".join(idx))
        with self._member("pages/pages.jsonl", ZIP_DEFLATED) as member:
            member.write(json.dumps(_PAGES_HEAD).encode() + b"\n")
            self._pages.seek(0)
            while data := self._pages.read(_COPY):
                member.write(data)
        self._pages.close()
        package = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": self._title,
            "created": iso(self._when),
            "modified": iso(self._when),
            "software": SOFTWARE,
            "resources": self._resources,
        }
        described = json.dumps(package, indent=2, ensure_ascii=False).encode()
        self._zip.writestr(_info("datapackage.json"), described, ZIP_DEFLATED)
        digest = {"path": "datapackage.json", "hash": _sha256(described)}
        self._zip.writestr(_info("datapackage-digest.json"), json.dumps(digest, indent=2).encode(), ZIP_DEFLATED)
        self._zip.close()

    def abandon(self) -> None:
        """Let go of everything after a failure; the file is of no use then."""
        with suppress(OSError, ValueError):
            if self._open is not None:
                self._open.close()
        with suppress(OSError, ValueError):
            self._zip.close()
        self._index.close()
        self._pages.close()

    def _warc_with_room(self) -> Member:
        """The WARC file that is being written, or the next where that one is full."""
        if self._warc is not None and self._warc.bytes >= self._max_bytes:
            self._close_warc()
            self._warcs += 1
        if self._warc is None:
            name = _warc_name(self._warcs)
            self._open = self._zip.open(_info(f"archive/{name}"), "w", force_zip64=True)
            self._warc = Member(self._open)
            self._warc.write(warcinfo(name, self._when, SOFTWARE, copied=COPIED).gzipped)
        return self._warc

    def _close_warc(self) -> None:
        if self._open is not None and self._warc is not None:
            self._open.close()
            self._note(f"archive/{_warc_name(self._warcs)}", self._warc)
        self._open = self._warc = None

    @contextmanager
    def _member(self, path: str, method: int = ZIP_STORED) -> Iterator[Member]:
        info = _info(path)
        info.compress_type = method
        with self._zip.open(info, "w", force_zip64=True) as file:
            member = Member(file)
            yield member
        self._note(path, member)

    def _note(self, path: str, member: Member) -> None:
        name = path.rpartition("/")[2]
        self._resources.append({"name": name, "path": path, "hash": member.hash, "bytes": member.bytes})


def _warc_name(number: int) -> str:
    return f"data-{number:05d}.warc.gz"


def _info(path: str) -> ZipInfo:
    return ZipInfo(path, EPOCH)


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
