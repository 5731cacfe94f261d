"""Where the keys and list items of a TOML text stand, so that a mistake can be named with its line."""

import re
import tomllib

KeyPath = tuple[str | int, ...]
"""The way to a value: the keys of tables, from the outermost in, and the indexes of list items, from 0."""


def line_at(text: str, offset: int) -> int:
    """The line of an offset, from 1."""
    return text.count("\n", 0, offset) + 1


class TomlPlaces:
    """The offsets of keys and list items, which `tomllib` does not tell.

    It reads text that `tomllib` has accepted. In other text it stops at the first thing that it cannot read, and keeps
    what it has.
    """

    _STRING = re.compile(
        r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
        r"|'''.*?'''(?:'{0,2})"
        r'|"(?:\\.|[^"\\\n])*"'
        r"|'[^'\n]*'",
        re.DOTALL,
    )
    _BARE = re.compile(r"[A-Za-z0-9_-]+")
    _SCALAR = re.compile(r"[^,\]}#\n]+")
    _SPACE = re.compile(r"[ \t]*")
    _GAP = re.compile(r"(?:[ \t\n]|#[^\n]*)*")

    def __init__(self, text: str):
        self.again: list[tuple[KeyPath, int, int]] = []
        """Tables and keys that are given a second time: path, first offset, second offset."""
        self._text = text
        self._at = 0
        self._first: dict[KeyPath, int] = {}
        self._given: dict[KeyPath, int] = {}
        try:
            self._document()
        except (_Unreadable, RecursionError):
            return

    def of(self, path: KeyPath) -> int:
        """The offset of a key or an item, else of the nearest thing around it."""
        while path and path not in self._first:
            path = path[:-1]
        return self._first.get(path, 0)

    def _document(self) -> None:
        table: KeyPath = ()
        while True:
            self._take(self._GAP)
            if self._at >= len(self._text):
                return
            if self._next("[["):
                table = self._key(())
                self._given = {path: at for path, at in self._given.items() if path[: len(table)] != table}
                self._expect("]]")
            elif self._next("["):
                start = self._at
                table = self._key(())
                self._give(table, start)
                self._expect("]")
            else:
                self._entry(table)

    def _entry(self, table: KeyPath) -> None:
        start = self._at
        path = self._key(table)
        self._give(path, start)
        self._expect("=")
        self._value(path)

    def _key(self, table: KeyPath) -> KeyPath:
        """Reads a key, dotted or not, and notes the place of each of its parts that was not seen before."""
        path = table
        while True:
            self._take(self._SPACE)
            start = self._at
            if self._text[start : start + 1] in ("'", '"'):
                part = self._unquoted(self._take(self._STRING))
            else:
                part = self._take(self._BARE)
            path = (*path, part)
            self._first.setdefault(path, start)
            self._take(self._SPACE)
            if not self._next("."):
                return path

    def _value(self, path: KeyPath) -> None:
        self._take(self._SPACE)
        if self._next("["):
            index = 0
            while not self._closed("]"):
                self._first.setdefault((*path, index), self._at)
                self._value((*path, index))
                index += 1
        elif self._next("{"):
            while not self._closed("}"):
                self._entry(path)
        else:
            self._take(self._STRING if self._text[self._at : self._at + 1] in ("'", '"') else self._SCALAR)

    def _closed(self, end: str) -> bool:
        """Passes the gap and the comma before the next item, or the end of the list or table."""
        self._take(self._GAP)
        if self._next(","):
            self._take(self._GAP)
        return self._next(end)

    def _give(self, path: KeyPath, start: int) -> None:
        if path in self._given:
            self.again.append((path, self._given[path], start))
        else:
            self._given[path] = start

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise _Unreadable
        self._at = match.end()
        return match[0]

    def _next(self, sign: str) -> bool:
        found = self._text.startswith(sign, self._at)
        if found:
            self._at += len(sign)
        return found

    def _expect(self, sign: str) -> None:
        if not self._next(sign):
            raise _Unreadable

    @staticmethod
    def _unquoted(quoted: str) -> str:
        try:
            return str(tomllib.loads(f"key = {quoted}")["key"])
        except tomllib.TOMLDecodeError as error:
            raise _Unreadable from error


class _Unreadable(Exception):
    """The text is not TOML from here on."""
