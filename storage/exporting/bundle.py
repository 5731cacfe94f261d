"""A ZIP file whose bytes follow from what is put in, with the SHA-256 of each file in it."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

# The earliest that a ZIP file can name. When it was made stands in what is in it.
EPOCH = (1980, 1, 1, 0, 0, 0)
# Readable by all and writable by the owner, as `unzip` sets it.
_MODE = 0o100644 << 16


class Member:
    """A file inside, with the digest and length of what was written."""

    def __init__(self, to: IO[bytes], check: Callable[[], None]):
        self._to = to
        self._check = check
        self._sha256 = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Write all of it, after a check that may raise."""
        self._check()
        self._to.write(data)
        self._sha256.update(data)
        self.bytes += len(data)
        return len(data)

    @property
    def sha256(self) -> str:
        """In hexadecimal."""
        return self._sha256.hexdigest()


class Bundle:
    """Writes one. `abandon` it after a failure."""

    def __init__(self, to: BinaryIO, check: Callable[[], None] = lambda: None, *, large: bool = True):
        """`large`: files of 2 GiB and more may come. Their headers have ZIP64's field, which wabac.js does not expect
        where the list at the end has it not."""
        self._zip = ZipFile(to, "w")
        self._large = large
        self._check = check
        self.files: dict[str, Member] = {}
        """Those that are written, by path, in order."""

    @contextmanager
    def file(self, path: str, *, stored: bool = False) -> Iterator[Member]:
        """A file to write; `stored` for what is compressed already."""
        info = ZipInfo(path, EPOCH)
        info.compress_type = ZIP_STORED if stored else ZIP_DEFLATED
        info.external_attr = _MODE
        with self._zip.open(info, "w", force_zip64=self._large) as to:
            member = Member(to, self._check)
            yield member
        self.files[path] = member

    def add(self, path: str, data: bytes | str) -> None:
        """Write a file at once."""
        with self.file(path) as member:
            member.write(data.encode() if isinstance(data, str) else data)

    def finish(self) -> None:
        """Write the list of what is in it."""
        self._zip.close()

    def abandon(self) -> None:
        """Let go of the file, which is of no use."""
        with suppress(OSError, ValueError):
            self._zip.close()
