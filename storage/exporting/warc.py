"""Snapshots as one WARC file: the archive's own records, copied byte for byte, each once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from storage.exporting.records import Kept, Seen, complete, copied, hidden, of_snapshots
from storage.exporting.target import Output
from storage.warc_records import warcinfo

SOFTWARE = "backissue (https://github.com/backissue/backissue)"
COPIED = (
    "The records that follow are copies, byte for byte, of records of an archive that Backissue keeps; those of other "
    "files that were imported are as they were in these."
)


class Copies:
    """Hands out the records of snapshots, each once, and tells what cannot be read."""

    def __init__(self, folder: Path, problems: list[str]):
        self._folder = folder
        self._problems = problems
        self._seen = Seen()
        self._never: frozenset[int] | None = None

    def of(self, connection: Connection, ids: Sequence[int]) -> Iterator[tuple[Kept, bytes]]:
        """The records of these snapshots that were not handed out before, in the order of the archive's files."""
        if self._never is None:
            self._never = hidden(connection)
        found = complete(connection, self._folder, of_snapshots(connection, ids), self._problems, self._never)
        return copied(self._folder, (one for one in found if self._seen.first_time(one.row)), self._problems)


class WarcCopy:
    """Writes one WARC file, which may go to standard output."""

    def __init__(self, to: Output, folder: Path, *, name: str, when: datetime, problems: list[str]):
        self._to = to
        self._copies = Copies(folder, problems)
        to.write(warcinfo(name, when, SOFTWARE, copied=COPIED).gzipped)

    def add(self, connection: Connection, ids: Sequence[int]) -> int:
        """Add what belongs to snapshots; returns the number of these."""
        for _, data in self._copies.of(connection, ids):
            self._to.write(data)
        return len(ids)

    def finish(self) -> None:
        """A WARC file ends with its last record."""

    def abandon(self) -> None:
        """Nothing is held open."""
