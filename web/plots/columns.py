"""Columns over a base line, and below it where there is a second series."""

from collections.abc import Sequence

import attrs

# The drawing's own units: it is stretched to the width that there is.
STEP, HEIGHT, GAP = 10.0, 100.0, 1.5

# What is not nothing is to be seen.
LEAST = 2.0


@attrs.frozen(kw_only=True)
class Column:
    """One place along the line."""

    label: str
    """What stands in its table's first column."""
    up: float
    down: float = 0
    says: str = ""
    """What it says to who points at it or hears it."""
    href: str | None = None
    at: float | None = None
    """Where it stands, 0 to 1. None: as its turn comes."""


@attrs.frozen(kw_only=True)
class Bar:
    """A rectangle, in the drawing's units."""

    x: float
    y: float
    width: float
    height: float
    series: str
    """`up` or `down`."""


@attrs.frozen(kw_only=True)
class Plot:
    """A plot with all that is said about it."""

    name: str
    """Unique on its page."""
    title: str
    says: str
    """In a sentence, for who cannot see it."""
    place: str
    """Heads the first column of its table: Day, Snapshot."""
    up: str
    """Names the series above the line."""
    down: str | None
    """Names the one below. None: there is none."""
    columns: tuple[Column, ...]
    width: float
    base: float
    """Where the line is, from above."""
    bars: tuple[Bar, ...]
    first: str
    """What stands under the line's beginning."""
    last: str
    tops: tuple[float, float]
    """The highest value of each series."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to be seen."""
        return not self.bars

    @property
    def links(self) -> bool:
        """Whether its columns lead somewhere."""
        return any(column.href for column in self.columns)

    def left(self, index: int) -> float:
        """Where the place of a column begins, in the drawing's units."""
        return round(index * STEP, 2)


def plot(
    columns: Sequence[Column],
    *,
    name: str,
    title: str,
    says: str,
    place: str,
    up: str,
    down: str | None = None,
    first: str,
    last: str,
    one_scale: bool = False,
) -> Plot:
    """Work out where the bars are. `one_scale`: both series are in one unit."""
    tops = max((one.up for one in columns), default=0), max((one.down for one in columns), default=0)
    if down is None:
        base = HEIGHT
    elif one_scale:
        base = round(HEIGHT * tops[0] / ((tops[0] + tops[1]) or 1), 2)
    else:
        base = HEIGHT * 0.6
    timed = any(one.at is not None for one in columns)
    width = max(len(columns) * STEP, STEP * 60 if timed else STEP)
    bars = []
    for index, one in enumerate(columns):
        x = index * STEP + GAP / 2 if one.at is None else one.at * (width - STEP) + GAP / 2
        for value, top, room, series in ((one.up, tops[0], base, "up"), (one.down, tops[1], HEIGHT - base, "down")):
            if value <= 0 or room <= 0:
                continue
            height = max(room * value / top, min(LEAST, room))
            y = base - height if series == "up" else base
            bars.append(Bar(x=round(x, 2), y=round(y, 2), width=STEP - GAP, height=round(height, 2), series=series))
    return Plot(
        name=name, title=title, says=says, place=place, up=up, down=down, columns=tuple(columns), width=width,
        base=base, bars=tuple(bars), first=first, last=last, tops=tops,
    )  # fmt: skip
