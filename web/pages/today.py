"""`/`: a day of the archive: what changed, what is new, what is gone, the stories, and what looks wrong."""

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from storage.change_entries import changes
from storage.day_counts import day_counts, last_day
from storage.entries import new_pages
from storage.overview import overview
from storage.story_entries import story_entries
from storage.takedown_entries import takedowns
from web.asking import midnight, neighbours, one_day
from web.cache import kept
from web.context import archive, cache, now
from web.fitting import fitting
from web.plots.days import days_plot

# What fits on a screen or two; the lists themselves go on.
SHOWN = 12

PLOTTED_DAYS = 30


@kept
def today(request: Request) -> Response:
    """The day that was asked for, else the last one on which anything ran."""
    opened = archive(request)
    day = one_day(request) or last_day(opened) or now(request).date()
    before, after = neighbours(day)
    since, until = midnight(day), midnight(after or date.max)
    last = now(request).date()
    first = last - timedelta(days=PLOTTED_DAYS - 1)
    counts = cache(request).get(
        "days", lambda: day_counts(opened, since=midnight(first), until=midnight(last + timedelta(days=1))), steady=True
    )
    around = {
        "day": day,
        "before": before,
        "after": after if day < last else None,
        "stories": story_entries(opened, limit=5),
        "overview": cache(request).get("overview", lambda: overview(opened, now(request)), steady=True),
        "plot": days_plot(counts, first=first, last=last),
    }

    def values(limit: int) -> dict[str, object]:
        return around | {
            "changes": changes(opened, limit=limit, since=since, until=until),
            "new": new_pages(opened, limit=limit, since=since, until=until),
            "gone": takedowns(opened, limit=limit, since=since, until=until),
        }

    return fitting(request, "today.html", values, most=SHOWN)
