"""The index of captures: what older archives have is entered, and long lists are read piece by piece."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from storage import captures, database
from storage.archive import Archive
from storage.cdx_query import cdx_query
from storage.folder import Folder


def old_archive(path: Path) -> Folder:
    """Of revision 0011: a redirect, the page that it led to, and a request."""
    folder = Folder(path)
    folder.make()
    engine = database.open_engine(folder.database, write=True)
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        now = {"now": "2025-01-01 00:00:00.000000"}
        connection.execute(text("INSERT INTO warc_file (id, name, added_at) VALUES (1, 'a.warc.gz', :now)"), now)
        for number, kind, url in ((1, "response", "http://example.org/a"), (2, "response", "http://example.org/b"),
                                  (3, "request", "http://example.org/b")):  # fmt: skip
            connection.execute(
                text("INSERT INTO record (id, record_id, type, url, captured_at, file_id, offset, length, sha256) "
                     "VALUES (:n, 'urn:uuid:' || :n, :kind, :url, :now, 1, :n, 9, x'00')"),
                {"n": number, "kind": kind, "url": url, **now},
            )  # fmt: skip
        connection.execute(
            text("INSERT INTO run (id, kind, state, started_at, resumed, taken_up, listings, listings_failed, skipped, "
                 "reached) VALUES (1, 'archive', 'done', :now, 0, 1, 0, 0, '{}', 0)"), now)  # fmt: skip
        connection.execute(
            text("INSERT INTO visit (run_id, url, captured_at, outcome, status, record_id) "
                 "VALUES (1, 'http://example.org/a', :now, 'not_article', 200, 2)"), now)  # fmt: skip
    database.migrate(engine)
    engine.dispose()
    return folder


def test_captures_of_older_archives_are_entered_with_what_is_known_of_them(tmp_path: Path) -> None:
    archive = Archive.open(old_archive(tmp_path).path)
    lines = list(archive.cdx(cdx_query([("url", "example.org/*"), ("fl", "urlkey,timestamp,mimetype,statuscode")])))
    assert lines == ["org,example)/a 20250101000000 - -\n", "org,example)/b 20250101000000 - 200\n"]
    archive.close()


def test_a_long_list_is_read_in_pieces_whatever_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = old_archive(tmp_path)
    engine = database.open_engine(folder.database, write=True)
    with database.writing(engine) as connection:
        for n in range(10, 30):
            given = {"n": n, "url": f"http://example.org/{n % 3}", "key": f"org,example)/{n % 3}",
                     "now": f"2025-01-{n} 00:00:00.000000"}  # fmt: skip
            connection.execute(
                text("INSERT INTO record (id, record_id, type, url, captured_at, file_id, offset, length, sha256) "
                     "VALUES (:n, 'urn:uuid:' || :n, 'response', :url, :now, 1, :n, 9, x'00')"), given)  # fmt: skip
            connection.execute(text("INSERT INTO capture VALUES (:n, :key, :now, 200, 'text/html')"), given)
    ranges = [("org,example)/", "org,example)/1"), ("org,example)/1", "org,example)/9")]
    whole = [view.record for view in captures.scan(engine, ranges)]
    assert whole == sorted(range(10, 30), key=lambda n: (n % 3, n))
    for batch in (1, 7):
        monkeypatch.setattr(captures, "BATCH", batch)
        assert [view.record for view in captures.scan(engine, ranges)] == whole
        assert [view.record for view in captures.scan(engine, ranges, backwards=True)] == whole[::-1]
        assert [view.record for view in captures.scan(engine, ranges, skip=8)] == whole[8:]
        first, last = datetime(2025, 1, 12, tzinfo=UTC), datetime(2025, 1, 20, tzinfo=UTC)
        within = [view.record for view in captures.scan(engine, ranges, first=first, last=last)]
        assert within == [n for n in whole if 12 <= n <= 20]
    engine.dispose()
