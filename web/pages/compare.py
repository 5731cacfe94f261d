"""`/compare?from=&to=`: any two snapshots, as one text or side by side."""

from collections.abc import Iterator
from itertools import chain

import attrs
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from storage import page_views
from storage.compare.as_html import fields, lines_of, side_by_side, unified
from storage.compare.comparison import FieldChange
from storage.compare.pieces import Piece
from storage.finding import is_id
from web.asking import BadQuestion, chosen
from web.cache import kept
from web.context import archive, cache, render
from web.fitting import LONGEST_PARAGRAPH, in_parts, lines, part_asked, shown_bytes
from web.wording import cut_to

# Paragraphs around a change.
CONTEXT = 1

# Of a headline or a byline so much is shown; the whole stands in the API.
LONGEST_FIELD = 1_000


@kept
def compare(request: Request) -> Response:
    """What differs, and a form to pick two others."""
    asked, opened = request.query_params, archive(request)
    numbers = []
    for name in ("from", "to"):
        number = asked.get(name, "")
        if not is_id(number):
            raise BadQuestion(name, number, "a snapshot's number; a page lists those that it has")
        numbers.append(int(number))
    found = cache(request).get("compare {} {}".format(*numbers), lambda: opened.compare(*numbers), large=True)
    old, new = found.old, found.new
    whole = chosen(request, "whole")
    side = asked.get("view") == "side"

    def in_html() -> list[list[str]]:
        shown = lines_of(found.comparison, None if whole else CONTEXT)
        made = [(side_by_side if side else unified)([piece]) for line in shown for piece in _in_pieces(line)]
        return in_parts(made, lambda line: len(line.encode()))

    parts = cache(request).get("compare {} {} {} {}".format(*numbers, whole, side), in_html, large=True)
    part = part_asked(request, len(parts))
    return render(
        request,
        "compare.html",
        diff=found,
        one_page=old.canonical_url == new.canonical_url,
        versions=page_views.versions(opened, new.canonical_url),
        side=side,
        whole=whole,
        # These pieces escape what they hold.
        fields=Markup(fields(attrs.evolve(found.comparison, fields=tuple(map(_cut, found.comparison.fields))))),
        text=Markup("".join(chain.from_iterable(parts[part - 1 : part] if part else parts))),
        part=part,
        count=len(parts),
        most_points=page_views.MOST_POINTS,
    )


def _in_pieces(line: list[Piece] | int) -> Iterator[list[Piece] | int]:
    """A paragraph as it is, or in several where it is very long. Side by side it may stand there twice."""
    if isinstance(line, int) or sum(shown_bytes(piece.text) for piece in line) <= LONGEST_PARAGRAPH:
        yield line
        return
    made: list[Piece] = []
    taken = 0
    for piece in line:
        for text in lines(piece.text):
            size = shown_bytes(text)
            if made and taken + size > LONGEST_PARAGRAPH:
                yield made
                made, taken = [], 0
            made.append(attrs.evolve(piece, text=text))
            taken += size
    yield made


def _cut(field: FieldChange) -> FieldChange:
    return attrs.evolve(field, old=_shortened(field.old), new=_shortened(field.new))


def _shortened(value: object) -> object:
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else value
    return cut_to(text, LONGEST_FIELD) if isinstance(text, str) else value
