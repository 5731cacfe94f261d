"""Words for what is wrong in a TOML file."""

import difflib
from collections.abc import Callable, Iterable
from datetime import date, time
from pathlib import Path

from storage.errors import BackissueError
from storage.toml_places import KeyPath, TomlPlaces, line_at

Mistake = Callable[[KeyPath, str], None]
"""Takes the place of a mistake and what it is."""


FileMistake = Callable[[Path, int | None, str], BackissueError]
"""Makes the error of a file with its line, where it is known, and what is wrong."""


class Mistakes:
    """Takes the mistakes of a file's text; the one that stands first is told."""

    def __init__(self, text: str):
        self._text = text
        self._places = TomlPlaces(text)
        self._found: list[tuple[int, str]] = []

    def __call__(self, path: KeyPath, why: str) -> None:
        line = "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(why.split()))
        self._found.append((self._places.of(path), line.rstrip(".")))

    def raise_first(self, file: Path, error: FileMistake) -> None:
        """Raise what `error` makes of the first mistake; nothing where there is none."""
        if self._found:
            offset, why = min(self._found, key=lambda one: one[0])
            raise error(file, line_at(self._text, offset), why)


def what(value: object) -> str:
    """A TOML value in words, short enough for one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() > 64:
            return "a number with too many digits"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {value if len(value) <= 60 else value[:60] + '…'!r}"
        case list() | tuple():
            return "a list"
        case dict():
            return "a table"
        case date() | time():
            return "a date or time without quotes"
    return f"a {type(value).__name__}"


def meant(word: str, known: Iterable[str]) -> str:
    """A hint at the known word that is spelt most like this one; empty where none is near."""
    near = difflib.get_close_matches(word.lower().replace("-", "_"), list(known), n=1)
    return f"perhaps you mean `{near[0]}`" if near else ""
