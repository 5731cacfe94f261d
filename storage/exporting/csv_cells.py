"""Snapshots and changes as CSV that a spreadsheet can open without running what a page's author wrote.

A cell that begins with `=`, `+`, `-`, `@`, a tab or a line end is a formula to some spreadsheet program, whatever its
quotes (OWASP, "CSV Injection"); it gets an apostrophe in front. So does one that begins with an apostrophe, so that
whoever takes one away has what was there.
"""

import csv
import io
from collections.abc import Iterable, Sequence

# With the full-width forms, which East Asian editions take for the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")

Cell = str | int | float | bool | None


def harmless(cell: Cell) -> Cell:
    """A cell that is no formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def table(rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV by RFC 4180 in UTF-8: every cell in quotes, empty where there is nothing."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return out.getvalue().encode()
