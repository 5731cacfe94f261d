"""The WARC files of one archive: appended to by one process each, flushed and synced before any row refers to them."""

import fcntl
import os
import secrets
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

import attrs

from storage.clock import Clock
from storage.errors import WarcFailed
from storage.warc_records import Record, warcinfo

# The IIPC's recommendation, and what Heritrix, Browsertrix and pywb's tools are used to.
MAX_FILE_BYTES = 1_000_000_000


@attrs.frozen(kw_only=True)
class Place:
    """Where a record lies."""

    file: str
    """File name inside `warc/`."""
    offset: int
    length: int


class WarcFiles:
    """Appends records to files of its own, and starts a new one when the last is full.

    The file being written is held by an exclusive lock, so that others can tell it from one whose writer has died.
    """

    def __init__(self, folder: Path, *, clock: Clock, software: str, max_bytes: int = MAX_FILE_BYTES):
        self._folder = folder
        self._clock = clock
        self._software = software
        self._max_bytes = max_bytes
        self._run = f"{clock.now():%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
        self._count = 0
        self._file: BinaryIO | None = None
        self._name = ""
        self._good = 0
        """Length of the file up to the last record that is known to be whole and synced."""

    def append(self, records: Sequence[Record]) -> list[Place]:
        """Append the records and sync them to disk. All of them, or none: after a failure the file is cut back.

        Raises WarcFailed.
        """
        try:
            file = self._opened()
            places = []
            offset = self._good
            for record in records:
                file.write(record.gzipped)
                places.append(Place(file=self._name, offset=offset, length=len(record.gzipped)))
                offset += len(record.gzipped)
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            self._cut_back()
            raise WarcFailed(str(self._folder / self._name), error.strerror or str(error)) from error
        self._good = offset
        if offset >= self._max_bytes:
            self.close()
        return places

    def _opened(self) -> BinaryIO:
        if self._file is not None:
            return self._file
        self._name = f"backissue-{self._run}-{self._count:05d}.warc.gz"
        self._count += 1
        path = self._folder / self._name
        file = path.open("xb")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file = file
        self._good = 0
        opening = warcinfo(self._name, self._clock.now(), self._software).gzipped
        file.write(opening)
        self._good = len(opening)
        sync_folder(self._folder)
        return file

    def _cut_back(self) -> None:
        if self._file is None:
            return
        # Python's buffer may still hold the bytes that did not fit; a new handle forgets them.
        path = self._folder / self._name
        os.truncate(path, self._good)
        self._file = None

    def close(self) -> None:
        """Close the current file; the next record opens another."""
        if self._file is not None:
            self._file.close()
            self._file = None


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file's name survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def mend_tails(folder: Path, known_ends: dict[str, int]) -> list[str]:
    """Cut the torn last record off files whose writer has died; whole records stay, with or without a row.

    `known_ends`: file name -> end of the last record that the database knows. What is cut goes to a file of the same
    name with `.torn` added. Returns the names of the files that were mended. Files that a living process holds are
    left alone.
    """
    mended = []
    for path in sorted(folder.glob("*.warc.gz")):
        if path.stat().st_size == known_ends.get(path.name):
            continue
        with path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            file.seek(known_ends.get(path.name, 0))
            good = known_ends.get(path.name, 0)
            for length in whole_members(file):
                good += length
            file.seek(good)
            if tail := file.read():
                with path.with_name(path.name + ".torn").open("ab") as torn:
                    torn.write(tail)
                    torn.flush()
                    os.fsync(torn.fileno())
                file.truncate(good)
                os.fsync(file.fileno())
                mended.append(path.name)
    return mended


def whole_members(file: BinaryIO) -> Iterable[int]:
    """The lengths of the gzip members from the file's position on, as long as they are whole."""
    rest = b""
    while True:
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        length = 0
        while not inflater.eof:
            chunk = rest or file.read(1 << 20)
            rest = b""
            if not chunk:
                return
            try:
                # A member is walked through in pieces, so that a large one does not fill the memory.
                piece, unread = bytes(1 << 20), chunk
                while len(piece) == 1 << 20 and not inflater.eof:
                    piece = inflater.decompress(unread, 1 << 20)
                    unread = inflater.unconsumed_tail
            except zlib.error:
                return
            length += len(chunk)
        rest = inflater.unused_data
        yield length - len(rest)
