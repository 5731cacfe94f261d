"""Exports what was asked for, in one of the formats, to a file or to standard output."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import attrs
from sqlalchemy import Connection

from storage import database
from storage.archive import Archive
from storage.clock import Clock
from storage.errors import BackissueError, UsageError
from storage.exporting import texts, workers
from storage.exporting.cursor import Position, cursor, position
from storage.exporting.parquet import ParquetTable
from storage.exporting.selection import Selection, batches, ids
from storage.exporting.target import NotWritten, Output, StandardOutput, whole_file
from storage.exporting.wacz import WaczFile
from storage.exporting.warc import WarcCopy

FORMATS = ("jsonl", "csv", "parquet", "warc", "wacz")
ROWS = ("snapshots", "changes")
# Their ends say where their parts are, which is written by going back.
_FILES_ONLY = ("parquet", "wacz")
_RECORDS = ("warc", "wacz")
_TEXTS = ("jsonl", "csv")


class NeedsFile(UsageError):
    """A format that cannot be written to standard output."""

    def __init__(self, form: str):
        super().__init__(f"--format {form} needs a file to go to. Name one with --output FILE.")


class Interrupted(BackissueError):
    """Ctrl-C, or SIGTERM, while standard output was written."""

    exit_code = 130

    def __init__(self, rows: int, word: str | None):
        if word is None:
            super().__init__("Interrupted before the first row. Run it again.")
        else:
            super().__init__(f"Interrupted after {rows:,} rows. Go on behind them with --cursor {word}")


@attrs.frozen(kw_only=True)
class Request:
    """An export as a user asks for it."""

    form: str = "jsonl"
    rows: str = "snapshots"
    selection: Selection = attrs.field(factory=Selection)
    cursor: str | None = None
    limit: int | None = None
    """Snapshots."""
    output: Path | None = None
    """None: standard output."""
    force: bool = False

    @property
    def question(self) -> str:
        """What a cursor belongs to."""
        return f"{self.rows} {self.selection.question}"


@attrs.define(kw_only=True)
class Done:
    """What an export has come to so far."""

    rows: int = 0
    last: Position | None = None
    problems: list[str] = attrs.field(factory=list)
    """One sentence for each thing that could not be exported."""


def export(archive: Archive, request: Request, *, check: Callable[[int], None] = lambda rows: None) -> Done:
    """Export it. `check` is called again and again with the rows written so far, and may raise KeyboardInterrupt.

    Raises BadCursor, NeedsFile, SourceNotFound, Interrupted, NotWritten, and what `whole_file` and `StandardOutput`
    raise.
    """
    if request.form in _FILES_ONLY and request.output is None:
        raise NeedsFile(request.form)
    if request.form in _RECORDS and request.rows == "changes":
        raise UsageError(f"--rows changes is for tables; {request.form} holds records. Leave one of the two away.")
    if request.rows == "changes":
        request = attrs.evolve(request, selection=attrs.evolve(request.selection, all_versions=True))
    after = position(request.cursor, request.question) if request.cursor is not None else None
    done = Done()
    try:
        if request.output is None:
            _written(archive, request, after, StandardOutput(lambda: check(done.rows)), done, check)
        else:
            with whole_file(request.output, force=request.force) as file:
                _written(archive, request, after, file, done, check)
    except KeyboardInterrupt as error:
        if request.output is not None:
            raise NotWritten(request.output) from error
        raise Interrupted(done.rows, word(request, done)) from error
    return done


def word(request: Request, done: Done) -> str | None:
    """The cursor behind what was exported; the one that was given, or None, where nothing was."""
    return cursor(done.last, request.question) if done.last is not None else request.cursor


def _written(
    archive: Archive, request: Request, after: Position | None, to: Output, done: Done, check: Callable[[int], None]
) -> None:
    with database.reading(archive.engine) as connection:
        chosen: Iterator[int] = islice(ids(connection, request.selection, after), request.limit)
        if request.form not in _TEXTS:
            writer = _writer(archive, request, to, done)
            try:
                for batch in batches(chosen):
                    done.rows += writer.add(connection, batch)
                    done.last = workers.place_of(connection, batch[-1])
                    check(done.rows)
                writer.finish()
            except BaseException:
                writer.abandon()
                raise
            return
        to.write(texts.head(request.form, request.rows))
        made = workers.pieces(
            archive.engine, archive.folder.database, batches(chosen), form=request.form, rows=request.rows
        )
        for piece in made:
            to.write(piece.data)
            done.rows += piece.rows
            done.last = piece.last
            check(done.rows)


class _Writer(Protocol):
    def add(self, connection: Connection, ids: Sequence[int]) -> int: ...

    def finish(self) -> None: ...

    def abandon(self) -> None: ...


def _writer(archive: Archive, request: Request, to: Output, done: Done) -> _Writer:
    now, folder = Clock().now(), archive.folder.warc
    if request.form == "warc":
        name = request.output.name if request.output is not None else "export.warc.gz"
        return WarcCopy(to, folder, name=name, when=now, problems=done.problems)
    file = cast(BinaryIO, to)
    if request.form == "wacz":
        return WaczFile(file, folder, title=_title(request), when=now, problems=done.problems)
    return ParquetTable(file, request.rows)


def _title(request: Request) -> str:
    said = [request.selection.query, f"source {request.selection.source}" if request.selection.source else ""]
    return ", ".join(["Snapshots", *filter(None, said)])
