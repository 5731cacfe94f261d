"""How much of one text stands in another, by runs of three words."""

from collections.abc import Iterable, Sequence

from storage.leaves import UNSPACED, folded

Gram = tuple[str, str, str]


def tokens(text: str) -> list[str]:
    """A text's words, folded; in scripts without spaces every character is one."""
    plain = folded(text)
    return plain.split() if plain.isascii() else UNSPACED.sub(r" \g<0> ", plain).split()


def grams(words: Sequence[str]) -> set[Gram]:
    """Every run of three words."""
    return set(zip(words, words[1:], words[2:], strict=False))


def cover(words: Sequence[str], within: Iterable[Gram] | set[Gram]) -> float:
    """Share of a text's runs of three words that are among others, 0 to 1. 0 for a text of one or two words."""
    own = grams(words)
    return len(own.intersection(within)) / len(own) if own else 0.0
