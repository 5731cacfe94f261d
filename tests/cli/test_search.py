"""`search`, `tag` and `note`, as a user runs them."""

import json
from typing import Any

import pytest


def test_searching_tagging_and_noting(site: Any, backissue: Any) -> None:
    edited, story = site.url("/edited"), site.url("/story/of-the-tide")
    first = backissue.archived(edited, story, code=0)[edited]["snapshot"]
    site.edition = 2
    second = backissue.archived(edited, code=0)[edited]["snapshot"]

    found = backissue.json("search", "--json", "quay", "twice")
    assert [row["snapshot"] for row in found] == [second]
    assert found[0]["score"] is None
    assert "text" not in found[0]
    piece = found[0]["snippet"]
    assert {piece["text"][start:end] for start, end in piece["marks"]} <= {"Quay", "quay", "twice"}
    assert backissue.json("search", "--json", "--all-versions", '"quay mended" -twice')[0]["snapshot"] == first
    assert backissue.json("search", "--json", "--as-of", "2001", "quay") == []
    best = backissue.json("search", "--json", "--by-relevance", "council")
    assert len(best) == 2
    assert best[0]["score"] >= best[1]["score"]

    page = backissue("search", "--limit", "1", "council")
    cursor = page.stderr.split("--cursor ")[1].strip()
    rest = backissue("search", "--limit", "1", "--cursor", cursor, "council")
    assert rest.stderr == ""
    assert {line.split()[0] for line in (page.stdout + rest.stdout).splitlines() if line[:6].strip()} == {
        str(row["snapshot"]) for row in best
    }
    counts = backissue.json("search", "--json", "--counts", "council")[0]
    assert counts["total"] == 2
    assert counts["by_language"] == [{"language": "en", "count": 2}]
    assert "2 found" in backissue("search", "--counts", "council").stdout

    assert backissue.json("tag", "--json", edited, str(first), "to do") == [{"tag": "to do", "added": 2}]
    assert [row["snapshot"] for row in backissue.json("search", "--json", 'tag:"to do"')] == [second]
    assert [row["snapshot"] for row in backissue.json("tag", "--list", "--json")] == [None, first]
    number = backissue.json("note", "--json", edited, "Ask the harbour master.")[0]["id"]
    assert [row["snapshot"] for row in backissue.json("search", "--json", "note:harbour")] == [second]
    assert backissue.json("note", "--list", "--json", edited)[0]["note"] == "Ask the harbour master."
    backissue.json("note", "--json", "--remove", str(number))
    backissue.json("tag", "--json", "--remove", edited, "TO DO")
    assert backissue.json("search", "--json", "note:harbour OR tag:to*") == []

    before = backissue.json("search", "--json", "--all-versions", "council")
    backissue.json("reindex", "--json", "--workers", "1")
    assert backissue.json("search", "--json", "--all-versions", "council") == before

    for words, said in WRONG:
        done = backissue(*words)
        assert done.returncode == 2, words
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert said in done.stderr


WRONG = (
    (("search", "after:soon"), "after:'soon' is no date"),
    (("search", "--as-of", "soon", "storm"), "--as-of 'soon' is no date"),
    (("search", "--as-of", "2026", "--all-versions", "storm"), "exclude each other"),
    (("search", "--limit", "1000000", "storm"), "from 1 to 1,000"),
    (("search", "--cursor", "AAAA", "storm"), "The cursor does not belong to this search"),
    (("search",), "Missing argument"),
    (("tag", "proof"), "Give at least one URL"),
    (("tag", "https://ledger.example/none", "proof"), "holds nothing for"),
    (("tag", "99999", "proof"), "holds nothing for"),
    (("note", "--remove", "99"), "There is no note 99"),
)


@pytest.mark.parametrize("command", ["search", "tag", "note"])
def test_an_archive_that_is_not_there_is_one_sentence(backissue: Any, command: str) -> None:
    done = backissue(command, "a", "b")
    assert done.returncode == 2
    assert "holds no archive" in done.stderr
    assert not backissue.archive.exists()


def test_json_is_one_object_a_line(site: Any, backissue: Any) -> None:
    backissue.archived(site.url("/lying-charset"), code=0)
    line = backissue("search", "--json", "GRUSSE").stdout
    assert json.loads(line)["title"] == "Grüße aus Brackwater"
