"""What is unusual about a source's day, and what is not."""

import random
from collections import Counter
from typing import Any

import attrs
import pytest

from storage.drift import Window, beta_binomial_tail, poisson_head, signs


def poisson(dice: random.Random, mean: float) -> int:
    """Knuth's way; the means here are small."""
    passed, count = dice.expovariate(1), 0
    while passed < mean:
        passed, count = passed + dice.expovariate(1), count + 1
    return count


def some(dice: random.Random, of: int, rate: float, weight: float = 20.0) -> int:
    """Cases whose rate itself varies from day to day."""
    own = dice.betavariate(rate * weight + 0.01, (1 - rate) * weight + 0.01)
    return sum(dice.random() < own for _ in range(of))


def day(dice: random.Random, fresh: float, weekday: int, **rates: float) -> Window:
    """An ordinary day of a source: half on weekends, and more or less on any."""
    count = poisson(dice, fresh * (0.5 if weekday >= 5 else 1) * dice.gammavariate(10, 0.1))
    again = poisson(dice, fresh * 3)
    not_article = some(dice, round(fresh / 4) + 1, rates.get("not_article", 0.2))
    attempts = count + again + not_article
    return Window(
        runs=1,
        discoveries=1,
        attempts=attempts,
        fresh=count,
        walled=some(dice, attempts, rates.get("walled", 0.005)),
        failed=some(dice, attempts, rates.get("failed", 0.02)),
        first=count + not_article,
        not_article=not_article,
        again=again,
        changed=some(dice, again, rates.get("changed", 0.06)),
        degraded=some(dice, again, rates.get("degraded", 0.01)),
        gone=some(dice, again, 0.005),
        empty=some(dice, count, 0.003),
        untitled=0,
        undated=some(dice, count, rates.get("undated", 0.1)),
        words=round(450 * dice.lognormvariate(0, 0.5 / max(1, count) ** 0.5)) if count else 0,
        listings=5,
        listings_failed=some(dice, 5, 0.01),
    )


def month(seed: int, fresh: float = 30, **rates: float) -> list[Window]:
    """A day and the four weeks before it."""
    dice = random.Random(seed)
    return [day(dice, fresh, (6 - n) % 7, **rates) for n in range(29)]


def named(windows: list[Window], **today: Any) -> set[str]:
    return {sign.name for sign in signs([attrs.evolve(windows[0], **today), *windows[1:]])}


def test_ordinary_days_of_sources_large_and_small_hardly_ever_alarm() -> None:
    found: Counter[str] = Counter()
    for seed in range(1000):
        dice = random.Random(seed)
        fresh = dice.choice([1, 3, 10, 30, 100])
        rates = {"walled": dice.choice([0, 0.1]), "failed": dice.choice([0.01, 0.1]), "undated": dice.choice([0, 0.5])}
        found.update(sign.name for sign in signs(month(seed, fresh, **rates)))
    assert found.total() <= 2, found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("sign", "today"),
    [
        ("bot_wall", {"attempts": 120, "walled": 60}),
        ("failing", {"attempts": 120, "failed": 60}),
        ("no_articles", {"first": 30, "not_article": 29}),
        ("degraded", {"again": 90, "degraded": 40}),
        ("many_gone", {"again": 60, "gone": 30}),
        ("many_changes", {"again": 90, "changed": 60}),
        ("empty_bodies", {"fresh": 30, "empty": 20}),
        ("missing_titles", {"fresh": 30, "untitled": 20}),
        ("missing_dates", {"fresh": 30, "undated": 28}),
        ("other_length", {"fresh": 30, "words": 90}),
        ("other_length", {"fresh": 30, "words": 2000}),
        ("listings_failing", {"listings_failed": 5}),
        ("few_fresh", {"fresh": 0, "first": 0}),
    ],
)
def test_what_a_redesign_a_wall_or_a_dead_feed_does_is_seen_the_same_day(
    seed: int, sign: str, today: dict[str, Any]
) -> None:
    ordinary = month(seed)
    assert sign not in named(ordinary)
    assert sign in named(ordinary, **today)


def test_a_bot_wall_is_seen_on_the_first_day_of_a_source() -> None:
    assert named([Window(runs=1, discoveries=1, attempts=20, walled=18)]) == {"bot_wall"}


def test_a_redesign_is_still_seen_on_its_third_day() -> None:
    windows = month(7)
    redesigned = [attrs.evolve(window, fresh=30, empty=20) for window in windows[:3]]
    assert "empty_bodies" in named([*redesigned, *windows[3:]])


def test_without_a_habit_few_articles_say_nothing() -> None:
    assert named([Window(runs=1, discoveries=1, attempts=3, fresh=3), *([Window()] * 28)]) == set()


def test_a_site_that_always_blocks_a_tenth_does_not_alarm_for_that() -> None:
    windows = month(1, walled=0.1)
    assert named(windows, walled=round(windows[0].attempts * 0.15)) == set()


def test_a_site_that_always_blocks_most_visits_alarms_always() -> None:
    assert "bot_wall" in named([Window(runs=1, discoveries=1, attempts=20, walled=18)] * 29)


def test_a_small_source_that_falls_silent_is_seen_within_days() -> None:
    windows = month(3, fresh=5)
    silent = [attrs.evolve(window, fresh=0, first=0, not_article=0) for window in windows[:7]]
    within = [named([*silent[:days], *windows[days:]]) for days in range(1, 8)]
    assert "few_fresh" not in within[0]
    assert "few_fresh" in within[6]


def test_days_without_a_crawl_are_no_days_without_articles() -> None:
    windows = month(4)
    windows[1:4] = [Window()] * 3
    assert named(windows) == set()
    assert named([Window(), *windows[1:]]) == set()


def test_crawls_that_look_for_nothing_new_do_not_count_as_silence() -> None:
    assert named(month(5), discoveries=0, fresh=0, first=0, not_article=0) == set()


def test_the_message_names_figures_and_habit() -> None:
    ordinary = month(6)
    wall = signs([attrs.evolve(ordinary[0], attempts=120, walled=60), *ordinary[1:]])
    assert "60 of 120 visits" in wall[0].message
    assert "(0% before)" in wall[0].message


def test_the_tails_are_those_of_the_distributions() -> None:
    # Beta(1, 1) makes every count equally likely.
    assert beta_binomial_tail(8, 9, 1, 1) == pytest.approx(0.2)
    assert poisson_head(0, 3) == pytest.approx(0.049787, abs=1e-6)
    assert poisson_head(10, 0) == 1.0
