"""Shows how many there are by now, of what nobody knows how many there will be."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Counting:
    """A line on the terminal with a count, a rate and the time it has taken; nothing elsewhere."""

    def __init__(self, what: str, *, to_stdout: bool):
        """`what`: in the plural ("snapshots"). `to_stdout`: they are printed, and it is not shown among them."""
        console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.completed:,} {task.description}"),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal or (to_stdout and sys.stdout.isatty()),
        )
        self._task = self._bar.add_task(what, total=None, rate="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def reached(self, count: int) -> None:
        """So many by now."""
        elapsed = self._bar.tasks[0].elapsed
        self._bar.update(self._task, completed=count, rate=f"{count / elapsed:,.0f}/s" if elapsed else "")
