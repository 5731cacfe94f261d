"""`diff`, `changes`, `blame` and `first-seen` on a page that was edited."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import BehavingSite, Command, running

PARAGRAPHS = [
    "The council of Brackwater met on Tuesday and agreed to mend the eastern quay before the winter storms arrive.",
    "Some 12 boats were moored there when the wall gave way, the harbour master Anna Reed said in the evening.",
    "“We will pay for every boat that was lost,” the mayor told the meeting, to loud applause from the benches.",
    "Fishermen had warned of cracks in the wall since the spring, and two of them had written to the council.",
]


def page(title: str, paragraphs: list[str], modified: str = "2026-01-01T10:00:00Z") -> bytes:
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    head = f'<meta property="og:type" content="article"><meta property="article:modified_time" content="{modified}">'
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}</head><body>"
        f"<article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


def edit(site: BehavingSite, backissue: Command) -> str:
    """The URL of a page with two snapshots."""
    url = site.url("/quay")
    site.made["/quay"] = page("Quay to be mended", PARAGRAPHS)
    backissue.archived(url, code=0)
    later = [
        PARAGRAPHS[0],
        PARAGRAPHS[1].replace("12", "15"),
        *PARAGRAPHS[2:],
        "Work begins on Monday at dawn, she said.",
    ]
    site.made["/quay"] = page("Quay to be rebuilt", later)
    backissue.archived(url, code=0)
    return url


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Command, str]]:
    """An archive with a page that was edited, for all that only read it."""
    for site in running():
        backissue = Command(tmp_path_factory.mktemp("quay") / "archive")
        yield backissue, edit(site, backissue)


def test_an_edit_is_told_with_its_kinds_and_as_stealth(quay: tuple[Command, str]) -> None:
    backissue, edited = quay
    (made,) = backissue.json("diff", "--json", edited)
    assert {"from", "to", "fields", "hunks", "moves", "summary"} <= set(made)
    assert {one["field"]: (one["old"], one["new"]) for one in made["fields"]}["title"] == (
        "Quay to be mended",
        "Quay to be rebuilt",
    )
    body = [(hunk["kind"], hunk["old"], hunk["new"]) for hunk in made["hunks"] if hunk["place"] == "body"]
    assert body == [("number", "12", "15"), ("addition", "", "Work begins on Monday at dawn, she said.")]
    text = backissue.json("show", "--json", edited)[0]["text"]
    for hunk in made["hunks"]:
        if hunk["place"] == "body":
            assert text[slice(*hunk["new_span"])] == hunk["new"]
    (change,) = backissue.json("changes", "--json", "--substantive", "--headline", "--stealth", "--since", "yesterday")
    assert change["stealth"] and change["substantive"]
    assert change["kinds"] == {"addition": 1, "headline": 1, "number": 1}
    assert change["url"] == edited
    assert change["summary"].startswith("headline: Quay to be mended → Quay to be rebuilt; added:")
    rows = backissue.json("history", "--json", edited)
    assert rows[1]["change"]["summary"] == change["summary"]
    assert backissue.json("changes", "--json", "--since", "2999-01-01") == []


def test_versions_are_named_by_date_number_first_and_latest(quay: tuple[Command, str]) -> None:
    backissue, edited = quay
    numbers = [row["snapshot"] for row in backissue.json("history", "--json", edited)]
    for names in (["first"], ["first", "latest"], [str(numbers[0]), str(numbers[1])], [str(numbers[0]), "today"]):
        (made,) = backissue.json("diff", "--json", edited, *names)
        assert [made["from"]["snapshot"], made["to"]["snapshot"]] == numbers
    for wrong, said in (("1999-01-01", "has no snapshot"), ("soon", "is no date"), ("2026-13-01", "is no date")):
        done = backissue("diff", edited, wrong)
        assert done.returncode == 2
        assert said in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_diff_is_shown_in_each_form(quay: tuple[Command, str], form: str) -> None:
    backissue, edited = quay
    done = backissue("diff", edited, "--format", form)
    assert done.returncode == 0, done.stderr
    marks = {"text": "[−12−]{+15+}", "markdown": "~~12~~**15**", "html": "<del>"}
    assert marks[form] in done.stdout
    assert "a number changed: 12 → 15" in done.stdout
    if form == "html":
        assert "src=" not in done.stdout and "href=" not in done.stdout


def test_a_page_with_one_snapshot_says_so(site: Any, backissue: Any) -> None:
    url = site.url("/story/one-two-three")
    backissue.archived(url, code=0)
    done = backissue("diff", url)
    assert done.returncode == 2
    assert "has one snapshot" in done.stderr and "visit" in done.stderr and done.stderr.count("\n") == 1


def test_each_sentence_has_the_snapshot_that_it_came_in_with(quay: tuple[Command, str]) -> None:
    backissue, edited = quay
    first, second = (row["snapshot"] for row in backissue.json("history", "--json", edited))
    came = {row["text"]: row["snapshot"] for row in backissue.json("blame", "--json", edited)}
    assert came[PARAGRAPHS[0]] == first
    assert came["Work begins on Monday at dawn, she said."] == second
    (gone,) = backissue.json("first-seen", "--json", "some 12 boats")
    assert (gone["entered"]["snapshot"], gone["left"]["snapshot"]) == (first, second)
    (still,) = backissue.json("first-seen", "--json", "--page", edited, "15 boats")
    assert still["left"] is None
    assert backissue("first-seen", " ").returncode == 2


def test_what_goes_back_to_an_earlier_text_is_folded(site: Any, backissue: Any) -> None:
    edited = edit(site, backissue)
    site.made["/quay"] = page("Quay to be mended", PARAGRAPHS)
    backissue.archived(edited, code=0)
    assert len(backissue.json("changes", "--json")) == 1
    back, _ = backissue.json("changes", "--json", "--flips")
    first = backissue.json("history", "--json", edited)[0]["snapshot"]
    assert back["returns_to"] == first
