"""`/compare?from=&to=`: any two snapshots, as one text or side by side."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from storage import page_views
from storage.compare.as_html import fields, lines_of, side_by_side, unified
from storage.finding import is_id
from web.asking import BadQuestion, chosen
from web.cache import kept
from web.context import archive, render

# Paragraphs around a change.
CONTEXT = 1


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
    found = opened.compare(*numbers)
    old, new = found.old, found.new
    whole = chosen(request, "whole")
    side = asked.get("view") == "side"
    lines = lines_of(found.comparison, None if whole else CONTEXT)
    return render(
        request,
        "compare.html",
        diff=found,
        one_page=old.canonical_url == new.canonical_url,
        versions=page_views.versions(opened, new.canonical_url),
        side=side,
        whole=whole,
        # These pieces escape what they hold.
        fields=Markup(fields(found.comparison)),
        text=Markup(side_by_side(lines) if side else unified(lines)),
    )
