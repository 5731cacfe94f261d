"""A text under the row of a table that it belongs to, in a few lines that fit the window."""

from collections.abc import Sequence

from cli.looking import width
from cli.looking.harmless import same_length
from cli.looking.pager import Output


def print_below(out: Output, text: str, *, indent: int, most: int, marks: Sequence[tuple[int, int]] = ()) -> None:
    """At most so many lines of a text; what is left of it is told by an ellipsis."""
    shown = same_length(text)
    columns = max(2, out.screen.columns - indent)
    places = list(width.lines(shown, columns))
    for number, (start, end) in enumerate(places[:most]):
        cut_off = number == most - 1 and len(places) > most
        if cut_off:
            end = start + width.fitting(shown[start:end], columns - 1)
        line = out.screen.marked(shown, marks, start, end)
        out.line(f"{'':{indent}}{line}{'…' if cut_off else ''}")
