"""Texts that were made to take long: they are compared in bounded time, and the script is exact all the same."""

import random
import time
from collections.abc import Callable

import pytest

from storage.compare import compare_texts

Make = Callable[[int, random.Random, str], str]
# What 1 MB on each side may take, of processor time.
MOST_SECONDS = 5
MANY = [f"Word{n}" for n in range(10_000)]


def rows(count: int, draw: random.Random, words: str, line: int, between: str = "\n") -> str:
    drawn = draw.choices(words.split(","), k=count)
    return between.join(" ".join(drawn[k : k + line]) for k in range(0, count, line))


MADE: dict[str, Make] = {
    "two words at random": lambda size, draw, side: rows(size // 2, draw, "x,y", size),
    "two words in turn": lambda size, draw, side: ("x y " if side == "q" else "y x ") * (size // 4),
    "two words, two a line": lambda size, draw, side: rows(size // 2, draw, "x,y", 2),
    "two words, 2,500 a line": lambda size, draw, side: rows(size // 2, draw, "x,y", 2_500),
    "two words in sentences of five": lambda size, draw, side: rows(size // 2, draw, "x,y", 5, ". "),
    "lines of one word": lambda size, draw, side: rows(size // 10, draw, ",".join(MANY), 1),
    # Each anchor leaves all but one word on one side of it, and one of those is an anchor there.
    "anchors that appear one by one": lambda size, draw, side: " ".join(
        f"x{n} {side} x{n - 1}" for n in range(1, max(size // 16, 8_000))
    ),
    "one word": lambda size, draw, side: side * size,
    "opening quotation marks": lambda size, draw, side: f"„“{side}" * (size // 3),
    "invisible signs": lambda size, draw, side: f"{side}\u00ad" * (size // 2),
}


def pair(name: str, size: int) -> tuple[str, str]:
    draw = random.Random(7)
    return MADE[name](size, draw, "q"), MADE[name](size, draw, "r")


@pytest.mark.parametrize("name", MADE)
def test_hostile_texts_rebuild_exactly_and_mirrored(name: str) -> None:
    old, new = pair(name, 50_000)
    made = compare_texts(old, new)
    assert made.rebuild_new() == new
    assert made.rebuild_old() == old
    back = compare_texts(new, old)
    assert sorted((h.old_span or (), h.new_span or ()) for h in made.hunks) == sorted(
        (h.new_span or (), h.old_span or ()) for h in back.hunks
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", MADE)
def test_a_megabyte_takes_no_more_than_five_seconds(name: str) -> None:
    old, new = pair(name, 1_000_000)
    start = time.process_time()
    compare_texts(old, new)
    assert time.process_time() - start < MOST_SECONDS
