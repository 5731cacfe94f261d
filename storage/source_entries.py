"""Adding a source to `sources.toml`, which is the user's file: nothing in it is rewritten."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from storage.errors import SourceExists, SourceFileError
from storage.sources import read_sources
from storage.urls import key

# What a new file begins with.
_HEAD = "# The sources of this archive. Every key is described in docs/sources.md.\n"


def refuse_known(file: Path, name: str, *homes: str) -> None:
    """Raises SourceExists where a source has that name or one of these front pages, SourceFileError for a mistake."""
    for source in read_sources(file).values():
        if source.name == name:
            raise SourceExists(
                f"{file} has a source {name!r} already", "Give the new one another name with --name NAME."
            )
        if key(source.home) in map(key, homes):
            raise SourceExists(f"{source.home} is the source {source.name!r} already", f"It stands in {file}.")


def append_entry(file: Path, name: str, home: str, entry: str) -> None:
    """Put a source's table behind what the file has; the file is made where it is missing.

    The new file takes the place of the old one at once, when it has been read and found right: a crash, a full disk or
    a table that does not fit leaves the old one. Raises SourceExists and SourceFileError.
    """
    refuse_known(file, name, home)
    target = file.resolve()
    try:
        before = target.read_bytes() if target.exists() else _HEAD.encode()
        # Windows editors end lines with two characters; one kind in a file is enough.
        end = b"\r\n" if b"\r\n" in before else b"\n"
        gap = b"" if not before else (b"" if before.endswith(b"\n") else end) + end
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name_made = tempfile.mkstemp(prefix=".sources-", suffix=".toml", dir=target.parent)
        made = Path(name_made)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(before + gap + entry.encode().replace(b"\n", end))
                out.flush()
                os.fsync(out.fileno())
            made.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
            _check(made, file, name)
            made.replace(target)
        except BaseException:
            with suppress(OSError):
                made.unlink()
            raise
    except OSError as error:
        raise SourceFileError(file, None, f"it cannot be written: {error.strerror or error}") from error


def _check(made: Path, file: Path, name: str) -> None:
    try:
        known = read_sources(made)
    except SourceFileError as error:
        raise SourceFileError(
            file, None, f"the new source does not fit in behind what stands there ({error})"
        ) from error
    if name not in known:
        raise SourceFileError(file, None, f"what stands there takes in the table of source {name!r}")
