"""Makes pages that fit: no page is larger than 100 KB with its styles, however long what it shows is."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web.asking import BadQuestion
from web.context import render

T = TypeVar("T")

# A page on a slow line, a second's worth of it. What the server adds as it sends it is not counted.
MOST_BYTES = 100_000

# Of a long text so much stands on a page; the rest is for what is around it.
A_PART_BYTES = 60_000

# A paragraph that is longer than this goes on in another.
LONGEST_PARAGRAPH = 12_000


def fitting(request: Request, template: str, make: Callable[[int], dict[str, Any]], *, most: int) -> HTMLResponse:
    """A page with a list of `most` entries, or of as many as fit.

    `make`: from a number of entries to what the template is given. It is asked again, for fewer, only where what
    somebody wrote is very long.
    """
    limit = most
    while True:
        made = render(request, template, **make(limit))
        size = len(made.body) + _styles()
        if size <= MOST_BYTES or limit == 1:
            return made
        limit = max(1, min(limit - 1, limit * (MOST_BYTES - _styles()) // size))


@lru_cache(maxsize=1)
def _styles() -> int:
    return (Path(__file__).parent / "static" / "style.css").stat().st_size


def shown_bytes(text: str) -> int:
    """How long a text is in a page."""
    return len(escape(text).encode("utf-8", "replace"))


def in_parts(pieces: Sequence[T], size: Callable[[T], int]) -> list[list[T]]:
    """What is shown one after the other, in parts that fit on a page each; at least one. `size`: a piece's bytes."""
    parts: list[list[T]] = [[]]
    taken = 0
    for piece in pieces:
        own = size(piece)
        if parts[-1] and taken + own > A_PART_BYTES:
            parts.append([])
            taken = 0
        parts[-1].append(piece)
        taken += own
    return parts


def lines(text: str, longest: int = LONGEST_PARAGRAPH) -> list[str]:
    """A paragraph, in pieces where it is longer than `longest` bytes of a page: between words, else anywhere."""
    if shown_bytes(text) <= longest:
        return [text]
    found, at = [], 0
    while at < len(text):
        end = min(len(text), at + longest)
        while shown_bytes(text[at:end]) > longest:
            end = at + max(1, (end - at) * 3 // 4)
        if end < len(text):
            space = text.rfind(" ", at, end)
            end = space + 1 if space > at else end
        found.append(text[at:end])
        at = end
    return found


def part_asked(request: Request, count: int) -> int | None:
    """Which of so many parts is shown, from 1. None: all of them, as one page to print. Raises BadQuestion."""
    given = request.query_params.get("part") or "1"
    if given == "all":
        return None
    if given.isascii() and given.isdecimal() and len(given) < 9 and 1 <= int(given) <= count:
        return int(given)
    form = f"a part from 1 to {count}, or all" if count > 1 else "1, or nothing: there is one part"
    raise BadQuestion("part", given, form)
