"""The size of each edit over a page's life."""

from collections.abc import Sequence

from storage.page_views import Point
from web.plots.columns import Column, Plot, plot
from web.wording import day, moment, plural


def life_plot(points: Sequence[Point]) -> Plot:
    """Words added above the line and words removed below it, where in the page's life they came and went."""
    begin, end = (points[0].captured_at, points[-1].captured_at) if points else (None, None)
    life = (end - begin).total_seconds() if begin and end else 0
    edits = [point for point in points if point.words_added or point.words_removed]
    columns = [
        Column(
            label=moment(point.captured_at),
            up=point.words_added,
            down=point.words_removed,
            at=(point.captured_at - begin).total_seconds() / life if begin and life else 0,
        )
        for point in edits
    ]
    added, removed = sum(point.words_added for point in edits), sum(point.words_removed for point in edits)
    return plot(
        columns,
        name="life",
        title="The size of each edit",
        says=f"{plural(len(edits), 'edit')} from {day(begin)} to {day(end)}: {plural(added, 'word')} added, "
        f"{plural(removed, 'word')} removed.",
        place="Captured",
        up="Words added",
        down="Words removed",
        first=day(begin),
        last=day(end),
        one_scale=True,
    )
