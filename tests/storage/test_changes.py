"""Changes are worked out once, in one version on both sides, and again when a neighbour comes in."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from storage import changes, database
from storage.article import Access, Article, Block, BlockKind, Rendition
from storage.change_tables import ChangeRow
from storage.record import keep_rendition
from storage.tables import AliasRow, PageRow, RecordRow, SnapshotRow, WarcFileRow

NOW = datetime(2026, 2, 1, tzinfo=UTC)
FIRST = "The council met on Tuesday and agreed to mend the quay."


def snapshot(connection: Connection, number: int, day: int) -> None:
    record = {
        "id": number, "record_id": f"r{number}", "type": "response", "url": "u", "captured_at": NOW, "file_id": 1,
        "offset": number, "length": 1, "sha256": b"",
    }  # fmt: skip
    connection.execute(insert(RecordRow).values(**record))
    values = {
        "id": number, "alias_id": 1, "record_id": number, "captured_at": datetime(2026, 1, day, tzinfo=UTC),
        "added_at": NOW, "access": "open", "whole": True,
    }  # fmt: skip
    connection.execute(insert(SnapshotRow).values(**values))


def read(connection: Connection, number: int, text: str, extractor: str = "one") -> None:
    block = Block(kind=BlockKind.PARAGRAPH, text=text)
    article = Article(extractor=extractor, title="Quay", access=Access.OPEN, blocks=(block,))
    rendition = Rendition(extractor=extractor, rules="rules", generation=0, text=text)
    keep_rendition(connection, number, article, rendition, now=NOW)


def told(connection: Connection) -> dict[int, tuple[int, str]]:
    query = select(ChangeRow.new_snapshot_id, ChangeRow.old_snapshot_id, ChangeRow.summary)
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def test_changes_follow_neighbours_and_versions(tmp_path: Path) -> None:
    engine = database.open_engine(tmp_path / "archive.db", write=True)
    database.migrate(engine)
    with database.writing(engine) as connection:
        connection.execute(insert(WarcFileRow).values(id=1, name="f", added_at=NOW))
        connection.execute(insert(PageRow).values(id=1, key="k", url="u", site="s", added_at=NOW))
        connection.execute(insert(AliasRow).values(id=1, url="u", key="k", page_id=1, added_at=NOW))
        snapshot(connection, 1, day=1)
        read(connection, 1, FIRST)
        assert told(connection) == {}
        snapshot(connection, 2, day=5)
        read(connection, 2, FIRST.replace("mend", "rebuild"))
        assert told(connection) == {2: (1, "wording: mend → rebuild")}
        # An older capture comes in between.
        snapshot(connection, 3, day=3)
        read(connection, 3, FIRST.replace("Tuesday", "Monday"))
        assert {new: old for new, (old, _) in told(connection).items()} == {3: 1, 2: 3}
        # A newer version that reads one side only changes nothing, and one that reads both is what counts.
        stood = told(connection)
        read(connection, 3, "Menu\n" + FIRST, "two")
        assert told(connection) == stood
        read(connection, 1, "Menu\n" + FIRST, "two")
        assert told(connection)[3] == (1, "nothing that a reader sees")
        assert told(connection)[2] == stood[2]
        # With no version in common nobody can say whose difference it is.
        snapshot(connection, 4, day=9)
        read(connection, 4, FIRST, "three")
        assert 4 not in told(connection)
    engine.dispose()


def test_changes_that_are_missing_are_worked_out_page_by_page_and_counted(tmp_path: Path) -> None:
    engine = database.open_engine(tmp_path / "archive.db", write=True)
    database.migrate(engine)
    with database.writing(engine) as connection:
        connection.execute(insert(WarcFileRow).values(id=1, name="f", added_at=NOW))
        for page in (1, 2):
            connection.execute(insert(PageRow).values(id=page, key=f"k{page}", url="u", site="s", added_at=NOW))
            connection.execute(insert(AliasRow).values(id=page, url=f"u{page}", key="k", page_id=page, added_at=NOW))
        for number in (1, 2, 3):
            snapshot(connection, number, day=number)
            read(connection, number, FIRST.replace("Tuesday", f"day {number}"))
        snapshot(connection, 4, day=4)
        connection.execute(update(SnapshotRow).where(SnapshotRow.id == 4).values(alias_id=2))
        read(connection, 4, FIRST)
        whole = told(connection)
        # As an older version left them.
        connection.execute(delete(ChangeRow).where(ChangeRow.new_snapshot_id == 2))
        connection.execute(update(ChangeRow).values(engine="compare 0"))
        assert changes.work_out_missing(connection, 0, now=NOW) == (1, 2)
        assert told(connection) == whole
        assert changes.work_out_missing(connection, 0, now=NOW) == (1, 0)
        assert changes.work_out_missing(connection, 1, now=NOW) == (None, 0)
    engine.dispose()
