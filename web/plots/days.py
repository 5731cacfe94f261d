"""Articles and edits a day."""

from collections.abc import Sequence
from datetime import date, timedelta

from storage.day_counts import DayCount
from web.plots.columns import Column, Plot, plot
from web.wording import plural, short_day


def days_plot(counts: Sequence[DayCount], *, first: date, last: date, name: str = "days") -> Plot:
    """One column a day, of all the sources that are counted."""
    new, changed = _by_day(counts, "new"), _by_day(counts, "changed")
    days = [first + timedelta(days=index) for index in range((last - first).days + 1)]
    columns = [Column(label=short_day(day), up=new.get(day, 0), down=changed.get(day, 0)) for day in days]
    return plot(
        columns,
        name=name,
        title="Articles and edits a day",
        says=f"{plural(sum(new.values()), 'new article')} and {plural(sum(changed.values()), 'edit')} "
        f"from {short_day(first)} to {short_day(last)}.",
        place="Day",
        up="New articles",
        down="Edits",
        first=short_day(first),
        last=short_day(last),
    )


def _by_day(counts: Sequence[DayCount], field: str) -> dict[date, int]:
    found: dict[date, int] = {}
    for one in counts:
        found[one.day] = found.get(one.day, 0) + int(getattr(one, field))
    return found
