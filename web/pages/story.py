"""`/stories/ID`: which pages ran a text, when, and what each made of it."""

from starlette.requests import Request
from starlette.responses import Response

from storage.errors import PageNotFound
from web.cache import kept
from web.context import archive, render


@kept
def story(request: Request) -> Response:
    """The story of that name."""
    name = request.path_params["id"]
    found = archive(request).story(name)
    if found is None:
        raise PageNotFound(f"story {name[:60]}")
    return render(request, "story.html", story=found)
