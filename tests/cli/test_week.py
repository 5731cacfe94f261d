"""What the week of the made-up newspaper has for an archive to notice."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from cli.demo import week
from cli.demo.masthead import load_masthead
from cli.demo.notes import A_DAY, notes
from cli.demo.week import LEDGER, NIGHTS, TAGBLATT, Week

TODAY = date(2031, 3, 12)


@pytest.fixture
def paper() -> Iterator[Week]:
    with Week(today=TODAY) as paper:
        yield paper


def test_each_night_has_its_own_notes_on_both_sites(paper: Week) -> None:
    for index in (LEDGER, TAGBLATT):
        counts = [len(paper.paths(index, night)) for night in range(2, NIGHTS + 1)]
        assert [after - before for before, after in pairwise(counts)] == [A_DAY] * (NIGHTS - 2)


def test_no_two_notes_share_half_of_their_text() -> None:
    for key in ("ledger", "tagblatt"):
        texts = [set(note.text.split("\n")) for note in notes(load_masthead(key), first=date(2031, 3, 6), last=TODAY)]
        shared = [len(one & other) for n, one in enumerate(texts) for other in texts[:n]]
        assert max(shared) <= 1


def test_an_edit_is_served_and_one_is_hidden_behind_an_old_tag(paper: Week) -> None:
    def served(path: str, *nights: int) -> list[tuple[bytes, str]]:
        found = []
        for paper.night in nights:
            page = paper.answer(LEDGER, path)
            found.append((page.body, page.etag))
        return found

    before, after = served(week.EDITED, 2, 3)
    assert before[0] != after[0]
    assert before[1] != after[1]
    before, after = served("/business/port-dredging-contract/", 1, 2)
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_pages_are_taken_down_and_one_comes_back(paper: Week) -> None:
    def statuses(path: str) -> list[int]:
        found = []
        for paper.night in (1, 3, 4):
            found.append(paper.answer(LEDGER, path).status)
        return found

    assert statuses(week.TAKEN_DOWN) == [200, 404, 404]
    assert statuses(week.VANISHING) == [200, 404, 200]


def test_the_redesign_takes_the_metadata(paper: Week) -> None:
    path = next(path for path in paper.paths(TAGBLATT, 2) if path.endswith(".html"))
    paper.night = week.REDESIGN - 1
    assert b"<h1" in paper.answer(TAGBLATT, path).body
    paper.night = week.REDESIGN
    body = paper.answer(TAGBLATT, path).body
    assert b"<h1" not in body
    assert b"og:title" not in body
    assert b"ld+json" not in body


def test_a_night_of_outage_and_one_behind_a_wall(paper: Week) -> None:
    paper.night = week.OUTAGE
    assert paper.answer(LEDGER, "/").status == 503
    assert paper.answer(TAGBLATT, "/").status == 200
    paper.night = week.WALL
    assert paper.answer(LEDGER, "/").status == 200
    assert paper.answer(LEDGER, week.EDITED).status == 403


def test_what_happens_in_a_week_is_noticed(backissue: Any) -> None:
    done = backissue("demo", "--week", "--ports", "0", "0")
    assert "Traceback" not in done.stderr
    told = done.stdout[done.stdout.index("What happened") :].split("  night ")[1:]
    assert len(told) == 7
    assert [one for one in told if "unnoticed" in one] == []
