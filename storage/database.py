"""The database: how it is opened, brought up to date, and written to."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import DatabaseFailed, NewerDatabase, OlderDatabase
from storage.search.form import form, names_form

# How long a writer waits for another process's transaction. Transactions here are short, so a minute means that
# something holds the lock for good.
BUSY_TIMEOUT_SECONDS = 60

# The newest revision in storage/migrations/versions. A test compares the two.
HEAD = "0015"

_BEGIN = {"write": "BEGIN IMMEDIATE", "read": "BEGIN"}


# Pages of the journal after which it is put into the file, 32 MiB instead of 4: what a batch of fingerprints writes,
# at random places of the index, is 20 MB, and most of the next batch's pages are the same.
CHECKPOINT_PAGES = 8192


def open_engine(file: Path, *, write: bool) -> Engine:
    """An engine on a SQLite file.

    Writing connections begin IMMEDIATE: a transaction that reads first and writes later fails at once under WAL when
    another process wrote in between, whatever the busy timeout says.
    """
    # `uri` so that a reader never makes an empty database by looking for one.
    mode = "rwc" if write else "rw"
    engine = create_engine(
        f"sqlite:///file:{_quoted(file)}?mode={mode}&uri=true",
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )
    begin = _BEGIN["write" if write else "read"]

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        # pysqlite begins transactions by itself, late and deferred; None leaves it to us.
        connection.isolation_level = None
        cursor = connection.cursor()
        if write:
            cursor.execute("PRAGMA journal_mode = WAL")
            # FULL: a commit that was acknowledged survives a power cut (4 ms each, shared by a group of captures).
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        cursor.execute("PRAGMA foreign_keys = ON")
        # 64 MiB of pages instead of 2: look-ups by key hit a large index at random.
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.close()
        # What the view of the full-text index's content calls (`storage.search_tables`).
        connection.create_function("search_form", 1, form, deterministic=True)
        connection.create_function("search_names", 1, names_form, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def raw_reader(file: Path) -> sqlite3.Connection:
    """A bare connection to a SQLite file, in no transaction, for any thread."""
    return sqlite3.connect(
        f"file:{_quoted(file)}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_SECONDS, check_same_thread=False,
        isolation_level=None,
    )  # fmt: skip


def _quoted(file: Path) -> str:
    return str(file.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def revision(engine: Engine) -> str | None:
    """The schema's revision; None for an empty database.

    Raises DatabaseFailed where the file is not a database at all.
    """
    try:
        with engine.connect() as connection:
            known = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")).first()
            if known is None:
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DatabaseError as error:
        raise DatabaseFailed(cause(error)) from error


def check(engine: Engine) -> None:
    """Raises NewerDatabase or OlderDatabase unless the schema is the one that this version reads."""
    found = revision(engine)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise NewerDatabase(found)
    raise OlderDatabase(found or "none")


def migrate(engine: Engine) -> None:
    """Bring the schema up to date; quick where it is. Raises NewerDatabase and then changes nothing."""
    found = revision(engine)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise NewerDatabase(found)
    # Alembic takes a fifth of a second to import, and most starts do not need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise DatabaseFailed(cause(error)) from error


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for queries. Database errors come out as DatabaseFailed."""
    try:
        with engine.connect() as connection:
            yield connection
    except DatabaseError as error:
        raise DatabaseFailed(cause(error)) from error


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that commits at the end. Database errors come out as DatabaseFailed."""
    try:
        with engine.begin() as connection:
            yield connection
    except DatabaseError as error:
        raise DatabaseFailed(cause(error)) from error


def cause(error: DatabaseError) -> str:
    """What the driver said, in one line, without the statement."""
    return " ".join(str(error.orig or error).split())
