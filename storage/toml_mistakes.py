"""Words for what is wrong in a TOML file."""

import difflib
from collections.abc import Callable, Iterable
from datetime import date, time

from storage.toml_places import KeyPath

Mistake = Callable[[KeyPath, str], None]
"""Takes the place of a mistake and what it is."""


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
