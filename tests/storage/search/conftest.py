"""An archive whose snapshots are put in one by one, as a crawl would have kept them, and searched."""

import contextlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from storage import database, pages
from storage.archive import Archive
from storage.article import Access, Article, Block, BlockKind, Rendition
from storage.folder import Folder
from storage.record import keep_rendition
from storage.search import Found, Search, index
from storage.tables import AliasRow, PageRow, RecordRow, SnapshotRow, SourceRow, WarcFileRow
from storage.urls import key, site

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


class Shelf:
    """Snapshots in an archive, and what a search finds of them."""

    def __init__(self, path: Path):
        self.folder = Folder(path)
        self.folder.make()
        self.engine = database.open_engine(self.folder.database, write=True)
        database.migrate(self.engine)
        index.catch_up(self.engine)
        with database.writing(self.engine) as connection:
            if connection.execute(select(WarcFileRow.id)).first() is None:
                connection.execute(insert(WarcFileRow).values(id=1, name="made-up.warc.gz", added_at=START))
        self.archive = Archive.open(path)
        self.count = 0
        self._open: Connection | None = None

    def close(self) -> None:
        self.archive.close()
        self.engine.dispose()

    def add(self, body: str, url: str = "", at: float | None = None, **fields: Any) -> int:
        """A snapshot of a page, captured so many days after the start; by default one after the other, each of a page
        of its own. `fields`: those of the article, and as `put` has them."""
        with self._transaction() as connection:
            return self.put(connection, body, url, at, **fields)

    def put(
        self, connection: Connection, body: str, url: str = "", at: float | None = None, *, added: float | None = None,
        source: str | None = None, **fields: Any,
    ) -> int:  # fmt: skip
        """The same in a transaction that is under way. `added`: when it came into the archive, else as captured."""
        self.count += 1
        number = self.count
        url = url or f"https://ledger.example/{number}"
        captured_at = day(number if at is None else at)
        alias = self._alias(connection, url, source)
        record = {
            "id": number, "record_id": f"r{number}", "type": "response", "url": url, "captured_at": captured_at,
            "file_id": 1, "offset": number, "length": 1, "sha256": b"",
        }  # fmt: skip
        connection.execute(insert(RecordRow).values(**record))
        access = fields.pop("access", Access.OPEN)
        values = {
            "id": number, "alias_id": alias, "record_id": number, "captured_at": captured_at,
            "added_at": captured_at if added is None else day(added), "access": access.value, "whole": True,
        }  # fmt: skip
        connection.execute(insert(SnapshotRow).values(**values))
        _read(connection, number, body, access=access, **fields)
        return number

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """What is added in here is committed together."""
        with database.writing(self.engine) as connection:
            self._open = connection
            yield
        self._open = None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._open is not None:
            yield self._open
            return
        with database.writing(self.engine) as connection:
            yield connection

    def _alias(self, connection: Connection, url: str, source: str | None) -> int:
        known = pages.find_alias(connection, url)
        if known is not None:
            return known.id
        wanted = None
        if source is not None:
            row = select(SourceRow.id).where(SourceRow.name == source)
            wanted = connection.execute(row).scalar()
            if wanted is None:
                values = {"name": source, "home": None, "added_at": START}
                wanted = connection.execute(insert(SourceRow).values(**values).returning(SourceRow.id)).scalar_one()
        page = {"key": key(url), "url": url, "site": site(url), "source_id": wanted, "added_at": START}
        number = connection.execute(insert(PageRow).values(**page).returning(PageRow.id)).scalar_one()
        alias = {"url": url, "key": key(url), "page_id": number, "added_at": START}
        return int(connection.execute(insert(AliasRow).values(**alias).returning(AliasRow.id)).scalar_one())

    def read_again(self, snapshot: int, body: str, **fields: Any) -> None:
        """Give a snapshot another rendition, as a newer version would."""
        with database.writing(self.engine) as connection:
            _read(connection, snapshot, body, **fields)

    def found(self, query: str = "", **more: Any) -> Found:
        return self.archive.search(Search(query=query, **more))

    def numbers(self, query: str = "", **more: Any) -> list[int]:
        """The snapshots that are found, in the order in which they are given out."""
        return [hit.view.snapshot for hit in self.found(query, **more).hits]

    def sql(self, statement: str) -> list[Any]:
        with database.writing(self.engine) as connection:
            done = connection.execute(text(statement))
            return list(done) if done.returns_rows else []

    def check(self) -> None:
        """Have SQLite compare the index with the texts. Raises DatabaseFailed."""
        self.sql("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


def _read(
    connection: Connection, number: int, body: str, *, access: Access = Access.OPEN, title: str | None = "Quay",
    extractor: str = "one", generation: int = 0, **fields: Any,
) -> None:  # fmt: skip
    block = Block(kind=BlockKind.PARAGRAPH, text=body)
    article = Article(extractor=extractor, title=title, access=access, blocks=(block,), **fields)
    rendition = Rendition(extractor=extractor, rules="rules", generation=generation, text=body)
    keep_rendition(connection, number, article, rendition, now=START)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive without anything in it: to make one takes half a second."""
    path = tmp_path_factory.mktemp("shelf") / "archive"
    Shelf(path).close()
    return path


@pytest.fixture
def shelf(tmp_path: Path, empty: Path) -> Iterator[Shelf]:
    made = Shelf(Path(shutil.copytree(empty, tmp_path / "archive")))
    yield made
    made.close()
