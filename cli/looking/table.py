"""Rows of a table that fits the window; in a pipe one record a line, its fields separated by tabs."""

from collections.abc import Sequence

import attrs

from cli.looking.harmless import harmless, same_length
from cli.looking.screen import Screen
from cli.looking.width import cut, width

_GAP = "  "

# Narrower than this a title says nothing.
_LEAST = 12


@attrs.frozen
class Column:
    """A column of a table."""

    heading: str
    columns: int = 0
    """Its width. 0: its share of what the others leave."""
    right: bool = False
    """Figures stand at its right edge."""
    share: int = 1
    spare: bool = False
    """Left out where the window is too narrow."""


@attrs.frozen
class Marked:
    """A cell of which pieces are marked, by their places."""

    text: str
    marks: Sequence[tuple[int, int]] = ()


Cell = str | Marked


@attrs.frozen
class Table:
    """A table's columns, laid out for a screen."""

    screen: Screen
    columns: tuple[Column, ...]
    widths: tuple[int | None, ...]
    """Columns of the window that each takes; None: it is left out."""

    @classmethod
    def on(cls, screen: Screen, *columns: Column) -> "Table":
        """A table for a screen."""
        shown = list(columns)
        while _needed(shown) > screen.columns and (spare := [one for one in shown if one.spare]):
            shown.remove(spare[-1])
        left = screen.columns - sum(one.columns for one in shown) - len(_GAP) * (len(shown) - 1)
        shares = sum(one.share for one in shown if not one.columns)
        widths: list[int | None] = []
        for one in columns:
            if one not in shown:
                widths.append(None)
            elif one.columns:
                widths.append(one.columns)
            else:
                widths.append(max(1, left * one.share // shares))
                left, shares = left - left * one.share // shares, shares - one.share
        return cls(screen, columns, tuple(widths))

    def heading(self) -> str | None:
        """The line above the rows. None: in a pipe there is none."""
        if not self.screen.terminal:
            return None
        return self.screen.bold(self._line([one.heading for one in self.columns]))

    def row(self, *cells: Cell, more: Sequence[Cell] = ()) -> str:
        """A record. `more`: fields that only a pipe gets on the same line."""
        if self.screen.terminal:
            return self._line(cells)
        return "\t".join(plain(cell) for cell in (*cells, *more))

    def _line(self, cells: Sequence[Cell]) -> str:
        made = []
        for cell, column, columns in zip(cells, self.columns, self.widths, strict=True):
            if columns is None:
                continue
            text, marks = _parts(cell)
            short = cut(text, columns)
            padding = " " * (columns - width(short))
            shown = self.screen.marked(short, marks) if marks else short
            # Asterisks are not in the text.
            padding = padding[: len(padding) - 2 * len(marks)] if marks and not self.screen.styled else padding
            made.append(padding + shown if column.right else shown + padding)
        return _GAP.join(made).rstrip()


def plain(cell: Cell) -> str:
    """A cell as a field of a line."""
    return harmless(cell.text if isinstance(cell, Marked) else cell)


def _parts(cell: Cell) -> tuple[str, Sequence[tuple[int, int]]]:
    return (same_length(cell.text), cell.marks) if isinstance(cell, Marked) else (harmless(cell), ())


def _needed(columns: Sequence[Column]) -> int:
    return sum(one.columns or _LEAST for one in columns) + len(_GAP) * (len(columns) - 1)
