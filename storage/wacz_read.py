"""Reads the WARC files inside a WACZ file, whose digests it checks first; nothing of it is unpacked by its name.

https://specs.webrecorder.net/wacz/1.1.1/
"""

import hashlib
import io
import json
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import attrs

from storage.errors import UsageError

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
# A description lists files; one with a million of them has some 200 MB.
MAX_DESCRIPTION_BYTES = 64 * 1024 * 1024
# Markup deflates to a fifth, or a twentieth at best. What grows more was made to.
MAX_GROWTH = 200
_CHUNK = 1 << 20
_WARC = re.compile(r"archive/[^/\\]+\.warc(\.gz)?")
_LOCAL_HEADER_BYTES = 30


class BadWacz(UsageError):
    """A WACZ file cannot be imported."""

    def __init__(self, path: Path, why: str):
        super().__init__(f"{path} is not a WACZ file that can be imported: {why}. Nothing was taken from it.")


@attrs.frozen
class WarcInside:
    """A WARC file inside."""

    name: str
    """As messages name it: the WACZ file, and the path inside."""
    file: BinaryIO
    """Open, at its beginning; it can be sought."""
    start: int
    """Where it begins in the WACZ file, for progress."""


def is_zip(start: bytes) -> bool:
    """Whether a file that begins like this is a ZIP file."""
    return start.startswith(ZIP_MAGIC)


def warcs_inside(path: Path, *, check: bool = True) -> Iterator[WarcInside]:
    """The WARC files of a WACZ file, one after the other; each can be read until the next is asked for.

    `check`: compare all digests that datapackage.json names first. Raises BadWacz, before the first where it can.
    """
    try:
        with path.open("rb") as file, ZipFile(file) as wacz:
            found = [info for info in wacz.infolist() if _WARC.fullmatch(info.filename)]
            _refuse(path, wacz, found)
            if check:
                _check_digests(path, wacz)
            for info in found:
                with _opened(file, wacz, info) as inside:
                    yield WarcInside(f"{path}: {info.filename}", inside, info.header_offset)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadWacz(path, f"it is damaged ({' '.join(str(error).split())})") from error


def _refuse(path: Path, wacz: ZipFile, found: list[ZipInfo]) -> None:
    names = set()
    for info in wacz.infolist():
        parts = info.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise BadWacz(path, f"it names a path outside of itself, {info.filename!r}")
        if info.filename in names:
            raise BadWacz(path, f"it holds two files named {info.filename!r}")
        names.add(info.filename)
        if info.flag_bits & 1:
            raise BadWacz(path, f"{info.filename!r} in it is encrypted")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadWacz(path, f"{info.filename!r} in it is compressed in a way that WACZ files are not")
        if info.file_size > MAX_GROWTH * info.compress_size + _CHUNK:
            raise BadWacz(
                path,
                f"{info.filename!r} in it would grow from {info.compress_size:,} to {info.file_size:,} bytes, "
                "as no WARC file does",
            )
    if not found:
        raise BadWacz(path, "it holds no archive/*.warc.gz")


def _check_digests(path: Path, wacz: ZipFile) -> None:
    described = _member(path, wacz, "datapackage.json")
    if described is None:
        raise BadWacz(path, "it holds no datapackage.json")
    digest = _member(path, wacz, "datapackage-digest.json")
    if digest is not None:
        said = _json(path, "datapackage-digest.json", digest).get("hash")
        if said is not None and not _same(
            said, hashlib.sha256(described), hashlib.md5(described, usedforsecurity=False)
        ):
            raise BadWacz(path, "datapackage.json has not the digest that datapackage-digest.json names")
    resources = _json(path, "datapackage.json", described).get("resources")
    if not isinstance(resources, list):
        raise BadWacz(path, "its datapackage.json lists no resources")
    listed = set()
    for one in resources:
        name, said = (one.get("path"), one.get("hash")) if isinstance(one, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(said, str):
            raise BadWacz(path, "its datapackage.json lists a resource without a path or a digest")
        listed.add(name)
        if name not in wacz.namelist():
            raise BadWacz(path, f"it lacks {name!r}, which its datapackage.json lists")
        sums = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        with wacz.open(name) as member:
            while data := member.read(_CHUNK):
                for one_sum in sums:
                    one_sum.update(data)
        if not _same(said, *sums):
            raise BadWacz(path, f"{name!r} has not the digest that datapackage.json names")
    for info in wacz.infolist():
        if _WARC.fullmatch(info.filename) and info.filename not in listed:
            raise BadWacz(path, f"its datapackage.json does not list {info.filename!r}")


def _same(said: object, *sums: Any) -> bool:
    """Whether a digest such as "sha256:…" is one of these; earlier WACZ files have MD5 as well."""
    name, _, value = str(said).partition(":")
    return any(one.name == name.lower() and one.hexdigest() == value.lower() for one in sums)


def _member(path: Path, wacz: ZipFile, name: str) -> bytes | None:
    if name not in wacz.namelist():
        return None
    if wacz.getinfo(name).file_size > MAX_DESCRIPTION_BYTES:
        raise BadWacz(path, f"{name!r} in it is too large")
    return wacz.read(name)


def _json(path: Path, name: str, data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadWacz(path, f"its {name} is no JSON") from error
    if not isinstance(found, dict):
        raise BadWacz(path, f"its {name} is no JSON object")
    return found


@contextmanager
def _opened(file: BinaryIO, wacz: ZipFile, info: ZipInfo) -> Iterator[BinaryIO]:
    """A file inside, to seek in: in its place where it is stored as it is, else from a nameless temporary copy."""
    if info.compress_type == ZIP_STORED:
        with io.BufferedReader(_Window(file, _data_offset(file, info), info.file_size), _CHUNK) as window:
            yield window
        return
    with tempfile.TemporaryFile() as copy, wacz.open(info) as member:
        _copy(member, copy)
        copy.seek(0)
        yield copy


def _copy(member: IO[bytes], to: IO[bytes]) -> None:
    # `zipfile` gives no more than the length that it was refused by, and checks the CRC at the end.
    while data := member.read(_CHUNK):
        to.write(data)


def _data_offset(file: BinaryIO, info: ZipInfo) -> int:
    """Where the data of a stored file begins: behind its own header, whose lengths the list at the end may not have."""
    file.seek(info.header_offset)
    header = file.read(_LOCAL_HEADER_BYTES)
    if len(header) < _LOCAL_HEADER_BYTES or not header.startswith(ZIP_MAGIC[0]):
        raise BadZipFile(f"{info.filename!r} is not where it should be")
    name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    return info.header_offset + _LOCAL_HEADER_BYTES + name + extra


class _Window(io.RawIOBase):
    """A stretch of a file."""

    def __init__(self, file: BinaryIO, start: int, length: int):
        self._file = file
        self._start = start
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)[: max(0, self._length - self._at)]
        # The position is shared with whatever else reads the file.
        self._file.seek(self._start + self._at)
        data = self._file.read(len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)
