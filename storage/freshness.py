"""Whether the archive has changed since it was last looked at."""

import sqlite3
import threading

from storage import database
from storage.archive import Archive
from storage.errors import DatabaseFailed


class Freshness:
    """Tells by a number: it is another one after every commit, of whatever process."""

    def __init__(self, archive: Archive):
        # The number is the connection's own, so it takes one that is kept, and one thread at a time.
        self._lock = threading.Lock()
        self._connection = database.raw_reader(archive.folder.database)

    def version(self) -> int:
        """The number. Raises DatabaseFailed."""
        with self._lock:
            try:
                return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.Error as error:
                raise DatabaseFailed(str(error)) from error

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._connection.close()
