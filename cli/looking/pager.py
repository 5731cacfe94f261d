"""Prints lines; through a pager where they are more than the window holds."""

import contextlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import IO, Any

import click

from cli.looking.screen import Screen

# -R lets colours through and shows every other escape sequence.
_PAGER = "less -R"

no_pager_option: Callable[[Any], Any] = click.option(
    "--no-pager", is_flag=True, help="Print all at once, however long it is."
)


class Output:
    """Takes lines one after the other. Those of a window are kept until it is known whether there are more."""

    def __init__(self, screen: Screen, *, paging: bool):
        self.screen = screen
        self._command = _pager() if paging and screen.terminal else None
        self._kept: list[str] = []
        self._pager: subprocess.Popen[str] | None = None

    def line(self, text: str | None) -> None:
        """Print a line; None is none."""
        if text is None:
            return
        if self._pager is not None:
            self._write(self._pager.stdin, text)
        elif self._command is None:
            click.echo(text, color=True)
        else:
            self._kept.append(text)
            # One line is the next prompt's.
            if len(self._kept) >= self.screen.rows:
                self._page(self._command)

    def end(self) -> None:
        """Print what is kept; wait for the pager, where there is one."""
        kept, self._kept = self._kept, []
        for one in kept:
            click.echo(one, color=True)
        if self._pager is not None and self._pager.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._pager.stdin.close()
            _wait(self._pager)

    def _page(self, command: list[str]) -> None:
        try:
            self._pager = subprocess.Popen(
                command, stdin=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
            )
        except OSError:
            # A pager that cannot be run is none.
            self._command = None
        kept, self._kept = self._kept, []
        for one in kept:
            self.line(one)

    @staticmethod
    def _write(stream: IO[str] | None, text: str) -> None:
        if stream is not None:
            stream.write(text + "\n")


@contextlib.contextmanager
def output(*, no_pager: bool = False) -> Iterator[Output]:
    """Standard output, for lines. A reader who leaves the pager has enough: that ends the command, and is no failure.

    `no_pager`: never a pager.
    """
    out = Output(Screen.of_output(), paging=not no_pager)
    try:
        yield out
    except BrokenPipeError:
        if out._pager is None:
            raise
    finally:
        out.end()


def _pager() -> list[str] | None:
    """The pager's command. None: there is none."""
    # An empty variable counts as unset.
    command = shlex.split(os.environ.get("PAGER") or _PAGER)
    return command if command and shutil.which(command[0]) else None


def _wait(pager: "subprocess.Popen[str]") -> None:
    while True:
        try:
            pager.wait()
        except KeyboardInterrupt:
            # Ctrl-C is the pager's: it goes to all of the group.
            continue
        return
