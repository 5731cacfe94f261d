"""Lines as they are compared and counted."""

import random
import re
import unicodedata

import pytest

from storage import leaves

# Of all that a line may be made of: letters, marks, digits and spaces of several scripts, and what folds to ASCII.
CHARACTERS = "aBz ß\u0130\u0131ſK１２٣०9_-—’'.,;\t\n\u00a0\u3000\u2028\x1c\x85ーかな漢字ไทยмир\u0301ﬁ①½\U0001d400\ufffd"


def lines(count: int) -> list[str]:
    chosen = random.Random(7)
    made = ["".join(chosen.choices(CHARACTERS, k=chosen.randrange(40))) for _ in range(count)]
    plain = ["".join(chosen.choices("abYZ09 _-.\t\x1f", k=chosen.randrange(40))) for _ in range(count)]
    return ["", " ", "_", *made, *plain, "a 1 " * 1000, "か " * 3000]


@pytest.mark.parametrize("_", ["asked for the first time", "asked for again"])
def test_lines_are_folded_and_counted_alike_by_the_quick_ways(_: str) -> None:
    for line in lines(500):
        plain = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", line).casefold()).strip()
        assert leaves.plain(line) == plain
        assert leaves.folded(line) == re.sub(r"\d+", "0", plain)
        unspaced = len(leaves.UNSPACED.findall(line))
        assert leaves.words(line) == len(leaves.UNSPACED.sub(" ", line).split()) + (unspaced + 1) // 2
