"""The query language: what a reader types, as a tree. Every string is a query; only a date can be wrong.

storm harbour            both words
"storm harbour"          this phrase
storm OR gale            either
storm -harbour           the one without the other
storm*                   words that begin so
(storm OR gale) harbour  groups
title:storm source:ledger after:2026-03
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import attrs

from storage.errors import UsageError
from storage.search import form

# Fields whose words are in the index, and those that are looked up beside it.
TEXT_FIELDS = {"title": "title", "author": "byline", "text": "text"}
FILTERS = ("source", "site", "lang", "section", "access", "story", "tag", "note")
DATES = ("after", "before", "changed", "gone")

# A pasted page is no query: each word costs a walk through the index.
MAX_WORDS = 500
# Deeper parentheses are read as if they were not there; the index's own parser has a limit as well.
MAX_DEPTH = 16


class NotADate(UsageError):
    """What takes a date was given something else. `before`: what stands before the date, such as "after:"."""

    def __init__(self, before: str, value: str):
        super().__init__(
            f"{before}{value[:60]!r} is no date that can be read. Write a year, a month or a day: {before}2026, "
            f"{before}2026-03 or {before}2026-03-01."
        )


class QueryTooLong(UsageError):
    """The query has more words than are searched for at once."""

    def __init__(self) -> None:
        super().__init__(f"The query has more than {MAX_WORDS} words. Search for the ones that matter.")


@attrs.frozen
class Words:
    """Words in this order, next to each other."""

    words: tuple[str, ...]
    field: str | None = None
    """A column of the index. None: any."""
    prefix: bool = False
    """The last one may go on."""


@attrs.frozen
class Filter:
    """What a snapshot or its page must be."""

    field: str
    value: str
    """As typed."""
    prefix: bool = False


@attrs.frozen
class When:
    """When a snapshot was captured (`after`, `before`), or its page edited or taken down (`changed`, `gone`)."""

    field: str
    start: datetime | None
    """From here on. None: at any time."""
    end: datetime | None
    """Up to, and without."""
    never: bool = False
    """`changed:no`, `gone:no`."""


@attrs.frozen
class Both:
    """All of these."""

    parts: tuple["Node", ...]


@attrs.frozen
class Either:
    """One of these at least."""

    parts: tuple["Node", ...]


@attrs.frozen
class Without:
    """Not this."""

    part: "Node"


@attrs.frozen
class Nothing:
    """What is found nowhere: there was something, and no word in it."""


Node = Words | Filter | When | Both | Either | Without | Nothing


@attrs.frozen(kw_only=True)
class Query:
    """A query, parsed."""

    text: str
    """As typed."""
    root: Node | None
    """None: everything."""

    @property
    def wanted(self) -> tuple[Words, ...]:
        """What to mark in what is found: the words that are asked for, without those that must not be there."""
        return tuple(_wanted(self.root)) if self.root is not None else ()


def _wanted(node: Node) -> Iterator[Words]:
    if isinstance(node, Words):
        yield node
    elif isinstance(node, Both | Either):
        for part in node.parts:
            yield from _wanted(part)


_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<open>\()
    | (?P<close>\))
    | (?P<minus>-(?=[\w"(]))
    | (?:(?P<field>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s()"]+))
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@attrs.frozen
class _Token:
    kind: Literal["(", ")", "-", "OR", "atom"]
    node: Node | None = None


def parse(text: str) -> Query:
    """Parse a query. Raises NotADate and QueryTooLong, and nothing else, whatever the string."""
    # A terminal may pass on halves of characters, which no database takes.
    tokens = list(_tokens(text.encode(errors="replace").decode()))
    if sum(len(token.node.words) for token in tokens if isinstance(token.node, Words)) > MAX_WORDS:
        raise QueryTooLong
    root = _Parser(tokens).all()
    if root is None and text.strip():
        root = Nothing()
    return Query(text=text, root=root)


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if match["open"]:
            yield _Token("(")
        elif match["close"]:
            yield _Token(")")
        elif match["minus"]:
            yield _Token("-")
        elif match["word"] == "OR" and not match["field"]:
            yield _Token("OR")
        elif kind not in ("space", "other"):
            node = _atom(match["field"], match["phrase"], match["word"])
            if node is not None:
                yield _Token("atom", node)


def _atom(field: str | None, phrase: str | None, word: str | None) -> Node | None:
    """None: there is nothing in it to look for."""
    value = phrase if phrase is not None else word or ""
    prefix = word is not None and value.endswith("*")
    name = field.lower() if field else None
    if name in TEXT_FIELDS:
        return _words(value, TEXT_FIELDS[name], prefix)
    if name in FILTERS and value.strip("*").strip():
        return Filter(name, value.rstrip("*") if prefix else value, prefix)
    if name in DATES and value.strip():
        return _when(name, value.strip())
    # No field of ours, as in "http://…": a word like any other.
    return _words(f"{field}:{value}" if field else value, None, prefix)


def _words(value: str, column: str | None, prefix: bool) -> Words | None:
    made = form.words(value)
    if not made:
        return None
    if form.is_unsegmented(made[-1]):
        # The last letter alone is in the index only where a run ends; a pair that begins with it is just as good.
        return (
            Words(tuple(made[:-1]), column)
            if len(made) > 1 and len(made[-2]) == 2
            else Words(tuple(made), column, prefix=True)
        )
    return Words(tuple(made), column, prefix)


_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::\d{2})?Z?)?)?)?",
    re.ASCII,
)


def period(value: str) -> tuple[datetime, datetime] | None:
    """What a date that may be cut short covers, from and up to, in UTC. None: it is no date."""
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) if part is not None else None for part in match.groups())
    try:
        start = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, tzinfo=UTC)
        if hour is not None:
            return start, start + timedelta(minutes=1)
        if day is not None:
            return start, start + timedelta(days=1)
        if month is not None:
            return start, datetime(start.year + start.month // 12, start.month % 12 + 1, 1, tzinfo=UTC)
        return start, datetime(start.year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def moment(before: str, value: str) -> datetime:
    """The end of what a date covers: as of a day is as of its last moment. Raises NotADate, which is given `before`."""
    found = period(value.strip())
    if found is None:
        raise NotADate(before, value)
    return found[1] - timedelta(microseconds=1)


def _when(field: str, value: str) -> When:
    said = value.lower()
    if field in ("changed", "gone") and said in ("yes", "no"):
        return When(field, None, None, never=said == "no")
    first, dots, last = value.partition("..")
    start, end = period(first), period(last if dots else first)
    if start is None or end is None or (dots and field in ("after", "before")):
        raise NotADate(f"{field}:", value)
    if field == "after":
        return When(field, start[0], None)
    if field == "before":
        return When(field, None, start[0])
    return When(field, start[0], end[1])


class _Parser:
    """OR binds less than standing side by side; what does not fit is passed over."""

    def __init__(self, tokens: list[_Token]):
        self.tokens = tokens
        self.at = 0

    def _next(self) -> str | None:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else None

    def all(self) -> Node | None:
        parts: list[Node] = []
        while self._next() is not None:
            part = self._either(0)
            if part is not None:
                parts.append(part)
            if self._next() == ")":
                # Nothing opened it.
                self.at += 1
        return _joined(parts)

    def _either(self, depth: int) -> Node | None:
        parts: list[Node] = []
        while True:
            part = self._both(depth)
            if part is not None:
                parts.append(part)
            if self._next() != "OR":
                break
            self.at += 1
        return parts[0] if len(parts) == 1 else Either(tuple(parts)) if parts else None

    def _both(self, depth: int) -> Node | None:
        parts: list[Node] = []
        while self._next() not in (None, ")", "OR"):
            part = self._one(depth)
            if part is not None:
                parts.append(part)
        return _joined(parts)

    def _one(self, depth: int) -> Node | None:
        token = self.tokens[self.at]
        self.at += 1
        minus = False
        while token.kind == "-":
            minus = not minus
            if self._next() in (None, ")", "OR"):
                return None
            token = self.tokens[self.at]
            self.at += 1
        node = token.node
        if token.kind == "(":
            if depth >= MAX_DEPTH:
                return None
            node = self._either(depth + 1)
            if self._next() == ")":
                self.at += 1
        return Without(node) if minus and node is not None else node


def _joined(parts: list[Node]) -> Node | None:
    return parts[0] if len(parts) == 1 else Both(tuple(parts)) if parts else None
