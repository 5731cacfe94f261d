"""Generations of the memory: what each of them knew can be read back, and each page has the one that concerns it."""

import datetime as dt
import pickle
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import database, generations
from storage.leaves import key_of
from storage.lessons import Learnt, Lesson
from storage.memory import Memory
from storage.memory_tables import GenerationRow
from storage.search_tables import FULL_TEXT, SHADOWS

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SITE = "a.example"
LINE = "A long line that stands on each and every article of that site here."
KEY = key_of(LINE)


def day(number: int) -> dt.datetime:
    return START + dt.timedelta(days=number)


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    engine = database.open_engine(tmp_path / "archive.db", write=True)
    database.migrate(engine)
    yield engine
    engine.dispose()


def close(engine: Any, *lessons: Lesson, model: bytes | None = None) -> int:
    with database.writing(engine) as connection:
        number = generations.close(
            connection, lessons, {}, expected=generations.state(connection), run=None, model=model, model_lines=0,
            now=START,
        )  # fmt: skip
    assert number is not None
    return number


def lesson(known: int, since: int, *lines: Learnt, pages: tuple[int, ...] | None = None, site: str = SITE) -> Lesson:
    return Lesson(site=site, since=day(since), known=known, pages=pages, lines=lines)


def line(articles: int, first: int, last: int, **more: Any) -> Learnt:
    return Learnt(
        key=KEY, text=LINE, articles=articles, pages=None, first_seen_at=day(first), last_seen_at=day(last), **more
    )  # fmt: skip


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    # The full-text index and the tables in which SQLite keeps it.
    return kind != "table" or name not in (FULL_TEXT, *SHADOWS)


def test_the_migrated_tables_are_those_of_the_code(engine: Any) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_name": is_ours})
        assert compare_metadata(context, GenerationRow.metadata) == []


def test_a_key_of_64_bits_comes_back_as_it_went_in(engine: Any) -> None:
    keys = [1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
    learnt = [
        Learnt(key=key, text=None, articles=2, pages=None, first_seen_at=day(0), last_seen_at=day(1)) for key in keys
    ]
    close(engine, lesson(9, 0, *learnt))
    with database.reading(engine) as connection:
        assert sorted(generations.standing(connection, SITE, 1)) == keys


def test_what_a_generation_knew_can_be_read_back(engine: Any) -> None:
    close(engine, lesson(5, 0, line(5, 0, 4)))
    with database.reading(engine) as connection:
        first = generations.standing(connection, SITE, 1)[KEY].id
    close(engine, lesson(9, 3, line(9, 0, 8, replaces=first)))
    for generation, articles, known in ((1, 4, 4), (2, 8, 8), (1, 4, 4)):
        knowledge = Memory(engine, generation).knowledge("https://a.example/x", day(6))
        assert knowledge.generation == generation
        # Of many articles, the page in hand is taken for one.
        assert (knowledge.repeated, knowledge.known) == ({KEY: articles}, known)
    assert Memory(engine, 0).knowledge("https://a.example/x", day(6)).repeated == {}


def test_what_is_known_of_an_early_capture_is_what_its_own_time_says(engine: Any) -> None:
    late = Learnt(key=KEY + 2, text=None, articles=7, pages=None, first_seen_at=day(50), last_seen_at=day(59))
    close(engine, lesson(9, 0, line(9, 0, 8), late))
    memory = Memory(engine)
    early, newest = (memory.knowledge("https://a.example/x", day(n)).repeated for n in (5, 60))
    assert (early, newest) == ({KEY: 8}, {KEY: 8, KEY + 2: 6})
    assert (len(early), early.get(KEY + 2, 0), KEY + 2 in early, bool(early)) == (1, 0, False, True)
    # As a worker process gets it.
    assert pickle.loads(pickle.dumps(early)) == {KEY: 8}
    assert not memory.knowledge("https://a.example/x", day(-1)).repeated


def test_a_change_concerns_captures_from_its_beginning_on(engine: Any) -> None:
    close(engine, lesson(9, 0, line(9, 0, 8)))
    close(engine, lesson(9, 20))
    memory = Memory(engine)
    assert [memory.knowledge("https://a.example/x", day(n)).generation for n in (-1, 0, 19, 20)] == [0, 1, 1, 2]
    assert memory.knowledge("https://a.example/x", day(-1)).repeated == {}


def test_a_forgotten_line_speaks_of_its_own_time_only(engine: Any) -> None:
    close(engine, lesson(9, 0, line(9, 0, 8)))
    with database.reading(engine) as connection:
        row = generations.standing(connection, SITE, 1)[KEY].id
    close(engine, lesson(9, 60, line(9, 0, 8, forgotten=True, replaces=row)))
    memory = Memory(engine)
    known = [KEY in memory.knowledge("https://a.example/x", day(n)).repeated for n in (5, 8, 30, 60, 99)]
    # Until the day it was found missing, nothing had been said about later pages.
    assert known == [True, True, True, False, False]


def test_another_generation_closed_meanwhile_is_noticed(engine: Any) -> None:
    with database.writing(engine) as connection:
        before = generations.state(connection)
    close(engine, lesson(5, 0))
    with database.writing(engine) as connection:
        assert generations.close(
            connection, [], {}, expected=before, run=None, model=None, model_lines=0, now=START
        ) is None  # fmt: skip


def test_a_model_is_for_sites_without_memory(engine: Any) -> None:
    close(engine, lesson(9, 0, line(9, 0, 8)), lesson(2, 0, pages=(1, 2), site="small.example"))
    close(engine, model=b"weights")
    memory = Memory(engine)
    assert memory.knowledge("https://a.example/x", day(5)).model is None
    unknown = memory.knowledge("https://unknown.example/x", day(5))
    assert (unknown.model, unknown.generation) == (b"weights", 2)
    # Its pages were cleaned before, so that a change is noted for it once the next model is trained.
    assert memory.knowledge("https://small.example/x", day(5)).generation == 1
