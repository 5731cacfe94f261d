"""An archive open for a short change that its owner makes, such as a tag."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection

from storage import database
from storage.folder import Folder
from storage.urls import use_rules_of


@contextlib.contextmanager
def editing(folder: Folder) -> Iterator[Connection]:
    """A transaction on an archive that is there, brought up to date first. Raises ArchiveNotFound, DatabaseFailed."""
    folder.must_exist()
    use_rules_of(folder.path)
    engine = database.open_engine(folder.database, write=True)
    try:
        database.migrate(engine)
        with database.writing(engine) as connection:
            yield connection
    finally:
        engine.dispose()
