"""A page over time, as `history` prints it."""

from datetime import datetime

from cli.looking.below import print_below
from cli.looking.of_pages import TITLE
from cli.looking.pager import Output
from cli.looking.screen import Screen
from cli.looking.table import Column, Table
from storage.compare import Change
from storage.page_history import Event, History, PageVersion

_MOST_SQUARES = 10
_INDENT, _MOST_LINES = 4, 3


def print_history(out: Output, history: History) -> None:
    """A row a snapshot, with what was edited, and a row an event; by time."""
    screen = out.screen
    table = Table.on(
        screen,
        Column(f"when ({screen.zone()})", 16),
        Column("snapshot", 8, right=True),
        Column("words", 6, right=True, spare=True),
        Column("edited", 12, right=True, spare=True),
        Column("", _MOST_SQUARES, spare=True),
        Column("title"),
    )
    out.line(table.heading())
    rows: list[tuple[datetime, int, PageVersion | Event]] = [
        (one.snapshot.captured_at, 0, one) for one in history.versions
    ]
    rows += [(one.at, 1, one) for one in history.events]
    for _, _, one in sorted(rows, key=lambda row: row[:2]):
        if isinstance(one, Event):
            out.line(table.row(*_event(screen, one), more=[""]))
        else:
            out.line(table.row(*_version(screen, one), more=[_what(one.change)]))
            if screen.terminal:
                print_below(out, _what(one.change), indent=_INDENT, most=_MOST_LINES)


def _version(screen: Screen, one: PageVersion) -> tuple[str, ...]:
    view, change = one
    edited, squares = _size(change, terminal=screen.terminal) if change else ("", "")
    return screen.when(view.captured_at), str(view.snapshot), str(view.words), edited, squares, view.title or TITLE


def _what(change: Change | None) -> str:
    if change is None:
        return ""
    return f"{'without a new modified date: ' if change.stealth else ''}{change.summary}"


def _size(change: Change, *, terminal: bool) -> tuple[str, str]:
    words = change.words_added + change.words_removed
    return (
        f"+{change.words_added} −{change.words_removed}",
        "▪" * min(_MOST_SQUARES, words.bit_length()) if terminal else "",
    )


def _event(screen: Screen, event: Event) -> tuple[str, ...]:
    snapshot = str(event.snapshot) if event.snapshot is not None else ""
    return screen.when(event.at), snapshot, "", "", "", f"{event.event}{_certainty(screen, event)}"


def _certainty(screen: Screen, event: Event) -> str:
    if event.event == "withheld":
        return f": {event.reason}"
    if event.event != "gone":
        return f" (HTTP {event.status})"
    sure = f"confirmed {screen.when(event.confirmed_at)}" if event.confirmed_at else "suspected, not confirmed"
    return f" (HTTP {event.status}), {event.sign}, {sure}; the snapshot is the last good one"
