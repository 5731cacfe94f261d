"""Says beside what is printed that something is withheld from it."""

import click

from storage.archive import Archive


def say_what_is_left_out(archive: Archive) -> None:
    """One line on stderr where anything is withheld."""
    hidden = archive.hidden()
    if hidden.pages or hidden.snapshots:
        click.echo(
            f"Withheld, and left out wherever they belong: {hidden.pages:,} pages, {hidden.snapshots:,} snapshots. "
            "`backissue withhold --list` says why.",
            err=True,
        )


def say_what_is_left_out_of(archive: Archive, url: str) -> None:
    """One line on stderr where snapshots of a URL's page are withheld."""
    if hidden := archive.withheld_of(url):
        numbers = ", ".join(str(one.snapshot) for one in hidden)
        click.echo(f"Snapshots withheld of this page: {numbers}. `backissue history` says why.", err=True)
