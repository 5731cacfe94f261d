"""`/page?url=`: a page over its life."""

from starlette.requests import Request
from starlette.responses import Response

from storage import page_views
from web.asking import BadQuestion, place
from web.cache import kept
from web.context import archive, now
from web.fitting import fitting
from web.plots.life import life_plot

A_PART = 60


@kept
def page(request: Request) -> Response:
    """Its versions, edits and visits."""
    url = request.query_params.get("url", "").strip()
    if not url:
        raise BadQuestion("url", url, "the address of a page, as in /page?url=https://…")
    opened, after = archive(request), place(request)

    def values(limit: int) -> dict[str, object]:
        view = page_views.page(opened, url, limit=limit, after=after)
        return {
            "page": view, "plot": life_plot(view.points), "most_points": page_views.MOST_POINTS, "now": now(request),
        }  # fmt: skip

    return fitting(request, "page.html", values, most=A_PART)
