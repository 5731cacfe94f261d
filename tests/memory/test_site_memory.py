"""What repeats on a site's articles is learnt when a run ends, and taken out of all of them."""

import sqlite3
from typing import Any

BACKGROUND = "The eastern quay was built in the year of the great flood and never mended since then."


def whole(gazette: Any, name: str) -> str:
    return "\n".join(gazette.paragraphs(name))


def test_the_first_page_is_cleaned_when_the_second_and_third_arrive(gazette: Any) -> None:
    gazette.take_in([("/a", gazette.page("a", box=gazette.box), 0)])
    assert gazette.box[0] in gazette.text("/a")
    gazette.take_in([(f"/{name}", gazette.page(name, box=gazette.box), n) for n, name in enumerate("bc", 1)])
    gazette.take_in([(f"/{name}", gazette.page(name, box=gazette.box), n) for n, name in enumerate("de", 3)])
    assert gazette.texts() == {f"{gazette.host}/{name}": whole(gazette, name) for name in gazette.names}
    removed = gazette.backissue.json("show", "--json", f"{gazette.host}/a")[0]["removed"]
    assert [one["text"] for one in removed][-2:] == list(gazette.box)
    assert "repeated on 4 other articles" in removed[-1]["reason"]


def test_what_was_learnt_is_no_change_of_the_publishers(gazette: Any) -> None:
    gazette.take_in([("/a", gazette.page("a", box=gazette.box), 0)])
    gazette.take_in([(f"/{name}", gazette.page(name, box=gazette.box), n) for n, name in enumerate("bcde", 1)])
    # The first page again, with the same text and other bytes; then really edited.
    again = gazette.page("a", box=gazette.box) + b"<!-- another server -->"
    said = gazette.take_in([("/a", again, 10)])
    assert "1 unchanged" in said
    edited = gazette.page("a", box=gazette.box, end=["A correction was made to this article on Tuesday."])
    assert "1 changed" in gazette.take_in([("/a", edited, 11)])
    history = gazette.backissue.json("history", "--json", f"{gazette.host}/a")
    assert [row["change"] and row["change"]["summary"][:60] for row in history] == [
        None, "added: “A correction was made to this article on Tuesday.”",
    ]  # fmt: skip


def test_a_line_on_two_articles_alone_is_kept(gazette: Any) -> None:
    gazette.take_in([
        ("/a", gazette.page("a", end=[BACKGROUND]), 0),
        ("/b", gazette.page("b", end=[BACKGROUND]), 1),
        ("/c", gazette.page("c"), 2),
    ])  # fmt: skip
    assert BACKGROUND in gazette.text("/a")
    assert BACKGROUND in gazette.text("/b")


def test_one_article_under_several_addresses_teaches_nothing(gazette: Any) -> None:
    gazette.take_in([(f"/a?part={n}", gazette.page("a"), n) for n in range(5)] + [("/b", gazette.page("b"), 6)])
    assert set(gazette.texts().values()) == {whole(gazette, "a"), whole(gazette, "b")}
    assert gazette.rows("SELECT count(*) FROM memory WHERE key & 1") == [(0,)]


def test_the_order_of_a_file_makes_no_difference(gazette: Any, tmp_path: Any) -> None:
    pages = [(f"/{name}", gazette.page(name, box=gazette.box if name < "f" else ()), n) for n, name in
             enumerate("abcdefgh")]  # fmt: skip
    gazette.take_in(pages)
    one = gazette.texts()
    gazette.backissue.archive = tmp_path / "other"
    gazette.take_in(pages[::-1])
    assert gazette.texts() == one
    assert one[f"{gazette.host}/a"] == whole(gazette, "a")


def test_a_run_that_teaches_nothing_makes_no_new_renditions(gazette: Any) -> None:
    gazette.take_in([(f"/{name}", gazette.page(name, box=gazette.box), n) for n, name in enumerate("abcd")])
    before = gazette.rows("SELECT count(*) FROM rendition")
    gazette.take_in([("https://other.example/x", gazette.page("x"), 20)])
    assert gazette.rows("SELECT count(*) FROM rendition WHERE snapshot_id <= 4") == before
    assert gazette.rows("SELECT count(*) FROM site_generation WHERE NOT recleaned") == [(0,)]


def test_a_run_that_died_before_it_learnt_is_caught_up_by_the_next(gazette: Any) -> None:
    gazette.take_in([(f"/{name}", gazette.page(name, box=gazette.box), n) for n, name in enumerate(gazette.names)])
    # As the database is when the process is killed between its last snapshot and the end of learning, and between
    # learning and cleaning again.
    for deaths in (
        "DELETE FROM memory", "DELETE FROM site_generation", "DELETE FROM generation",
    ), ("UPDATE site_generation SET recleaned = 0",):  # fmt: skip
        with sqlite3.connect(gazette.backissue.archive / "archive.db") as connection:
            for statement in (*deaths, "DELETE FROM cut WHERE rendition_id IN (SELECT id FROM rendition WHERE "
                              "generation > 0)", "DELETE FROM rendition WHERE generation > 0"):  # fmt: skip
                connection.execute(statement)
        assert gazette.box[0] in gazette.text("/a")
        gazette.take_in([("https://other.example/x", gazette.page("x"), 20)])
        assert gazette.text("/a") == whole(gazette, "a")
