"""Who ran what, when, how much of it, and who changed it: through the commands, on sites in WARC files."""

import sqlite3
from typing import Any

from tests.stories.conftest import text

A, B, C, D, E = (f"https://{name}.example/story-1" for name in ("anchor", "beacon", "courier", "dispatch", "echo"))
WIRE = text("wire")


def test_a_story_lists_who_ran_how_much_of_it(wire: Any) -> None:
    wire.take_in(
        (A, ["BRACKWATER (Reuters) - " + WIRE[0], *WIRE[1:]], 0),
        (B, ["BRACKWATER (Reuters) - " + WIRE[0], *WIRE[1:]], 1),
        (C, [*text("introduction", 2), *WIRE[:7]], 2),
        (D, [*WIRE[:5], *text("local", 6)], 3),
        (E, text("other"), 4),
    )
    (story,) = wire.stories()
    assert story["agency"] == "Reuters"
    found = {page["url"]: page for page in story["pages"]}
    assert [page["url"] for page in story["pages"]] == [A, B, C, D]
    assert [page["relation"] for page in story["pages"]] == ["origin", "same_text", "near_duplicate", "shares_text"]
    assert (found[A]["share"], found[B]["share"]) == (1.0, 1.0)
    assert 0.6 <= found[C]["share"] < 1
    assert 0.3 <= found[D]["share"] < 0.6
    assert found[B]["captured_at"] == "2025-03-05T05:06:07Z"
    assert 45 <= found[C]["words_added"] <= 50
    assert found[C]["words_removed"] > 70
    # What only shares text is shown and not merged.
    rows = {row["url"]: row["story"] for row in wire.backissue.json("export")}
    assert rows == {A: story["story"], B: story["story"], C: story["story"], D: None, E: None}
    assert wire.stories(D) == wire.stories(A) == [story]
    assert wire.stories(E) == []
    shown = wire.backissue("stories").stdout
    assert "4 pages on 4 sites, from Reuters" in shown


def test_a_story_is_one_row_where_a_list_is_folded(wire: Any) -> None:
    wire.take_in((A, WIRE, 0), (B, WIRE, 1), (C, WIRE[:7], 2), (E, text("other"), 3))
    rows = wire.backissue.json("list", "--fold", "--json")
    assert [(row["url"], row["folded"]) for row in rows] == [(E, 0), (C, 2)]
    assert "2 more pages" in wire.backissue("list", "--fold").stdout
    assert "3 pages on 3 sites" in wire.backissue("show", A).stdout


def test_of_two_pages_that_share_half_the_earlier_is_the_origin(wire: Any) -> None:
    wire.take_in((A, WIRE, 1), (D, [*WIRE[:5], *text("local", 6)], 0))
    assert wire.relations() == [{D: "origin", A: "shares_text"}]


def test_a_page_that_is_rewritten_leaves_the_story_with_its_date(wire: Any) -> None:
    wire.take_in((A, WIRE, 0), (B, WIRE, 0.5))
    assert wire.stories()[0]["pages"][1]["left_at"] is None
    wire.take_in((B, text("rewritten"), 3))
    (story,) = wire.stories()
    left = {page["url"]: page["left_at"] for page in story["pages"]}
    assert left == {A: None, B: "2025-03-07T05:06:07Z"}
    rows = {
        (row["url"], row["captured_at"][:10]): row["story"] for row in wire.backissue.json("export", "--all-versions")
    }
    assert rows == {
        (A, "2025-03-04"): story["story"], (B, "2025-03-04"): story["story"], (B, "2025-03-07"): None,
    }  # fmt: skip


def test_who_carried_a_later_correction_is_told(wire: Any) -> None:
    corrected = [*WIRE[:4], *text("corrected", 2), *WIRE[6:]]
    wire.take_in((A, WIRE, 0), (B, WIRE, 0.1), (C, WIRE, 0.2))
    wire.take_in((A, corrected, 1), (B, corrected, 2))
    (story,) = wire.stories()
    found = {page["url"]: page for page in story["pages"]}
    assert found[B]["corrected_at"] == "2025-03-06T05:06:07Z"
    assert found[C]["corrected_at"] is None
    assert found[B]["follows"] != found[C]["follows"]


def test_a_round_up_does_not_chain_the_stories_that_it_holds(wire: Any) -> None:
    one, two = text("one", 8), text("two", 8)
    for_both = [*one, *two]
    wire.take_in((E, for_both, 0), (A, one, 1), (B, one, 2), (C, two, 3), (D, two, 4))
    ids = {row["url"]: row["story"] for row in wire.backissue.json("export")}
    assert ids[A] == ids[B] != ids[C] == ids[D]
    assert ids[E] is None
    assert {E: "shares_text", A: "origin", B: "same_text"} in wire.relations()


def test_the_order_in_which_captures_come_and_rebuilding_make_no_difference(wire: Any, tmp_path: Any) -> None:
    pages = [
        (A, WIRE, 0), (B, WIRE, 1), (C, [*text("introduction", 2), *WIRE[:7]], 2),
        (D, [*WIRE[:5], *text("local", 6)], 3), (A, [*WIRE[:8], *text("more", 1)], 4), (E, text("other"), 5),
    ]  # fmt: skip

    def told() -> Any:
        return [
            (story["story"], [
                {name: page[name] for name in ("url", "relation", "share", "captured_at", "left_at", "words_added")}
                for page in story["pages"]
            ])
            for story in wire.stories()
        ]  # fmt: skip

    wire.take_in(*pages)
    at_once = told()
    with sqlite3.connect(wire.backissue.archive / "archive.db") as connection:
        missing = connection.execute("DELETE FROM change").rowcount
    (rebuilt,) = wire.backissue.json("reindex", "--json", "--workers", "1")
    assert rebuilt["changes"] == missing
    assert told() == at_once
    wire.backissue.archive = tmp_path / "other"
    wire.take_in(*pages[3:])
    wire.take_in(pages[2], pages[0], pages[1])
    assert told() == at_once


def test_a_copy_that_comes_years_later_is_found(wire: Any) -> None:
    long = text("long", 24)
    wire.take_in((A, long, 0), (B, [*long[:22], *text("added", 2)], 1200))
    assert wire.relations() == [{A: "origin", B: "near_duplicate"}]


def test_short_and_odd_texts_make_no_story(wire: Any) -> None:
    notice = ["This video is not available in your country at the moment."]
    wire.take_in((A, notice, 0), (B, notice, 1), (C, ["word " * 300], 2), (D, ["other " * 300], 3))
    assert wire.stories() == []


def test_texts_without_spaces_are_compared_by_characters(wire: Any) -> None:
    import random

    chance = random.Random(3)
    lines = ["".join(chr(0x4E00 + chance.randrange(2000)) for _ in range(60)) + "。" for _ in range(12)]
    wire.take_in((A, lines, 0), (B, lines[:8], 1), (C, ["".join(chance.sample("".join(lines), 500))], 2))
    assert wire.relations() == [{A: "origin", B: "near_duplicate"}]


def test_a_wrong_merge_is_undone_and_stays_undone(wire: Any) -> None:
    mobile = A.replace("https://", "https://m.")
    wire.take_in((A, WIRE, 0), (mobile, text("other"), 1))
    assert [row["url"] for row in wire.backissue.json("aliases", A, "--json")] == [A, mobile]
    wire.backissue.json("aliases", mobile, "--split", "--json")
    assert [row["url"] for row in wire.backissue.json("aliases", A, "--json")] == [A]
    wire.take_in((mobile, text("later"), 2))
    shown = {row["url"]: row["canonical_url"] for row in wire.backissue.json("export")}
    assert shown == {A: A, mobile: mobile}
    (moved,) = wire.backissue.json("aliases", mobile, "--json")[0]["moved"]
    assert (moved["reason"], moved["from"]) == ("split", A)
    assert "only URL of its page" in wire.backissue("aliases", mobile, "--split").stderr
    wire.backissue.json("aliases", mobile, "--join", "--json")
    assert len(wire.backissue.json("aliases", A, "--json")) == 2


def test_what_cannot_be_done_to_an_alias_is_one_line(wire: Any) -> None:
    wire.take_in((A, WIRE, 0))
    for words in (("aliases", B, "--split"), ("aliases", A, "--join"), ("aliases", "no url"), ("stories", B)):
        done = wire.backissue(*words)
        assert done.returncode == 2
        assert done.stderr.startswith("backissue: ")
        assert len(done.stderr.splitlines()) == 1
