"""Archives whose keys are older than the code: nothing is fetched twice, nothing lost, and what moved can be told."""

import json
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from storage import database
from storage.clock import Clock
from storage.folder import Folder
from storage.recorder import Recorder

URLS = (
    ("https://www.example.com/a?cid=1&gclid=2", "example.com/a?cid=1&gclid=2"),
    ("https://m.example.com/a?cid=1", "m.example.com/a?cid=1"),
    ("https://example.com/b", "example.com/b"),
)


def old_archive(folder: Path) -> Folder:
    """Of revision 0005, with three pages by the keys of its time, of which two are one page now."""
    made = Folder(folder)
    made.make()
    engine = database.open_engine(made.database, write=True)
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for number, (url, key) in enumerate(URLS, 1):
            given = {"id": number, "url": url, "key": key}
            connection.execute(
                text("INSERT INTO page (id, key, url, site, added_at) "
                     "VALUES (:id, :key, :url, 'example.com', '2025-01-01')"),
                given,
            )  # fmt: skip
            connection.execute(
                text("INSERT INTO alias (id, url, key, page_id, added_at) VALUES (:id, :url, :key, :id, '2025-01-01')"),
                given,
            )  # fmt: skip
            for state, scope in (("done" if number == 2 else "pending", "source:1"), ("done", f"run:{number}")):
                connection.execute(
                    text("INSERT INTO frontier (scope, kind, key, url, state, priority, attempts, found_at) "
                         "VALUES (:scope, 'article', :key, :url, :state, 0, 0, '2025-01-01')"),
                    {**given, "scope": scope, "state": state},
                )  # fmt: skip
    engine.dispose()
    return made


def rows(folder: Folder, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder.database) as connection:
        return connection.execute(statement).fetchall()


def test_pages_that_are_one_now_are_merged_and_the_move_is_logged(tmp_path: Path) -> None:
    folder = old_archive(tmp_path / "archive")
    Recorder(folder, clock=Clock()).close()
    assert rows(folder, "SELECT id, key FROM page ORDER BY id") == [(1, "example.com/a?cid=1"), (3, "example.com/b")]
    assert rows(folder, "SELECT url, key, page_id FROM alias ORDER BY id") == [
        (URLS[0][0], "example.com/a?cid=1", 1), (URLS[1][0], "example.com/a?cid=1", 1),
        (URLS[2][0], "example.com/b", 3),
    ]  # fmt: skip
    assert rows(folder, "SELECT alias_id, from_page, from_url, to_page, reason FROM alias_move") == [
        (2, 2, URLS[1][0], 1, "same key")
    ]
    # Of two entries of one page the one that was visited stays; those of other lists stay as they are.
    assert rows(folder, "SELECT key, url, state FROM frontier WHERE scope = 'source:1' ORDER BY id") == [
        ("example.com/a?cid=1", URLS[1][0], "done"), ("example.com/b", URLS[2][0], "pending"),
    ]  # fmt: skip
    assert len(rows(folder, "SELECT id FROM frontier WHERE scope LIKE 'run:%'")) == 3


def test_another_file_of_rules_gives_other_keys_when_the_archive_is_opened_next(tmp_path: Path) -> None:
    folder = old_archive(tmp_path / "archive")
    Recorder(folder, clock=Clock()).close()
    rules = {"providers": {"all": {"urlPattern": ".*", "rules": ["cid"]}}}
    (folder.path / "url-rules.json").write_text(json.dumps(rules))
    Recorder(folder, clock=Clock()).close()
    assert rows(folder, "SELECT key FROM alias ORDER BY id") == [
        ("example.com/a?gclid=2",), ("example.com/a",), ("example.com/b",),
    ]  # fmt: skip
    (folder.path / "url-rules.json").unlink()
    Recorder(folder, clock=Clock()).close()
    assert rows(folder, "SELECT key FROM alias ORDER BY id LIMIT 1") == [("example.com/a?cid=1",)]
