"""The schema that migrations make is the one that the code reads."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from storage import database
from storage.tables import Base


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", "storage:migrations")
    made.set_main_option("path_separator", "os")
    return made


def test_the_newest_revision_is_the_one_that_the_code_expects() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == database.HEAD


def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    engine = database.open_engine(tmp_path / "archive.db", write=True)
    first = config()
    with engine.begin() as connection:
        first.attributes["connection"] = connection
        command.upgrade(first, "0001")
    database.migrate(engine)
    database.check(engine)
    found = inspect(engine)
    for table in Base.metadata.sorted_tables:
        assert {column["name"] for column in found.get_columns(table.name)} == set(table.columns.keys())
    engine.dispose()
