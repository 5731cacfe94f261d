"""`export`: the archive's snapshots for other programs."""

from pathlib import Path

import click

from cli.counting import Counting
from cli.interrupts import Interrupts
from cli.left_out import say_what_is_left_out
from storage.archive import Archive
from storage.errors import UsageError
from storage.exporting import export as exporting
from storage.exporting.selection import Selection
from storage.search.query import moment


@click.command(short_help="Write snapshots for other programs.")
@click.argument("query", metavar="[QUERY]", nargs=-1)
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
@click.option("--as-of", metavar="DATE", help="What the archive held then: 2026, 2026-03 or 2026-03-01.")
@click.option("--source", metavar="NAME", help="Only this source's pages.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Default: standard output.")
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@click.option("--limit", type=click.IntRange(1), help="At most so many snapshots.")
@click.option("--cursor", metavar="WORD", help="Go on behind the last export, which has printed it.")
@click.pass_obj
def export(
    folder: Path, query: tuple[str, ...], form: str, rows: str, all_versions: bool, as_of: str | None,
    source: str | None, output: Path | None, force: bool, limit: int | None, cursor: str | None,
) -> None:  # fmt: skip
    """Write snapshots for other programs, those that `search` finds for QUERY or all, the earliest captures first."""
    if all_versions and as_of is not None:
        raise UsageError("--all-versions and --as-of exclude each other. Give one of them, or none.")
    interrupts = Interrupts()
    selection = Selection(
        query=" ".join(query), all_versions=all_versions, source=source,
        as_of=moment("--as-of ", as_of) if as_of is not None else None,
    )  # fmt: skip
    request = exporting.Request(
        form=form, rows=rows, selection=selection, output=output, force=force, limit=limit, cursor=cursor
    )
    archive = Archive.open(folder)
    with Counting(rows, to_stdout=output is None) as counting:

        def check(written: int) -> None:
            counting.reached(written)
            interrupts.check()

        done = exporting.export(archive, request, check=check)
    for problem in done.problems:
        click.echo(f"backissue: {problem}", err=True)
    word = exporting.word(request, done)
    click.echo(f"{done.rows:,} {rows}. {f'What comes later: --cursor {word}' if word else ''}".rstrip(), err=True)
    say_what_is_left_out(archive)
    if done.problems:
        raise click.exceptions.Exit(1)
