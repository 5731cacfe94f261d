"""Which lines stand on several distinct articles."""

import datetime as dt
import itertools
import random

from storage.repeats import Sheet, count

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def long(number: int) -> int:
    return 2 * number + 1


def sheet(page: int, keys: set[int]) -> Sheet:
    return Sheet(page=page, captured_at=START + dt.timedelta(days=page), keys=frozenset(keys))


def own(page: int, lines: int = 8) -> set[int]:
    return {long(1000 * page + n) for n in range(lines)}


PLEA = {long(n) for n in range(4)}
SHORT = {2, 4}


def test_a_line_is_counted_once_for_each_article_that_has_it() -> None:
    counted = count([sheet(page, own(page) | PLEA | SHORT) for page in range(1, 6)])
    assert counted.articles == 5
    assert set(counted.lines) == PLEA | SHORT
    sighting = counted.lines[long(0)]
    assert (sighting.articles, sighting.pages) == (5, (1, 2, 3, 4, 5))
    assert (sighting.first_seen_at, sighting.last_seen_at) == (START + dt.timedelta(1), START + dt.timedelta(5))


def test_copies_of_an_article_are_one_and_their_paragraphs_are_not_repeated() -> None:
    copies = [sheet(page, own(7) | {long(50 + page)}) for page in (1, 2, 3)]
    counted = count([*copies, sheet(4, own(4))])
    assert counted.articles == 2
    assert counted.lines == {}


def test_a_long_plea_on_stubs_does_not_make_them_one_article() -> None:
    # Two lines of their own and four of the plea: more than half is shared, on every page.
    counted = count([sheet(page, own(page, 2) | PLEA) for page in range(1, 7)])
    assert counted.articles == 6
    assert set(counted.lines) == PLEA
    # Of two such pages nobody could tell, unless the plea is known from elsewhere.
    two = [sheet(page, own(page, 2) | PLEA) for page in (1, 2)]
    assert count(two).articles == 1
    assert count(two, PLEA).articles == 2


def test_a_line_that_is_known_is_counted_even_where_it_stands_on_one_article() -> None:
    assert set(count([sheet(1, own(1) | PLEA)], {long(2), long(99)}).lines) == {long(2)}


def test_the_order_of_the_pages_makes_no_difference() -> None:
    sheets = [sheet(page, own(page % 4) | {long(n) for n in range(page)}) for page in range(1, 6)]
    results = [count(order) for order in itertools.permutations(sheets)]
    assert all(result == results[0] for result in results)


def test_a_window_of_200_articles_is_counted_in_a_second() -> None:
    chance = random.Random(3)
    sheets = [sheet(page, PLEA | {chance.getrandbits(64) for _ in range(60)}) for page in range(200)]
    assert count(sheets).articles == 200
