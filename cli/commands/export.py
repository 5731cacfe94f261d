"""`export`: the archive's snapshots for other programs."""

from pathlib import Path

import click

from cli.interrupts import Interrupts
from cli.left_out import say_what_is_left_out
from storage.archive import Archive
from storage.exporting import export as exporting
from storage.exporting.selection import Selection


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(exporting.FORMATS),
    default="jsonl",
    show_default=True,
    help="JSON Lines with the fields of `show --json`, CSV, Parquet, WARC or WACZ.",
)
@click.option("--rows", type=click.Choice(exporting.ROWS), default="snapshots", show_default=True, help="Of a table.")
@click.option("--all-versions", is_flag=True, help="Every snapshot, not only the newest of each page.")
@click.option("--source", metavar="NAME", help="Only this source's pages.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Default: standard output.")
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@click.option("--limit", type=click.IntRange(1), help="At most so many snapshots.")
@click.option("--cursor", metavar="WORD", help="Go on behind the last export, which has printed it.")
@click.pass_obj
def export(
    folder: Path, form: str, rows: str, all_versions: bool, source: str | None, output: Path | None, force: bool,
    limit: int | None, cursor: str | None,
) -> None:  # fmt: skip
    """Write snapshots for other programs, the earliest captures first."""
    interrupts = Interrupts()
    request = exporting.Request(
        form=form, rows=rows, selection=Selection(all_versions=all_versions, source=source), output=output, force=force,
        limit=limit, cursor=cursor,
    )  # fmt: skip
    archive = Archive.open(folder)
    done = exporting.export(archive, request, check=interrupts.check)
    for problem in done.problems:
        click.echo(f"backissue: {problem}", err=True)
    word = exporting.word(request, done)
    click.echo(f"{done.rows:,} {rows}. {f'What comes later: --cursor {word}' if word else ''}".rstrip(), err=True)
    say_what_is_left_out(archive)
    if done.problems:
        raise click.exceptions.Exit(1)
