"""Every string is a query; only a date can be wrong."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage import database
from storage.errors import PageNotFound
from storage.search import Search
from storage.search.form import form
from storage.search.plan import plan
from storage.search.query import (
    Both,
    Either,
    Filter,
    NotADate,
    Nothing,
    QueryTooLong,
    When,
    Without,
    Words,
    moment,
    parse,
    period,
)
from tests.storage.search.conftest import Shelf

HOSTILE = Path(__file__).resolve().parents[4] / "shared" / "hostile"
A, B, C = Words(("a",)), Words(("b",)), Words(("c",))


@pytest.mark.parametrize(
    ("query", "root"),
    [
        ("", None),
        ("   ", None),
        ("a", A),
        ("a b", Both((A, B))),
        ('"a b"', Words(("a", "b"))),
        ('"a b', Words(("a", "b"))),
        ("a OR b", Either((A, B))),
        ("a b OR c", Either((Both((A, B)), C))),
        ("a (b OR c)", Both((A, Either((B, C))))),
        ("(a OR b", Either((A, B))),
        ("a) b", Both((A, B))),
        ("a -b", Both((A, Without(B)))),
        ("a -(b OR c)", Both((A, Without(Either((B, C)))))),
        ("a --b", Both((A, Words(("b",))))),
        ("-a", Without(A)),
        ("a - b", Both((A, B))),
        ("a or b", Both((A, Words(("or",)), B))),
        ("OR a OR", A),
        ("-", Nothing()),
        ("!?", Nothing()),
        ('""', Nothing()),
        ("a*", Words(("a",), prefix=True)),
        ("a-b", Words(("a", "b"))),
        ("title:a", Words(("a",), "title")),
        ('TITLE:"a b"', Words(("a", "b"), "title")),
        ("author:a*", Words(("a",), "byline", prefix=True)),
        ("source:ledger", Filter("source", "ledger")),
        ('tag:"to do"', Filter("tag", "to do")),
        ("site:led*", Filter("site", "led", prefix=True)),
        ("title: a", Both((Words(("title",)), A))),
        ("https://a.example/b", Words(("https", "a", "example", "b"))),
        ("Ça", Words(("ca",))),
        ("東京都", Words(("東京", "京都"))),
        ("東", Words(("東",), prefix=True)),
    ],
)
def test_a_query_is_read_as_the_manual_says(query: str, root: object) -> None:
    assert parse(query).root == root


def test_dates_may_be_cut_short() -> None:
    year, month, march = (datetime(2026, m, 1, tzinfo=UTC) for m in (1, 12, 3))
    assert parse("after:2026").root == When("after", year, None)
    assert parse("before:2026-12").root == When("before", None, month)
    assert parse("changed:2026..2026-02").root == When("changed", year, march)
    assert parse("gone:yes").root == When("gone", None, None)
    assert parse("gone:no").root == When("gone", None, None, never=True)
    assert period("2026-12") == (month, datetime(2027, 1, 1, tzinfo=UTC))
    assert moment("--as-of ", "2026-02-28") == datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    "query", ["after:soon", "before:2026-13", "changed:2026-02-30", "after:2026..2027", "gone:0000"]
)
def test_a_date_that_is_none_is_one_clear_sentence(query: str) -> None:
    with pytest.raises(NotADate) as raised:
        parse(f"storm {query}")
    field, _, value = query.partition(":")
    assert str(raised.value).startswith(f"{field}:'{value}' is no date")
    assert str(raised.value).endswith(f"{field}:2026-03-01.")


def test_a_page_that_is_pasted_is_refused() -> None:
    with pytest.raises(QueryTooLong):
        parse("storm " * 501)


OWN = ['"', "'", "a AND", "NEAR(", "a^b", "{title}:", "search MATCH", "\0", "\ud800", "*", "(" * 5000, "-" * 5000]


def naughty() -> list[str]:
    """Naughty strings; only a handful of our own where the collection is not on this machine."""
    file = HOSTILE / "blns" / "blns.json"
    return OWN + (json.loads(file.read_text()) if file.is_file() else [])


def scripts() -> list[str]:
    """What tries to be run by a browser."""
    files = sorted((HOSTILE / "xss").rglob("*.txt"))
    return sorted({line for file in files for line in file.read_text(errors="replace").splitlines()})


def test_no_naughty_string_is_a_syntax_error(shelf: Shelf) -> None:
    shelf.add("A storm.")
    for text in naughty():
        for query in (text, f'title:"{text}" OR -{text} source:{text} OR tag:{text} note:{text} site:{text} storm'):
            try:
                shelf.found(query)
            except (NotADate, QueryTooLong):
                continue


def test_no_script_is_a_syntax_error(shelf: Shelf) -> None:
    with database.reading(shelf.engine) as connection:
        for text in scripts():
            try:
                match = plan(connection, Search(query=f"title:{text}")).match
            except QueryTooLong:
                continue
            if match is not None:
                connection.exec_driver_sql("SELECT rowid FROM search WHERE search MATCH ?", (match,)).all()


def test_every_naughty_string_is_found_as_a_headline_a_name_and_a_source_and_comes_back_as_it_is(shelf: Shelf) -> None:
    texts = {n: one.encode(errors="replace").decode() for n, one in enumerate(dict.fromkeys(naughty()), 1) if one}
    with shelf.at_once():
        for n, one in texts.items():
            shelf.add("A storm.", title=one, authors=(one,), section=one, source=f"{n} {one}", language=one[:9])
    kept = {hit.view.title for hit in shelf.found("storm", limit=1000).hits}
    assert kept == set(texts.values())
    for n, one in list(texts.items())[::9]:
        if 0 < len(form(one).split()) < 50:
            phrase = one.replace('"', " ")
            for query in (f'title:"{phrase}"', f'author:"{phrase}"'):
                assert one in {hit.view.title for hit in shelf.found(query, limit=1000).hits}, query
        if '"' not in one:
            assert [hit.view.title for hit in shelf.found(f'source:"{n} {one}"').hits] == [one]
        with pytest.raises(PageNotFound):
            shelf.archive.tags(f"{one} ")
    assert shelf.archive.facets(Search(query="storm")).total == len(texts)
    shelf.check()


@pytest.mark.slow
def test_every_script_is_found_as_a_headline_a_name_and_a_source_and_comes_back_as_it_is(shelf: Shelf) -> None:
    texts = list(filter(None, scripts()))
    if not texts:
        pytest.skip("the scripts are not on this machine")
    for start in range(0, len(texts), 900):
        some = texts[start : start + 900]
        with shelf.at_once():
            for n, one in enumerate(some, start):
                url = f"https://ledger.example/{n}?q={quote(one, safe='')[:1500]}"
                shelf.add(f"A storm, batch{start}.", url, title=one, authors=(one,), section=one, source=f"{n} {one}")
        found = shelf.found(f"batch{start}", limit=1000).hits
        assert {hit.view.title for hit in found} == set(some)
        assert {hit.view.authors for hit in found} == {(one,) for one in some}
        assert {hit.view.source for hit in found} == {f"{n} {one}" for n, one in enumerate(some, start)}
    shelf.check()


@given(st.text(st.sampled_from('ab"()-:* OR\ttitle東é'), max_size=40))
@example("-(-a)")
def test_any_string_is_parsed(text: str) -> None:
    parse(text)
