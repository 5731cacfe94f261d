"""`/page?url=`: a page over its life."""

from starlette.requests import Request
from starlette.responses import Response

from storage import page_views
from web.asking import BadQuestion, place
from web.cache import kept
from web.context import archive, now, render
from web.plots.life import life_plot

A_PART = 60


@kept
def page(request: Request) -> Response:
    """Its versions, edits and visits."""
    url = request.query_params.get("url", "").strip()
    if not url:
        raise BadQuestion("url", url, "the address of a page, as in /page?url=https://…")
    view = page_views.page(archive(request), url, limit=A_PART, after=place(request))
    return render(
        request,
        "page.html",
        page=view,
        plot=life_plot(view.points),
        now=now(request),
    )
