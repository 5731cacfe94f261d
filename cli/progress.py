"""What a long command shows while it runs: a bar on a terminal, plain lines elsewhere, JSON where asked."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

import attrs
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from cli.printing import print_json
from storage.clock import iso
from storage.outcome import ERRORS, Outcome, Receipt

_STYLE = {"new": "green", "changed": "yellow", "gone": "magenta", "failed": "red", "refused": "red", "blocked": "red"}
_QUIET = {Outcome.UNCHANGED, Outcome.NOT_MODIFIED, Outcome.NEW}
# Enough lines to see that it moves; thousands of them would hide the ones that matter.
PLAIN_EVERY = 100


class Progress:
    """Shows receipts as they come, and the counts at the end."""

    def __init__(self, what: str, *, as_json: bool, total: int | None, in_bytes: bool = False):
        self._what = what
        self._as_json = as_json
        self._in_bytes = in_bytes
        self._total = total
        self._console = Console(stderr=True, highlight=False)
        self._live = self._console.is_terminal
        self._counts: Counter[str] = Counter()
        self._done = 0
        columns = (
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            TaskProgressColumn() if in_bytes else MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
        )
        self._bar = Bar(*columns, console=self._console, transient=True, disable=not self._live)
        self._task = self._bar.add_task(what, total=total, rate="", counts="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def receipt(self, receipt: Receipt) -> None:
        """One URL has ended."""
        self._done += 1
        self._counts[receipt.outcome.value] += 1
        if self._as_json:
            print_json(as_json(receipt))
        elif self._what == "archive" or receipt.outcome not in _QUIET:
            self._say(line(receipt))
        task = self._bar.tasks[0]
        rate = f"{self._done / task.elapsed:.1f}/s" if task.elapsed else ""
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self._counts.items()))
        self._bar.update(self._task, advance=0 if self._in_bytes else 1, rate=rate, counts=counts)
        if not self._live and not self._as_json and self._what != "archive" and self._done % PLAIN_EVERY == 0:
            self._say(f"{self._done:,} so far: {counts}")

    def listing(self, url: str, listing: Any, error: str | None, new: int) -> None:
        """A feed, sitemap or section page was read."""
        if error is not None:
            self._say(f"[red]listing failed[/red]  {escape(error)}")
        elif listing is not None and listing.kind != "robots":
            self._say(f"[dim]{listing.kind}  {escape(url)}: {len(listing.articles):,} articles, {new:,} new[/dim]")
        if new and not self._in_bytes:
            total = self._bar.tasks[0].total
            self._bar.update(self._task, total=(total or 0) + new)

    def index(self, archive: str, new: int) -> None:
        """An index of another web archive was read."""
        self._say(f"[dim]{escape(archive)}: {new:,} captures to take[/dim]")
        self._bar.update(self._task, total=(self._bar.tasks[0].total or 0) + new)

    def upkeep(self, what: str, done: int, total: int) -> None:
        """The archive is brought up to date before the visits, or what has been learnt is put to use after them; in
        the place of the bar of what was visited."""
        if self._live:
            self._bar.update(self._task, description=what, completed=done, total=total, rate="", counts="")
            if done == total and not self._done:
                self._bar.reset(self._task, description=self._what, total=self._total)
        elif done == 0 and total >= PLAIN_EVERY and not self._as_json:
            self._say(f"{what}: {total:,}")

    def reread(self, one: Any) -> None:
        """One snapshot has been read again."""
        if self._as_json:
            fields = attrs.asdict(one, recurse=False, filter=lambda field, _: field.name not in ("reading", "found"))
            print_json(fields | {"outcome": one.found.value})
        elif one.error is not None:
            self._say(f"[red]{one.found.value}[/red]  {escape(one.error)}")
        elif one.found.value == "differs":
            self._say(f"differs  {escape(one.url)}  snapshot {one.snapshot}: {one.words_before} → {one.words} words")

    def finish_reextract(self, result: Any) -> None:
        """Print how many renditions differ, and end the command with its exit code."""
        total, counts = sum(result.tally.values()), dict(sorted(result.tally.items()))
        differ = counts.pop("differs", 0)
        more = "".join(f", {count:,} {name}" for name, count in counts.items())
        state = "" if result.state == "done" else f" ({result.state})"
        again = ", going on where it was" if result.resumed else ""
        self._say(f"[bold]reextract[/bold]{state}{again}: {total:,} snapshots read again: {differ:,} differ{more}")
        sys.exit(result.exit_code)

    def read(self, offset: int) -> None:
        """How far into its files an import is, in bytes."""
        self._bar.update(self._task, completed=offset)

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def finish(self, results: Sequence[Any]) -> None:
        """Print each run's counts, and end the command with its exit code."""
        for result in results:
            counts = ", ".join(f"{count:,} {name}" for name, count in sorted(result.outcomes.items())) or "nothing"
            total = sum(result.outcomes.values())
            state = "" if result.state == "done" else f" ({result.state})"
            self._say(f"[bold]{escape(result.name)}[/bold]{state}: {total:,} taken up: {counts}")
            if result.skipped:
                left = ", ".join(f"{count:,} {reason}" for reason, count in sorted(result.skipped.items()))
                self._say(f"  left out: {escape(left)}")
            for note in result.notes:
                self._say(f"  [yellow]{escape(note)}[/yellow]")
            for problem in result.problems:
                self._say(f"  [red]{escape(problem)}[/red]")
        sys.exit(max((result.exit_code for result in results), default=0))


def as_json(receipt: Receipt) -> dict[str, Any]:
    """The fields that `archive --json` and `crawl --json` print for each URL."""
    fields = attrs.asdict(receipt, filter=lambda field, _: field.name not in ("kind", "entry"))
    return fields | {"outcome": receipt.outcome.value, "captured_at": iso(receipt.captured_at)}


def line(receipt: Receipt) -> str:
    """What happened to one URL, in one line."""
    style = _STYLE.get(receipt.outcome.value, "dim")
    outcome = f"[{style}]{receipt.outcome.value:<12}[/{style}]"
    if receipt.error and (receipt.outcome in ERRORS or receipt.snapshot is None):
        return f"{outcome} {escape(receipt.error)}"
    about = f"“{receipt.title}”, {receipt.words} words" if receipt.title else f"{receipt.words} words"
    access = f", {receipt.access}" if receipt.access not in (None, "open") else ""
    return f"{outcome} {escape(receipt.url)}  {escape(about)}{access}, snapshot {receipt.snapshot}"
