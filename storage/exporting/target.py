"""Where an export goes: a file that is whole or not there, or standard output."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from storage.errors import BackissueError, UsageError
from storage.warc_files import sync_folder

STANDARD_OUTPUT = 1


class TargetExists(UsageError):
    """The file that is to be written is there already."""

    def __init__(self, path: Path):
        super().__init__(f"{path} is there already and was left as it is. Name another, or replace it with --force.")


class NoTarget(UsageError):
    """Nothing can be written where the file is to be."""

    def __init__(self, path: Path, why: str):
        super().__init__(f"{path} cannot be written: {why}. Name a file in a folder that is there and writable.")


class TargetBusy(BackissueError):
    """Another process is writing the same file."""

    def __init__(self, path: Path):
        super().__init__(f"Another process is writing {path} at this moment. Wait for it, or name another file.")


class WriteFailed(BackissueError):
    """The disk took no more."""

    def __init__(self, path: Path, why: str):
        super().__init__(
            f"{path} could not be written: {why}. What was begun is removed; free the disk and run the command again."
        )


class NotWritten(BackissueError):
    """Ctrl-C, or SIGTERM, before a file was whole."""

    exit_code = 130

    def __init__(self, path: Path):
        super().__init__(f"Interrupted: {path} was not written, and what was begun is removed. Run the command again.")


class OutputFailed(BackissueError):
    """Standard output took no more."""

    def __init__(self, why: str):
        super().__init__(f"Standard output could not be written: {why}. What came before is not whole; try again.")


class Output(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> int:
        """Write all of it."""
        ...


@contextlib.contextmanager
def whole_file(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """A file to write, which gets its name when the block ends and is gone when the block fails.

    Until then it is `NAME.part` in the same folder; one that a killed process left is written over. Raises
    TargetExists, NoTarget, TargetBusy and WriteFailed.
    """
    part = path.with_name(f"{path.name}.part")
    file = _opened(path, part, force=force)
    try:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.replace(path)
            sync_folder(path.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        finally:
            # What the buffer still holds after a failure does not fit either.
            with contextlib.suppress(OSError):
                file.close()
    except OSError as error:
        raise WriteFailed(path, error.strerror or str(error)) from error


def _opened(path: Path, part: Path, *, force: bool) -> BinaryIO:
    if path.exists() and not path.is_file():
        raise NoTarget(path, "it is no regular file")
    if path.exists() and not force:
        raise TargetExists(path)
    try:
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise NoTarget(path, error.strerror or str(error)) from error
    file = os.fdopen(handle, "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever held it may have given it its name in between.
        if not part.exists() or part.stat().st_ino != os.fstat(handle).st_ino:
            raise BlockingIOError
        file.truncate(0)
    except BlockingIOError:
        file.close()
        raise TargetBusy(path) from None
    return file


class StandardOutput:
    """Standard output without a buffer, so that what was not written is not tried again at the program's end."""

    def __init__(self, check: Callable[[], None] = lambda: None, *, handle: int = STANDARD_OUTPUT):
        self._check = check
        self._handle = handle

    def write(self, data: bytes) -> int:
        """Write all of it, after a check that may raise. Raises OutputFailed, and BrokenPipeError where
        the reader has left."""
        self._check()
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._handle, view) :]
            except BrokenPipeError:
                raise
            except OSError as error:
                raise OutputFailed(error.strerror or str(error)) from error
        return len(data)
