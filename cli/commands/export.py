"""`export`: the archive's snapshots for other programs."""

from pathlib import Path

import click

from cli.left_out import say_what_is_left_out
from cli.printing import print_json
from storage.archive import Archive


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl"]),
    default="jsonl",
    show_default=True,
    help="JSON Lines, the fields of `show --json`.",
)
@click.option("--all-versions", is_flag=True, help="Every snapshot, not only the newest of each page.")
@click.option("--source", help="Only this source's pages.")
@click.pass_obj
def export(folder: Path, form: str, all_versions: bool, source: str | None) -> None:
    """Print snapshots as JSON Lines, the earliest captures first."""
    archive = Archive.open(folder)
    for view in archive.snapshots(all_versions=all_versions, source=source):
        print_json(view.as_json(removed=archive.removed(view)))
    say_what_is_left_out(archive)
