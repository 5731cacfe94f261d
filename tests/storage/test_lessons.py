"""What counts of a site's lines change in its memory."""

import datetime as dt

from storage.lessons import Lesson, Standing, lesson
from storage.repeats import Count, Sighting

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def day(number: int) -> dt.datetime:
    return START + dt.timedelta(days=number)


def seen(articles: int, first: int, last: int) -> Sighting:
    return Sighting(
        articles=articles, pages=tuple(range(articles)), first_seen_at=day(first), last_seen_at=day(last)
    )  # fmt: skip


def window(articles: int, lines: dict[int, Sighting], *, first: int = 0, last: int = 10) -> Count:
    return Count(
        articles=articles, pages=tuple(range(articles)), first_at=day(first), last_at=day(last), lines=lines
    )  # fmt: skip


def learn(*counts: Count, known: int = 0, standing: dict[int, Standing] | None = None, newest: bool = True) -> Lesson:
    return lesson(
        "a.example", known=known, pages=None, standing=standing or {}, counts=counts, texts={1: "A line"},
        newest_counted=newest,
    )  # fmt: skip


def line(articles: int, first: int, last: int) -> Standing:
    return Standing(
        id=7, text="A line", articles=articles, pages=None, first_seen_at=day(first), last_seen_at=day(last)
    )  # fmt: skip


def test_a_new_line_concerns_captures_from_its_first_on() -> None:
    found = learn(window(9, {1: seen(3, 4, 9)}), known=9)
    assert found.since == day(4)
    assert [(one.key, one.articles, one.pages, one.text) for one in found.lines] == [(1, 3, (0, 1, 2), "A line")]


def test_counts_are_noted_at_every_step_that_decides_and_then_by_halves() -> None:
    noted = []
    standing: dict[int, Standing] = {}
    for articles in range(2, 40):
        found = learn(window(40, {1: seen(articles, 0, 10)}), known=40, standing=standing)
        if found.lines:
            noted.append(articles)
            standing = {1: line(articles, 0, 10)}
    assert noted == [2, 3, 4, 6, 9, 14, 21, 32]


def test_a_smaller_count_and_a_later_date_clean_nothing_again() -> None:
    found = learn(window(40, {1: seen(5, 8, 12)}), known=40, standing={1: line(30, 0, 10)})
    assert found.since is None
    assert found.lines == ()
    assert found.seen == {7: day(12)}


def test_a_line_that_the_site_no_longer_has_is_forgotten_with_its_date() -> None:
    for days, forgotten in ((29, False), (45, True)):
        found = learn(window(40, {}, last=10 + days), known=40, standing={1: line(30, 0, 10)})
        assert [one.forgotten for one in found.lines] == [True] * forgotten
    assert (found.since, found.lines[0].last_seen_at, found.lines[0].replaces) == (day(55), day(10), 7)
    # Old pages that come later prove nothing about what the site has now.
    assert learn(window(40, {}, last=90), known=40, standing={1: line(30, 0, 10)}, newest=False).lines == ()


def test_an_earlier_capture_with_the_line_moves_its_beginning() -> None:
    found = learn(window(3, {1: seen(1, -100, -100)}), known=40, standing={1: line(30, 0, 10)}, newest=False)
    assert found.since == day(-100)
    assert (found.lines[0].articles, found.lines[0].first_seen_at, found.lines[0].last_seen_at) == (
        30, day(-100), day(10),
    )  # fmt: skip
