"""Tags and notes are the owner's own words: searched for, never part of a text, and with the page wherever it goes."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage import aliasing, database, labels
from storage.errors import PageNotFound
from tests.storage.search.conftest import START, Shelf, day

HOSTILE = Path(__file__).resolve().parents[4] / "shared" / "hostile" / "blns" / "blns.json"
URL = "https://ledger.example/quay"


def tag(shelf: Shelf, *what: str) -> int:
    *where, name = what
    with database.writing(shelf.engine) as connection:
        return labels.tag(connection, where, name, now=START)


def note(shelf: Shelf, what: str, text: str) -> int:
    with database.writing(shelf.engine) as connection:
        return labels.note(connection, what, text, now=START)


def test_a_tag_finds_its_page_whatever_its_case(shelf: Shelf) -> None:
    tagged, other = shelf.add("A storm.", URL), shelf.add("A storm.")
    assert tag(shelf, URL, "Été  à relire") == 1
    assert tag(shelf, URL, "ete a RELIRE") == 0
    assert shelf.numbers('tag:"ÉTÉ à relire"') == [tagged]
    assert shelf.numbers("tag:ete*") == [tagged]
    assert shelf.numbers("storm -tag:ete*") == [other]
    assert shelf.numbers("relire") == []
    assert [(one.text, one.url) for one in shelf.archive.tags()] == [("Été à relire", URL)]
    with database.writing(shelf.engine) as connection:
        assert labels.untag(connection, [URL], "été a relire") == 1
        with pytest.raises(labels.LabelNotFound):
            labels.untag(connection, [URL], "été a relire")
    assert shelf.numbers('tag:"ÉTÉ à relire"') == []


def test_a_tag_on_a_snapshot_is_not_on_its_page(shelf: Shelf) -> None:
    first = shelf.add("A storm.", URL, 1)
    second = shelf.add("A gale.", URL, 2)
    tag(shelf, str(first), "proof")
    assert shelf.numbers("tag:proof") == []
    assert shelf.numbers("tag:proof", scope="all") == [first]
    tag(shelf, URL, "proof")
    assert shelf.numbers("tag:proof", scope="all") == [second, first]
    assert len(shelf.archive.tags(URL)) == 2
    assert len(shelf.archive.tags(str(first))) == 1


def test_a_note_is_found_by_its_words(shelf: Shelf) -> None:
    number = shelf.add("A storm.", URL)
    made = note(shelf, URL, "Ask the harbour master, who was there.")
    assert shelf.numbers("note:harbour storm") == [number]
    assert shelf.numbers('note:"harbour master"') == [number]
    assert shelf.numbers("note:mast*") == [number]
    assert shelf.numbers("note:mast") == []
    assert shelf.numbers("harbour") == []
    assert [one.text for one in shelf.archive.notes(URL)] == ["Ask the harbour master, who was there."]
    with database.writing(shelf.engine) as connection:
        labels.remove_note(connection, made)
        with pytest.raises(labels.LabelNotFound):
            labels.remove_note(connection, made)
    assert shelf.archive.notes() == []


def test_a_tag_goes_with_a_url_that_is_split_off(shelf: Shelf) -> None:
    other = f"{URL}/print"
    shelf.add("A storm.", URL, 1)
    page = shelf.sql("SELECT id FROM page")[0][0]
    shelf.sql(f"INSERT INTO alias (url, key, page_id, added_at) VALUES ('{other}', 'x', {page}, '{START:%F %T.%f}')")
    alias = shelf.sql(f"SELECT id FROM alias WHERE url = '{other}'")[0][0]
    second = shelf.add("A storm.", URL, 2)
    shelf.sql(f"UPDATE snapshot SET alias_id = {alias} WHERE id = {second}")
    shelf.sql(
        f"INSERT INTO tag (alias_id, name, folded, added_at) VALUES ({alias}, 'proof', 'proof', '{START:%F %T.%f}')"
    )
    with database.writing(shelf.engine) as connection:
        aliasing.split(connection, other, now=day(3))
    assert shelf.numbers("tag:proof") == [second]


def test_what_is_not_there_cannot_be_tagged_and_nothing_is_written(shelf: Shelf) -> None:
    shelf.add("A storm.", URL)
    for missing in ("https://ledger.example/none", "99", "no url", "9" * 30):
        with pytest.raises(PageNotFound):
            tag(shelf, URL, missing, "proof")
    assert shelf.archive.tags() == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "\0"])
def test_a_tag_has_a_name(shelf: Shelf, name: str) -> None:
    shelf.add("A storm.", URL)
    with pytest.raises(labels.LabelRefused):
        tag(shelf, URL, name)


def test_every_naughty_string_is_a_tag_and_a_note_and_comes_back_as_text(shelf: Shelf) -> None:
    number = shelf.add("A storm.", URL)
    strings: list[Any] = ["<script>alert(1)</script>", "' OR 1=1 --", "%s", "\ud800", "_%", "*"]
    if HOSTILE.is_file():
        strings += json.loads(HOSTILE.read_text())
    with database.writing(shelf.engine) as connection:
        for text in dict.fromkeys(strings):
            try:
                labels.tag(connection, [URL], text, now=START)
            except labels.LabelRefused:
                assert not text.replace("\0", "").strip() or len(text) > labels.MAX_TAG
                continue
            labels.note(connection, URL, text, now=START)
    kept = {one.text for one in shelf.archive.tags()}
    assert "<script>alert(1)</script>" in kept
    assert shelf.numbers('tag:"<script>alert(1)</script>"') == [number]
    # What means something to LIKE is a sign as any other.
    assert shelf.numbers("tag:nothing%") == []
