"""The index is in step with the snapshots, whatever happens to them, and never damaged."""

from pathlib import Path
from typing import Any

import pytest

from storage import aliasing, database
from storage.archive import Archive
from storage.clock import Clock
from storage.folder import Folder
from storage.recorder import Recorder
from storage.search import Search, index, places
from storage.search.finder import NotIndexed
from storage.search.form import FORM, fold, form
from storage.search.form import places as pieces
from storage.withheld_log import lift, withhold
from tests.storage.search.conftest import START, Shelf, day


def test_a_snapshot_that_is_cleaned_again_is_found_by_its_new_text_only(shelf: Shelf) -> None:
    number = shelf.add("Subscribe now. A storm tore the wall.")
    shelf.read_again(number, "A storm tore the wall.", generation=1)
    assert shelf.numbers("subscribe") == []
    assert shelf.numbers("storm") == [number]
    # An older generation, made to be compared with another snapshot, is not what readers see.
    shelf.read_again(number, "Menu. A storm tore the wall.", extractor="other")
    assert shelf.numbers("menu") == []
    shelf.check()


def test_a_rendition_that_was_edited_by_hand_does_not_damage_the_index(shelf: Shelf) -> None:
    number = shelf.add("A storm tore the wall.")
    shelf.sql("UPDATE rendition SET text = 'read then'")
    shelf.sql("UPDATE extraction SET title = 'As it was read then'")
    for generation in range(1, 4):
        shelf.read_again(number, f"A gale, number {generation}.", generation=generation)
    for other in range(40):
        shelf.add(f"Another text, {other}.")
    assert shelf.numbers("storm") == []
    assert shelf.numbers("gale") == [number]
    assert shelf.numbers("number 3") == [number]
    shelf.sql("INSERT INTO search (search) VALUES ('integrity-check')")
    assert shelf.sql("SELECT count(*) FROM search_row WHERE snapshot_id IS NULL") == [(1,)]
    # Made anew, what could not be taken out is gone.
    with database.writing(shelf.engine) as connection:
        index.clear(connection)
    index.catch_up(shelf.engine)
    assert shelf.numbers("gale") == [number]
    assert shelf.sql("SELECT count(*) FROM search_row WHERE snapshot_id IS NULL") == [(0,)]
    shelf.check()


def test_what_is_undone_is_not_found(shelf: Shelf) -> None:
    shelf.add("A storm.")
    with pytest.raises(ZeroDivisionError), database.writing(shelf.engine) as connection:
        index.clear(connection)
        raise ZeroDivisionError
    assert len(shelf.numbers("storm")) == 1
    shelf.check()


def test_one_snapshot_of_a_group_that_is_undone_leaves_the_others(shelf: Shelf) -> None:
    shelf.add("A storm.")
    with database.writing(shelf.engine) as connection:
        for at, body in enumerate(("A gale.", "A breeze.", "A calm.", "A squall."), 2):
            nested = connection.begin_nested()
            shelf.put(connection, body, at=at)
            if at % 2:
                nested.rollback()
            else:
                nested.commit()
    shelf.check()
    assert [len(shelf.numbers(word)) for word in ("storm", "gale", "breeze", "calm", "squall")] == [1, 1, 0, 1, 0]


def test_search_follows_a_url_that_is_split_off_and_joined_again(shelf: Shelf) -> None:
    url, other = "https://ledger.example/quay", "https://ledger.example/quay?print=1"
    first = shelf.add("A storm.", url, 1)
    page = shelf.sql("SELECT id FROM page")[0][0]
    shelf.sql(f"INSERT INTO alias (url, key, page_id, added_at) VALUES ('{other}', 'x', {page}, '{START:%F %T.%f}')")
    alias = shelf.sql(f"SELECT id FROM alias WHERE url = '{other}'")[0][0]
    second = shelf.add("A storm.", url, 2)
    shelf.sql(f"UPDATE snapshot SET alias_id = {alias} WHERE id = {second}")
    assert shelf.numbers("storm") == [second]
    with database.writing(shelf.engine) as connection:
        aliasing.split(connection, other, now=day(3))
    assert shelf.numbers("storm") == [second, first]
    with database.writing(shelf.engine) as connection:
        aliasing.join(connection, other, now=day(4))
    assert shelf.numbers("storm") == [second]
    shelf.check()


def test_pages_that_become_one_without_a_word_are_one_when_the_archive_is_opened_again(shelf: Shelf) -> None:
    first, second = shelf.add("A storm."), shelf.add("A storm.")
    shelf.sql("UPDATE alias SET page_id = 1")
    with database.writing(shelf.engine) as connection:
        index.move_all(connection)
    assert shelf.numbers("storm") == [second]
    assert shelf.numbers("storm", scope="all") == [second, first]


def test_an_archive_that_was_not_indexed_says_so_and_is_when_it_is_opened_for_writing(tmp_path: Path) -> None:
    made = Shelf(tmp_path / "archive")
    number = made.add("A storm.")
    with database.writing(made.engine) as connection:
        index.clear(connection)
    with pytest.raises(NotIndexed, match="reindex"):
        made.found("storm")
    Recorder(Folder(tmp_path / "archive"), clock=Clock()).close()
    assert made.numbers("storm") == [number]
    # Another version's form is made anew.
    made.sql(f"UPDATE bookmark SET value = '{FORM + 1}' WHERE name = 'search'")
    with pytest.raises(NotIndexed):
        made.found("storm")
    told: list[tuple[str, int, int]] = []
    index.catch_up(made.engine, lambda *what: told.append(what))
    assert told == [("indexing", 0, 1), ("indexing", 1, 1)]
    index.catch_up(made.engine, lambda *what: told.append(what))
    assert len(told) == 2
    assert made.numbers("storm") == [number]
    made.check()
    made.close()


def test_places_are_in_the_order_of_the_captures_days(shelf: Shelf) -> None:
    for at in (5, 900, -900, 5.1, 4):
        shelf.add("A storm.", at=at)
    rows = shelf.sql("SELECT captured_at FROM search_row ORDER BY doc")
    spans = [row[0][:10] for row in rows]
    assert spans == sorted(spans)
    assert places.span_of(places.first(7)) == 7


def test_a_full_span_goes_on_in_the_next(shelf: Shelf, monkeypatch: Any) -> None:
    monkeypatch.setattr(places, "ROOM_BITS", 1)
    numbers = [shelf.add("A storm.", at=0.1) for _ in range(5)]
    assert sorted(shelf.numbers("storm before:2026-01-02")) == numbers


@pytest.mark.parametrize(
    "text", ["A storm — “tore” the wall", "東京iPhone ไทยนำ ½ ﬁn Straße", "ａｂｃ １２３", "", "__ _a_"]
)
def test_words_stand_where_they_are_said_to_stand(text: str) -> None:
    assert [piece for piece, _, _ in pieces(text)] == form(text).split()
    for piece, start, end in pieces(text):
        assert 0 <= start < end <= len(text)
        assert set(piece) <= set(fold(text[start:end]))


def test_an_archive_reader_finds_without_writing(shelf: Shelf) -> None:
    shelf.add("A storm.")
    reader = Archive.open(shelf.folder.path)
    assert [hit.view.title for hit in reader.search(Search(query="storm")).hits] == ["Quay"]
    reader.close()


def test_what_is_withheld_is_not_found_and_the_one_before_takes_its_place(shelf: Shelf) -> None:
    url = "https://ledger.example/quay"
    first, second = shelf.add("A storm.", url, 1), shelf.add("A storm.", url, 2)
    other = shelf.add("A storm.", at=3, source="ledger")
    withhold(shelf.folder, str(second), reason="A court said so.")
    assert shelf.numbers("storm") == [other, first]
    assert shelf.numbers("storm", scope="all") == [other, first]
    assert shelf.numbers("storm", scope="as_of", as_of=day(9)) == [other, first]
    withhold(shelf.folder, None, source="ledger", reason="A court said so.")
    assert shelf.numbers("storm") == [first]
    assert shelf.archive.facets(Search(query="storm", scope="all")).total == 1
    lift(shelf.folder, str(second))
    lift(shelf.folder, None, source="ledger")
    assert shelf.numbers("storm") == [other, second]
    withhold(shelf.folder, url, reason="A court said so.")
    assert shelf.numbers("") == [other]
