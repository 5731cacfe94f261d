"""How many columns of a terminal a text takes, and text cut or broken to fit."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_ELLIPSIS = "…"


@lru_cache(maxsize=4096)
def of_character(character: str) -> int:
    """0, 1 or 2 columns (UAX 11; marks and joiners take none)."""
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """The columns that a text takes."""
    return len(text) if text.isascii() else sum(map(of_character, text))


def fitting(text: str, columns: int) -> int:
    """How many of a text's characters fit."""
    if text.isascii():
        return min(len(text), columns)
    taken = 0
    for index, character in enumerate(text):
        taken += of_character(character)
        if taken > columns:
            return index
    return len(text)


def cut(text: str, columns: int) -> str:
    """The text, or its beginning with an ellipsis, in no more columns than that (1 and more)."""
    if width(text) <= columns:
        return text
    return text[: fitting(text, columns - 1)].rstrip() + _ELLIPSIS


def lines(text: str, columns: int) -> Iterator[tuple[int, int]]:
    """Where the lines of a text begin and end that is broken at its spaces, and within a word that is too long.

    `columns`: 2 and more.
    """
    start = 0
    while start < len(text):
        end = start + max(1, fitting(text[start:], columns))
        if end < len(text) and text[end] != " ":
            space = text.rfind(" ", start, end)
            if space > start:
                end = space
        yield start, end
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
