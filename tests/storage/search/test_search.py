"""What is found, in which order, in which scope, and where it stands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from storage import database
from storage.article import Access
from storage.errors import UsageError
from storage.search import Facets, Search, select
from storage.search.cursors import BadCursor
from storage.search.plan import LimitOutOfRange, NoSuchMoment
from storage.story_tables import BodyRow, SnapshotBodyRow
from tests.storage.search.conftest import Shelf, day


def test_words_phrases_and_signs(shelf: Shelf) -> None:
    storm = shelf.add("A storm tore the harbour wall.")
    gale = shelf.add("The gale spared the harbour; the wall stands.")
    other = shelf.add("Stormy words about a wall in the council.")
    assert shelf.numbers("storm harbour") == [storm]
    assert shelf.numbers("storm OR gale") == [gale, storm]
    assert shelf.numbers("harbour -storm") == [gale]
    assert shelf.numbers('"harbour wall"') == [storm]
    assert shelf.numbers("storm*") == [other, storm]
    assert shelf.numbers("(storm OR gale) -tore") == [gale]
    assert shelf.numbers("-harbour") == [other]
    assert shelf.numbers("wall -(storm OR gale)") == [other]
    assert shelf.numbers("walls") == []
    assert shelf.numbers("") == [other, gale, storm]
    assert shelf.numbers("!?") == []


def test_an_exact_phrase_is_exact(shelf: Shelf) -> None:
    shelf.add("The walls of the harbours were mended.")
    exact = shelf.add("The wall of the harbour was mended.")
    assert shelf.numbers('"wall of the harbour"') == [exact]


def test_case_and_accents_do_not_matter(shelf: Shelf) -> None:
    number = shelf.add("Der Zug nach Łódź fährt über die GROẞE Brücke. Ἀθῆναι, Йошкар, naïve.")
    for query in ("FAHRT", "fährt", "grosse", "brucke", "αθηναι", "йошкар", "NAÏVE", "nai\u0308ve"):
        assert shelf.numbers(query) == [number], query


@pytest.mark.parametrize(
    ("text", "inside", "apart"),
    [
        (
            "昨日東京都知事は新しい港湾計画を発表した。",
            ("東京", "京都", "都知事", "港湾計画", "発", "東"),
            ("京東", "計画港"),
        ),
        ("市政府今天宣布修复旧码头的计划。", ("修复", "码头", "旧码头", "今"), ("头码",)),
        ("เทศบาลประกาศแผนซ่อมท่าเรือเก่าเมื่อวานนี้", ("ท่าเรือ", "ซ่อม", "แผน"), ("เรือท่า",)),
        ("ສະພາເມືອງຕົກລົງສ້ອມແປງທ່າເຮືອ", ("ທ່າເຮືອ",), ("ເຮືອທ່າ",)),
        ("ក្រុមប្រឹក្សាបានសម្រេចជួសជុលកំពង់ផែ", ("កំពង់ផែ",), ("ផែកំពង់",)),
        ("新しいiPhone発売日", ("iphone発売", "発売", "iPhone"), ("phone",)),
    ],
)
def test_languages_without_spaces_are_found_inside_their_text(
    shelf: Shelf, text: str, inside: tuple[str, ...], apart: tuple[str, ...]
) -> None:
    number = shelf.add(text, title="—")
    for query in inside:
        hit = shelf.found(query).hits[0]
        assert hit.view.snapshot == number
        start, end = hit.snippet.marks[0]
        assert hit.snippet.text[start:end].lower() == query.lower()
    for query in apart:
        assert shelf.numbers(query) == [], query


def test_fields(shelf: Shelf) -> None:
    first = shelf.add(
        "The wall.", "https://www.ledger.example/a", source="ledger", title="Storm at the quay", language="en-GB",
        section="News / Harbour", authors=("Ada Quill", "Béla Ink"),
    )  # fmt: skip
    second = shelf.add("Ada Quill saw a storm.", "https://tagblatt.example/b", language="de", access=Access.TEASER)
    for query, found in {
        "title:storm": [first],
        "author:quill": [first],
        'author:"bela ink"': [first],
        'author:"quill bela"': [first],
        "storm": [second, first],
        "source:ledger": [first],
        "source:LED*": [first],
        "source:other": [],
        "-source:ledger": [second],
        "site:ledger.example": [first],
        "site:www.ledger.example": [first],
        "site:tag*": [second],
        "lang:en": [first],
        "lang:en-gb": [first],
        "lang:e": [],
        "section:harbour": [first],
        'section:"news harbour"': [first],
        "access:teaser": [second],
        "wall OR lang:de": [second, first],
        "storm (source:ledger OR access:teaser)": [second, first],
    }.items():
        assert shelf.numbers(query) == found, query


def test_dates_are_those_of_the_captures(shelf: Shelf) -> None:
    first, second, third = (shelf.add("Storm.", at=at) for at in (0, 30, 31))
    assert shelf.numbers("storm after:2026-01-31") == [third, second]
    assert shelf.numbers("storm before:2026-02") == [second, first]
    assert shelf.numbers("after:2026-01-31 before:2026-02") == [second]
    assert shelf.numbers("storm (after:2026-02 OR before:2026-01-02)") == [third, first]


def test_the_newest_snapshot_of_each_page_is_searched_and_a_deleted_phrase_is_found_in_all(shelf: Shelf) -> None:
    url = "https://ledger.example/quay"
    # The older capture comes in later, as from another web archive.
    newer = shelf.add("The minister spoke.", url, 5)
    older = shelf.add("The minister lied.", url, 1)
    assert shelf.numbers("minister") == [newer]
    assert shelf.numbers("lied") == []
    assert shelf.numbers("lied", scope="all") == [older]
    assert shelf.numbers("minister", scope="all") == [newer, older]


def test_a_search_as_of_a_date_finds_what_the_archive_held_then(shelf: Shelf) -> None:
    url = "https://ledger.example/quay"
    first = shelf.add("The minister lied.", url, 1)
    shelf.add("The minister erred.", url, 3, added=20)
    third = shelf.add("The minister spoke.", url, 5)
    assert shelf.numbers("minister", scope="as_of", as_of=day(0.5)) == []
    assert shelf.numbers("minister", scope="as_of", as_of=day(1)) == [first]
    # Captured by another archive before that day, and not in ours.
    assert shelf.numbers("minister", scope="as_of", as_of=day(4)) == [first]
    assert shelf.numbers("lied", scope="as_of", as_of=day(4)) == [first]
    assert shelf.numbers("lied", scope="as_of", as_of=day(6)) == []
    assert shelf.numbers("minister", scope="as_of", as_of=day(30)) == [third]
    with pytest.raises(NoSuchMoment):
        shelf.found("minister", scope="as_of")


def test_the_best_come_first_by_relevance_and_pages_follow_each_other(shelf: Shelf) -> None:
    filler = "The council of Brackwater met and spoke of other things. "
    once = shelf.add("Storm. " + filler * 3)
    often = shelf.add("Storm, storm and storm again. " + filler * 3)
    titled = shelf.add("The storm. " + filler * 3, title="Storm")
    for n in range(8):
        shelf.add(filler, title=f"Number {n}")
    found = shelf.found("storm", order="relevance")
    assert [hit.view.snapshot for hit in found.hits] == [titled, often, once]
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert paged(shelf, "storm", order="relevance", limit=1) == [titled, often, once]
    assert paged(shelf, "council", order="relevance", limit=3) == shelf.numbers("council", order="relevance")


def paged(shelf: Shelf, query: str, between: Any = lambda: None, **more: Any) -> list[int]:
    """All pages, one after the other; `between` is done after each."""
    numbers: list[int] = []
    cursor = None
    while True:
        found = shelf.found(query, cursor=cursor, **more)
        numbers += [hit.view.snapshot for hit in found.hits]
        cursor = found.cursor
        if cursor is None:
            return numbers
        between()


@pytest.mark.parametrize("order", ["date", "relevance"])
@pytest.mark.parametrize("query", ["storm", "storm OR wall"])
def test_pages_are_stable_while_the_archive_grows(shelf: Shelf, query: str, order: str) -> None:
    # Some at the same moment, most in one day, one years before, in no order.
    for at in (0.3, 0.1, 0.2, 0.2, -4000, 5, 0.1, 7):
        shelf.add("A storm at the wall.", at=at)
    whole = shelf.numbers(query, order=order)
    assert len(whole) == 8
    grown = paged(shelf, query, lambda: shelf.add("A storm, later, of other length.", at=9), order=order, limit=3)
    assert grown == whole


def test_the_latest_come_first_to_the_second(shelf: Shelf) -> None:
    numbers = [shelf.add("A storm.", at=at / 100_000) for at in (5, 3, 9, 1, 7)]
    assert shelf.numbers("storm") == [numbers[n] for n in (2, 4, 0, 1, 3)]
    assert shelf.numbers("") == shelf.numbers("storm")


def test_a_cursor_that_was_tampered_with_is_one_clear_sentence(shelf: Shelf) -> None:
    for _ in range(3):
        shelf.add("A storm.")
    cursor = shelf.found("storm", limit=1).cursor
    assert cursor is not None
    for bad in (cursor[:-2], cursor[:5] + "A" + cursor[6:], "", "x", "é", "=" * 9, cursor * 2, "\0"):
        if bad == cursor:
            continue
        with pytest.raises(BadCursor) as raised:
            shelf.found("storm", limit=1, cursor=bad)
        assert "\n" not in str(raised.value)
    with pytest.raises(BadCursor):
        shelf.found("wall", limit=1, cursor=cursor)
    assert issubclass(BadCursor, UsageError)


@pytest.mark.parametrize("limit", [0, -1, 1001, 10**30])
def test_a_huge_limit_is_one_clear_sentence(shelf: Shelf, limit: int) -> None:
    with pytest.raises(LimitOutOfRange, match="from 1 to 1,000"):
        shelf.found("storm", limit=limit)


def test_what_is_found_is_counted(shelf: Shelf) -> None:
    for n in range(3):
        shelf.add("A storm.", f"https://ledger.example/{n}", n * 20, source="ledger", language="en")
    shelf.add("A storm.", "https://tagblatt.example/", 1)
    shelf.add("A gale.", "https://tagblatt.example/2", 1)
    assert shelf.archive.facets(Search(query="storm")) == Facets(
        total=4,
        by_source={"ledger": 3, None: 1},
        by_month={"2026-02": 1, "2026-01": 3},
        by_language={"en": 3, None: 1},
    )
    found = shelf.archive.search(Search(query="storm"))
    assert found.cursor is None
    assert Facets.of_hits(found.hits) == shelf.archive.facets(Search(query="storm"))
    assert shelf.archive.facets(Search(query="storm"), at_most=len(found.hits)).complete
    bounded = shelf.archive.facets(Search(query="storm"), at_most=2)
    assert (bounded.complete, bounded.total) == (False, 2)


def test_a_story_is_one_hit(shelf: Shelf) -> None:
    wire = [shelf.add("A storm tore the wall.", at=at) for at in (1, 2, 3)]
    alone = shelf.add("A storm elsewhere.", at=2.5)
    with database.writing(shelf.engine) as connection:
        values = {"id": 1, "digest": b"0" * 16, "rendition_id": 1, "tokens": 5, "month": 0, "state": 2, "story": "s1"}
        connection.execute(insert(BodyRow).values(**values))
        for number in wire:
            values = {"snapshot_id": number, "rendition_id": number, "body_id": 1}
            connection.execute(insert(SnapshotBodyRow).values(**values))
    for order in ("date", "relevance"):
        hits = shelf.found("storm", fold=True, order=order).hits
        assert {hit.view.snapshot: hit.others for hit in hits} == {wire[2]: 2, alone: 0}
        assert sorted(paged(shelf, "storm", fold=True, order=order, limit=1)) == sorted([wire[2], alone])
    assert shelf.numbers("story:s1 -after:2026-01-03") == [wire[0]]


def test_all_are_given_out_in_the_order_of_their_captures(shelf: Shelf) -> None:
    numbers = {at: shelf.add("A storm.", at=at) for at in (0.3, 0.1, 40, -900, 0.2)}
    expected = [numbers[at] for at in sorted(numbers)]
    with database.reading(shelf.engine) as connection:
        for query in ("storm", ""):
            search = Search(query=query)
            assert list(select.ids(connection, search)) == expected
            cursor = select.cursor_after(connection, search, expected[1])
            assert list(select.ids(connection, Search(query=query, cursor=cursor))) == expected[2:]


def test_a_snippet_shows_where_it_stands(shelf: Shelf) -> None:
    filler = "The council of Brackwater met and spoke of other things. "
    shelf.add(
        filler * 20 + "Then a storm tide broke the wall.\nThe storm went on. " + filler * 20, title="A Storm Tide"
    )
    hit = shelf.found('"storm tide" OR wall').hits[0]
    piece = hit.snippet
    assert [piece.text[a:b] for a, b in piece.marks] == ["storm tide", "wall"]
    assert (piece.starts, piece.ends) == (False, False)
    assert len(piece.text) <= 240
    assert "\n" not in piece.text
    assert [hit.view.title[a:b] for a, b in hit.title_marks] == ["Storm Tide"]  # type: ignore[index]
    whole = shelf.found("author:nobody OR brackwater").hits[0].snippet
    assert whole.starts


def test_edited_and_vanished_pages(shelf: Shelf) -> None:
    url = "https://ledger.example/quay"
    shelf.add("The minister lied about the wall.", url, 1)
    edited = shelf.add("The minister spoke about the wall.", url, 40)
    same = shelf.add("The council met.", at=2)
    assert shelf.numbers("changed:2026-02") == [edited]
    assert shelf.numbers("changed:2026-01") == []
    assert shelf.numbers("changed:yes") == [edited]
    assert shelf.numbers("changed:no") == [same]
    assert shelf.numbers("changed:yes", scope="as_of", as_of=day(3)) == []
    page = shelf.sql("SELECT page_id FROM alias WHERE url LIKE '%/quay'")[0][0]
    shelf.sql(
        "INSERT INTO takedown (page_id, sign, suspected_at, confirmed_at) "
        f"VALUES ({page}, 'status', '2026-03-01 00:00:00.000000', '2026-03-02 00:00:00.000000')"
    )
    assert shelf.numbers("gone:2026-03") == [edited]
    assert shelf.numbers("gone:yes") == [edited]
    assert shelf.numbers("gone:no") == [same]
    assert shelf.numbers("gone:2026-02 OR gone:2027") == []


def test_a_search_goes_by_the_index_from_the_latest_backwards(shelf: Shelf) -> None:
    """What the figures of docs/performance.md rest on: no sort, and no look at what is not read."""
    shelf.add("A storm.")
    with database.reading(shelf.engine) as connection:
        made = select.plan(connection, Search(query="storm after:2026"))
        query = select._query(made).order_by(select._doc(made).desc())
        compiled = query.compile(shelf.engine)
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(compiled.params.values())).all()
    told = [step[3] for step in steps]
    assert len(told) == 2
    assert "VIRTUAL TABLE" in told[0]
    assert "PRIMARY KEY" in told[1]


def test_moments_before_1970_and_far_ahead_have_a_place(shelf: Shelf) -> None:
    old = shelf.add("A storm.", at=(datetime(1969, 1, 1, tzinfo=UTC) - day(0)) / timedelta(days=1))
    late = shelf.add("A storm.", at=365 * 200)
    assert shelf.numbers("storm") == [late, old]
    assert shelf.numbers("storm before:1970") == [old]
