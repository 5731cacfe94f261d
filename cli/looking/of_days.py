"""Articles and edits a day, by source: a row of blocks each, or in a pipe the figures."""

from collections.abc import Sequence
from datetime import date, timedelta

from cli.looking.harmless import harmless
from cli.looking.pager import Output
from cli.looking.spark import blocks
from cli.looking.width import cut, width
from storage.day_counts import DayCount

DAYS = 30

_LONGEST_NAME = 24


def print_days(out: Output, counts: Sequence[DayCount], *, last: date) -> None:
    """The last thirty days of each source that any of them found something of."""
    days = [last - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
    names = sorted({one.source for one in counts}, key=lambda name: (name is None, name))
    if not names:
        return
    out.line(out.screen.bold(f"articles and edits a day, {days[0]} to {days[-1]} (UTC)"))
    shown = {name: cut(harmless(name or "(no source)"), _LONGEST_NAME) for name in names}
    longest = max(map(width, shown.values()))
    for name in names:
        new = _figures(counts, name, "new", days)
        changed = _figures(counts, name, "changed", days)
        # Both on one scale.
        highest = max(*new, *changed)
        for what, figures in (("new", new), ("edited", changed)):
            if out.screen.terminal:
                label = shown[name] if what == "new" else ""
                padding = " " * (longest - width(label))
                most = f", at most {max(figures):,} a day" if any(figures) else ""
                out.line(f"{label}{padding}  {what:<6}  {blocks(figures, highest)}  {sum(figures):,}{most}")
            else:
                out.line(f"{shown[name]}\t{what}\t{sum(figures)}\t{' '.join(map(str, figures))}")


def _figures(counts: Sequence[DayCount], source: str | None, field: str, days: Sequence[date]) -> list[int]:
    of_day = {one.day: int(getattr(one, field)) for one in counts if one.source == source}
    return [of_day.get(day, 0) for day in days]
