"""When what was found was captured: a column a month, or a year where there are many, that leads to just those."""

from collections.abc import Callable, Mapping

from web.plots.columns import Column, Plot, plot
from web.wording import number, plural

# Six years of months are as many columns as a finger can hit.
MOST_MONTHS = 72

# One column alone would be as wide as the page, and say nothing.
LEAST_MONTHS = 12


def months_plot(by_month: Mapping[str, int], path: Callable[[str, str], str]) -> Plot:
    """`by_month`: "2026-03" and how many; `path`: the address of what was captured from one date to another."""
    months = sorted(by_month)
    if months and _apart(months[0], months[-1]) >= MOST_MONTHS:
        years: dict[str, int] = {}
        for month in months:
            years[month[:4]] = years.get(month[:4], 0) + by_month[month]
        spans = {
            f"{year:04}": years.get(f"{year:04}", 0) for year in range(int(months[0][:4]), int(months[-1][:4]) + 1)
        }
    else:
        spans = {month: by_month.get(month, 0) for month in _between(months)}
    columns = [
        Column(label=span, up=count, says=f"{span}: {number(count)} found", href=path(span, span) if count else None)
        for span, count in spans.items()
    ]
    total = sum(by_month.values())
    return plot(
        columns,
        name="found",
        title="When it was captured",
        says=f"{plural(total, 'snapshot')} from {months[0]} to {months[-1]}." if months else "Nothing was found.",
        place="Captured",
        up="Snapshots",
        first=next(iter(spans), ""),
        last=next(reversed(spans), ""),
    )


def _apart(first: str, last: str) -> int:
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])


def _between(months: list[str]) -> list[str]:
    if not months:
        return []
    end = int(months[-1][:4]) * 12 + int(months[-1][5:7])
    start = end - max(_apart(months[0], months[-1]) + 1, LEAST_MONTHS)
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(start, end)]
