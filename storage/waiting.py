"""What waits in an archive: asked before a command starts anything, and also where there is no archive yet."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, select

from storage import database, revisit_plans
from storage.clock import Clock
from storage.folder import Folder
from storage.tables import SourceRow


@contextmanager
def _glance(folder: Folder) -> Iterator[Connection | None]:
    """The archive's database for one look; None where there is none yet."""
    if not folder.database.is_file():
        yield None
        return
    engine = database.open_engine(folder.database, write=False)
    try:
        if database.revision(engine) is None:
            yield None
            return
        with database.reading(engine) as connection:
            yield connection
    finally:
        engine.dispose()


def has_watched_pages(folder: Folder) -> bool:
    """Whether `archive --watch` has put a page on the list; False where there is no archive yet."""
    with _glance(folder) as connection:
        if connection is None:
            return False
        query = select(SourceRow.id).where(SourceRow.name == "watch")
        return connection.execute(query).first() is not None


def is_anything_due(folder: Folder, names: Sequence[str], clock: Clock) -> bool:
    """Whether a crawl of what is due of these sources (`watch` names the watched pages) would find anything to do;
    False where there is no archive yet."""
    with _glance(folder) as connection:
        if connection is None:
            return False
        query = select(SourceRow.id).where(SourceRow.name.in_(names))
        scopes = [f"source:{number}" for number in connection.execute(query).scalars()]
        return revisit_plans.is_anything_due(connection, scopes, clock.now())
