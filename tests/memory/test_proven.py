"""The archive teaches itself: what its memory has proved to be boilerplate, against its own articles."""

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from pipelines.memory.teaching import teach
from pipelines.pleas.model import score
from storage import database, generations
from storage.article import Access, Article, Block, BlockKind, Rendition
from storage.leaves import key_of
from storage.lessons import Learnt, Lesson
from storage.memory import Memory
from storage.memory_tables import MemoryRow
from storage.proven import article_lines, proven_lines
from storage.record import keep_rendition
from storage.tables import AliasRow, PageRow, RecordRow, SnapshotRow, WarcFileRow

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SITE = "a.example"
_BEGGING = [
    "support",
    "our",
    "journalism",
    "today",
    "become",
    "member",
    "give",
    "money",
    "reader",
    "help",
    "us",
    "free",
    "press",
]
_NEWS = [
    "harbour",
    "ship",
    "council",
    "street",
    "water",
    "bridge",
    "winter",
    "mayor",
    "police",
    "school",
    "train",
    "river",
]
_chance = random.Random(5)


def lines(words: list[str], number: int) -> list[str]:
    """Different lines of these words."""
    found: set[str] = set()
    while len(found) < number:
        found.add(" ".join(_chance.choices(words, k=12)).capitalize() + ".")
    return sorted(found)


BOILERPLATE = lines(_BEGGING, 90)
TEXT = lines(_NEWS, 3200)
ARTICLES = [TEXT[n : n + 160] for n in range(0, 3200, 160)]


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    """An archive's database with the articles, and a memory of the boilerplate."""
    engine = database.open_engine(tmp_path / "archive.db", write=True)
    database.migrate(engine)
    learnt = [
        Learnt(
            key=key_of(text), text=text, articles=3 if n < 5 else 9, pages=None, first_seen_at=NOW, last_seen_at=NOW
        )
        for n, text in enumerate(BOILERPLATE)
    ]  # fmt: skip
    with database.writing(engine) as connection:
        connection.execute(insert(WarcFileRow).values(name="x.warc.gz", added_at=NOW))
        for number, blocks in enumerate(ARTICLES, 1):
            url = f"https://a.example/{number}"
            connection.execute(insert(PageRow).values(key=url, url=url, site=SITE, added_at=NOW))
            connection.execute(insert(AliasRow).values(key=url, url=url, page_id=number, added_at=NOW))
            connection.execute(insert(RecordRow).values(
                record_id=url, type="response", url=url, captured_at=NOW, file_id=1, offset=number, length=1, sha256=b""
            ))  # fmt: skip
            connection.execute(insert(SnapshotRow).values(
                alias_id=number, record_id=number, captured_at=NOW, added_at=NOW, access="open", whole=True
            ))  # fmt: skip
            article = Article(
                extractor="x", access=Access.OPEN,
                blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in [*blocks, BOILERPLATE[0]]),
            )  # fmt: skip
            rendition = Rendition(extractor="x", rules="x", generation=0, text="\n".join(blocks))
            keep_rendition(connection, number, article, rendition, now=NOW)
        lesson = Lesson(site=SITE, since=NOW, known=20, pages=None, lines=tuple(learnt))
        generations.close(
            connection, [lesson], {}, expected=generations.state(connection), run=None, model=None, model_lines=0,
            now=NOW,
        )  # fmt: skip
    yield engine
    engine.dispose()


def test_what_stands_on_few_articles_or_is_wanted_proves_nothing(archive: Any) -> None:
    with database.writing(archive) as connection:
        generations.overrule(connection, SITE, key_of(BOILERPLATE[7]), None, cut=False, now=NOW)
        found = proven_lines(connection)
    assert sorted(found) == sorted(line for line in BOILERPLATE[5:] if line != BOILERPLATE[7])


def test_what_a_site_repeats_is_no_line_of_an_article(archive: Any) -> None:
    with database.reading(archive) as connection:
        assert sorted(article_lines(connection)) == TEXT


def test_a_model_is_trained_once_and_again_when_there_is_twice_as_much(archive: Any, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    taught = teach(path)
    assert taught is not None
    assert taught.lines == 85
    assert taught == teach(path)
    assert score(taught.model, "Become a member today and help our free press") > 0
    assert score(taught.model, "The mayor came by ship and by train over the river bridge") < 0
    with database.writing(archive) as connection:
        generations.close(
            connection, [], {}, expected=generations.state(connection), run=None, model=taught.model,
            model_lines=taught.lines, now=NOW,
        )  # fmt: skip
    assert Memory(archive).knowledge("https://b.example/x", NOW).model == taught.model
    assert Memory(archive).knowledge("https://a.example/x", NOW).model is None
    assert teach(path) is None
    with database.writing(archive) as connection:
        connection.execute(insert(MemoryRow), [
            {"site": "b.example", "key": key_of(f"{text} b"), "text": f"{text} b", "articles": 9, "pages": None,
             "first_seen_at": NOW, "last_seen_at": NOW, "forgotten": False, "generation_id": 2}
            for text in BOILERPLATE
        ])  # fmt: skip
    assert teach(path) is not None
