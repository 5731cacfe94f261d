"""`/stories/ID`: which pages ran a text, when, and what each made of it."""

from starlette.requests import Request
from starlette.responses import Response

from storage.errors import PageNotFound
from web.asking import BadQuestion
from web.cache import kept
from web.context import archive
from web.fitting import fitting

A_PART = 60


@kept
def story(request: Request) -> Response:
    """The story of that name."""
    name = request.path_params["id"]
    found = archive(request).story(name)
    if found is None:
        raise PageNotFound(f"story {name[:60]}")
    skipped = request.query_params.get("skip") or "0"
    if not (skipped.isascii() and skipped.isdecimal() and int(skipped[:9]) < len(found.pages)):
        raise BadQuestion("skip", skipped, f"how many of the {len(found.pages)} pages are left out at the beginning")
    start = int(skipped)

    def values(limit: int) -> dict[str, object]:
        shown = found.pages[start : start + limit]
        return {"story": found, "first": found.pages[0], "shown": shown, "skipped": start}

    return fitting(request, "story.html", values, most=A_PART)
