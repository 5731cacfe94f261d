"""A TOML file that a user writes: read, with its mistakes told by their lines."""

import re
import tomllib
from pathlib import Path
from typing import Any

from storage.toml_mistakes import FileMistake
from storage.toml_places import KeyPath, TomlPlaces, line_at

# What the tables below these are called.
_NOUNS: dict[str | int, str] = {"sources": "source", "notices": "rule"}


def read_toml(file: Path, mistake: FileMistake) -> tuple[str, dict[str, Any]]:
    """A file's text, and what it says; both are empty where there is no file. Raises what `mistake` makes."""
    text = _read(file, mistake)
    return text, _parse(file, text, mistake)


def _read(file: Path, mistake: FileMistake) -> str:
    if file.is_dir():
        raise mistake(file, None, "this is a folder; it must be a text file")
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise mistake(file, None, f"it cannot be read: {error.strerror or error}") from error
    raw = raw.removeprefix(b"\xef\xbb\xbf")  # Windows editors put a byte order mark there; TOML knows none
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise mistake(file, line, "this is not UTF-8; save the file as UTF-8") from error
    return text.replace("\r\n", "\n")


def _parse(file: Path, text: str, mistake: FileMistake) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise mistake(file, None, "its lists or tables are nested too deeply") from error
    except ValueError as error:  # TOMLDecodeError, and numbers of thousands of digits
        said = " ".join(str(error).split())
        where = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", said)
        what = said[: where.start()] if where else said
        if where is None:
            line = None
        elif where[1]:
            line = int(where[1])
        else:
            line = line_at(text, len(text.rstrip()))
        if line and what.startswith(("Cannot", "Duplicate")):
            again = TomlPlaces("\n".join(text.split("\n")[:line])).again
            if again:
                path, first, second = again[0]
                why = f"{_called(path)} is given twice, first in line {line_at(text, first)}"
                raise mistake(file, line_at(text, second), why) from error
        column = f" at column {where[2]}" if where and where[2] else ""
        hint = ""
        if what.startswith("Unescaped"):
            hint = "; put regular expressions in single quotes, where \\ stands for itself"
        elif what.startswith("Cannot"):
            hint = "; a key or a table is given twice"
        elif what == "Invalid value":
            hint = "; texts are in quotes, lists in [ ], and yes and no are true and false"
        raise mistake(file, line, f"this is not valid TOML: {what}{column}{hint}") from error


def _called(path: KeyPath) -> str:
    noun = _NOUNS.get(path[0])
    if noun and len(path) == 2:
        return f"{noun} {path[1]!r}"
    if noun and len(path) == 3:
        return f"`{path[2]}` of {noun} {path[1]!r}"
    return f"`{'.'.join(map(str, path))}`"
