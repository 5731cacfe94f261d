"""Snapshots as `list` prints them."""

from collections.abc import Iterable

from cli.looking.pager import Output
from cli.looking.table import Column, Table
from storage.snapshot_views import SnapshotView

TITLE = "(no title)"


def print_pages(out: Output, pages: Iterable[tuple[SnapshotView, int]]) -> None:
    """A row a snapshot; where a story is folded, with the number of its other pages."""
    screen = out.screen
    table = Table.on(
        screen,
        Column("snapshot", 8, right=True),
        Column(f"captured ({screen.zone()})", 16),
        Column("words", 6, right=True, spare=True),
        Column("title", share=3),
        Column("page", share=2, spare=True),
    )
    for number, (view, folded) in enumerate(pages):
        if number == 0:
            out.line(table.heading())
        more = f"and {folded:,} more pages of story {view.story}" if folded else ""
        out.line(
            table.row(
                str(view.snapshot), screen.when(view.captured_at), _words(view.words, terminal=screen.terminal),
                view.title or TITLE, view.url, more=[more] if more else [],
            )
        )  # fmt: skip
        if more and screen.terminal:
            out.line(f"{'':10}{more}")


def _words(count: int, *, terminal: bool) -> str:
    return f"{count:,}" if terminal else str(count)
