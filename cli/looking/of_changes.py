"""Edits, as `changes` prints them."""

from collections.abc import Iterable

from cli.looking.below import print_below
from cli.looking.pager import Output
from cli.looking.table import Column, Table
from storage.page_versions import Changed

_INDENT, _MOST_LINES = 4, 2


def print_changes(out: Output, changes: Iterable[Changed]) -> None:
    """A row a change, and under it what it is; in a pipe on the same line."""
    screen = out.screen
    table = Table.on(
        screen,
        Column(f"captured ({screen.zone()})", 16),
        Column("edited", 12, right=True, spare=True),
        Column("", 7, spare=True),
        Column("page"),
    )
    for number, one in enumerate(changes):
        if number == 0:
            out.line(table.heading())
        edited = f"+{one.change.words_added} −{one.change.words_removed}"
        stealth = "stealth" if one.change.stealth else ""
        out.line(table.row(screen.when(one.new_captured_at), edited, stealth, one.url, more=[one.change.summary]))
        if screen.terminal:
            print_below(out, one.change.summary, indent=_INDENT, most=_MOST_LINES)
