"""What is printed to: a terminal with its window, colours and time zone, or a pipe."""

import os
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime

import attrs

from storage.clock import iso

_BOLD, _MATCH, _PLAIN = "\x1b[1m", "\x1b[1;33m", "\x1b[0m"

# Below this a table is no table any more; the terminal breaks the lines then.
NARROWEST = 20


@attrs.frozen(kw_only=True)
class Screen:
    """Where the output goes."""

    terminal: bool
    columns: int
    rows: int
    styled: bool
    """Escape sequences are welcome."""

    @classmethod
    def of_output(cls) -> "Screen":
        """That of standard output."""
        terminal = sys.stdout.isatty()
        # Not what the environment's COLUMNS says of another window alone: shutil asks the terminal where it is unset.
        size = shutil.get_terminal_size()
        dumb = os.environ.get("TERM", "") in ("", "dumb")
        return cls(
            terminal=terminal,
            columns=max(NARROWEST, size.columns),
            rows=size.lines,
            styled=terminal and not dumb and not os.environ.get("NO_COLOR"),
        )

    def when(self, moment: datetime | None) -> str:
        """A time: on a terminal in the reader's zone, to the minute; in a pipe ISO 8601 in UTC."""
        if moment is None:
            return "-"
        return f"{moment.astimezone():%Y-%m-%d %H:%M}" if self.terminal else f"{iso(moment)}"

    def zone(self) -> str:
        """Whose time it is, for a heading."""
        return "local" if self.terminal else "UTC"

    def bold(self, text: str) -> str:
        """Emphasised, where that can be seen."""
        return f"{_BOLD}{text}{_PLAIN}" if self.styled and text else text

    def marked(self, text: str, marks: Sequence[tuple[int, int]], start: int = 0, end: int | None = None) -> str:
        """A piece of a text with what was found in it marked: by colour, on a terminal without by asterisks."""
        if end is None:
            end = len(text)
        if not self.terminal:
            return text[start:end]
        before, after = (_MATCH, _PLAIN) if self.styled else ("*", "*")
        made, at = "", start
        for first, last in marks:
            first, last = max(first, at), min(last, end)
            if first < last:
                made += f"{text[at:first]}{before}{text[first:last]}{after}"
                at = last
        return made + text[at:end]
