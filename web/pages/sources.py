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
from web.context import archive, cache, now, render
from web.plots.days import days_plot
from web.plots.hours import hours_plot

A_PART = 50
RUNS = 8
PLOTTED_DAYS = 30


@kept
def sources(request: Request) -> Response:
    """All sources."""
    found = cache(request).get("sources", lambda: source_views.sources(archive(request), now(request)), steady=True)
    return render(request, "sources.html", sources=found, now=now(request))


@kept
def source(request: Request) -> Response:
    """One source, with its plots, its runs and its pages."""
    opened, name = archive(request), request.path_params["name"]
    report = source_views.source(opened, name, now(request), runs=RUNS)
    last = now(request).date()
    first = last - timedelta(days=PLOTTED_DAYS - 1)
    counts = day_counts(opened, since=midnight(first), until=midnight(last + timedelta(days=1)), source=name)
    return render(
        request,
        "source.html",
        report=report,
        part=pages_of_source(opened, name, limit=A_PART, after=place(request)),
        plot=days_plot(counts, first=first, last=last),
        hours=hours_plot(edit_hours(opened, name)),
        now=now(request),
    )
