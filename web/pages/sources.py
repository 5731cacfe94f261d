"""`/sources` and `/sources/NAME`: what is visited, how it is, and when it edits."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from storage import source_views
from storage.day_counts import day_counts
from storage.edit_hours import edit_hours
from storage.entries import pages_of_source
from web.asking import midnight, place
from web.cache import kept
from web.context import archive, cache, now
from web.fitting import fitting
from web.plots.days import days_plot
from web.plots.hours import hours_plot

A_PART = 50
SOURCES = 150
RUNS = 8
PLOTTED_DAYS = 30


@kept
def sources(request: Request) -> Response:
    """All sources, by name; `?from=` those from that name on."""
    start = request.query_params.get("from", "")
    found = cache(request).get("sources", lambda: source_views.sources(archive(request), now(request)), steady=True)
    left = [one for one in found if one.source >= start]

    def values(limit: int) -> dict[str, object]:
        following = left[limit].source if len(left) > limit else None
        return {"sources": left[:limit], "next": following, "now": now(request)}

    return fitting(request, "sources.html", values, most=SOURCES)


@kept
def source(request: Request) -> Response:
    """One source, with its plots, its runs and its pages."""
    opened, name = archive(request), request.path_params["name"]
    report = source_views.source(opened, name, now(request), runs=RUNS)
    last = now(request).date()
    first = last - timedelta(days=PLOTTED_DAYS - 1)
    counts = day_counts(opened, since=midnight(first), until=midnight(last + timedelta(days=1)), source=name)
    after = place(request)
    around = {
        "report": report,
        "plot": days_plot(counts, first=first, last=last),
        "hours": hours_plot(edit_hours(opened, name)),
        "now": now(request),
    }

    def values(limit: int) -> dict[str, object]:
        return around | {"part": pages_of_source(opened, name, limit=limit, after=after)}

    return fitting(request, "source.html", values, most=A_PART)
