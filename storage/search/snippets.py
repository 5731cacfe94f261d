"""Shows where in a text the words stand that were searched for."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from storage.search.form import is_unsegmented, places
from storage.search.query import Words
from storage.search.request import Snippet

# About three lines of a terminal or of a list of hits.
LENGTH = 240
# How much of it comes before the first match.
LEAD = 60

Mark = tuple[int, int]


def marks(text: str, wanted: Iterable[Words], field: str) -> tuple[Mark, ...]:
    """Where the wanted words stand in a text of this column of the index; those that touch or overlap as one."""
    asked = [one for one in wanted if one.field in (None, field)]
    if not asked or not text:
        return ()
    found = [mark for start, end in _paragraphs(text) for mark in _within_paragraph(text[start:end], start, asked)]
    # A phrase may go on in the next paragraph, and is looked for in all of the text at once then.
    return tuple(_joined(sorted(found or _slowly(text, 0, asked))))


def _paragraphs(text: str) -> Iterable[Mark]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end > start:
            yield start, end
        start = end + 1


def _within_paragraph(text: str, offset: int, asked: Sequence[Words]) -> Iterable[Mark]:
    # Most paragraphs of most languages can be searched as they are, in a tenth of the time.
    if not text.isascii():
        yield from _slowly(text, offset, asked)
        return
    lowered = text.lower()
    for one in asked:
        if all(word.isascii() for word in one.words):
            yield from ((match.start() + offset, match.end() + offset) for match in _pattern(one).finditer(lowered))


@lru_cache(maxsize=64)
def _pattern(asked: Words) -> re.Pattern[str]:
    end = "[a-z0-9]*" if asked.prefix else "(?![a-z0-9])"
    return re.compile(f"(?<![a-z0-9]){'[^a-z0-9]+'.join(map(re.escape, asked.words))}{end}", re.ASCII)


def _slowly(text: str, offset: int, asked: Sequence[Words]) -> Iterable[Mark]:
    pieces = places(text)
    for one in asked:
        yield from ((start + offset, end + offset) for start, end in _of_phrase(pieces, one))


def _of_phrase(pieces: Sequence[tuple[str, int, int]], asked: Words) -> Iterable[Mark]:
    words, count = asked.words, len(asked.words)
    lasts = {count - 1} if asked.prefix else set()
    for at in _starts([piece[0] for piece in pieces], words[0], prefix=0 in lasts):
        if at + count > len(pieces):
            return
        if all(
            pieces[at + n][0].startswith(word) if n in lasts else pieces[at + n][0] == word
            for n, word in enumerate(words)
        ):
            start, end = pieces[at][1], pieces[at + count - 1][2]
            if asked.prefix and is_unsegmented(words[-1]):
                # A letter was looked for by the pairs that begin with it.
                end = min(end, pieces[at + count - 1][1] + len(words[-1]))
            yield start, end


def _starts(pieces: Sequence[str], word: str, *, prefix: bool) -> Iterable[int]:
    if prefix:
        yield from (at for at, piece in enumerate(pieces) if piece.startswith(word))
        return
    at = -1
    while True:
        try:
            at = pieces.index(word, at + 1)
        except ValueError:
            return
        yield at


def _joined(found: Sequence[Mark]) -> Iterable[Mark]:
    last: Mark | None = None
    for start, end in found:
        if last is not None and start <= last[1]:
            last = (last[0], max(last[1], end))
        else:
            if last is not None:
                yield last
            last = (start, end)
    if last is not None:
        yield last


def snippet(text: str, wanted: Iterable[Words]) -> Snippet:
    """The piece of an article's text with the most matches close together; its beginning where there are none."""
    found = marks(text, wanted, "text")
    start = _start(text, found)
    end = min(len(text), start + LENGTH)
    if end < len(text):
        cut = max(text.rfind(" ", start + LENGTH // 2, end), text.rfind("\n", start + LENGTH // 2, end))
        # Text without spaces is cut anywhere.
        end = cut if cut > 0 else end
    inside = [(a - start, min(b, end) - start) for a, b in found if start <= a < end]
    # One line: a paragraph's end is a space to a reader of hits.
    return Snippet(
        text=text[start:end].replace("\n", " "), marks=tuple(inside), starts=start == 0, ends=end == len(text)
    )


def _start(text: str, found: Sequence[Mark]) -> int:
    """Where the piece begins: before the first of the matches that are closest together, at the beginning of a word."""
    if not found or len(text) <= LENGTH:
        return 0
    reach = LENGTH - LEAD
    best = max(range(len(found)), key=lambda at: (_within(found, at, reach), -at))
    start = found[best][0] - LEAD
    if start <= 0:
        return 0
    space = max(text.find(" ", start, found[best][0]), text.rfind("\n", start, found[best][0]))
    return space + 1 if space >= 0 else start


def _within(found: Sequence[Mark], at: int, reach: int) -> int:
    """How many matches lie in a piece that begins with this one."""
    until = found[at][0] + reach
    return sum(1 for start, _ in found[at : at + 20] if start < until)
