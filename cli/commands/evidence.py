"""`evidence`: one page's proof, for somebody else to check."""

import os
from pathlib import Path

import click

from cli.interrupts import Interrupts
from cli.left_out import say_what_is_left_out_of
from cli.printing import as_json_option, print_json
from storage.archive import Archive
from storage.clock import Clock
from storage.evidence.evidence import Stamper, make_evidence
from storage.finding import is_id


@click.command(short_help="Put a page's records, texts and digests in one file.")
@click.argument("what", metavar="URL|SNAPSHOT")
@click.option(
    "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Not evidence-N.zip here."
)
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@click.option("--timestamp-server", metavar="URL", help="Of RFC 3161. Default: BACKISSUE_TIMESTAMP_SERVER, else none.")
@as_json_option
@click.pass_obj
def evidence(
    folder: Path, what: str, output: Path | None, force: bool, timestamp_server: str | None, as_json: bool
) -> None:
    """Put the WARC records, texts, differences and digests of a page, or of one snapshot, in one ZIP file that another
    person can check with public tools."""
    interrupts = Interrupts()
    archive = Archive.open(folder)
    made = make_evidence(
        archive,
        what,
        output,
        made=Clock().now(),
        stamper=_stamper(timestamp_server),
        force=force,
        check=interrupts.check,
    )
    if not is_id(what):
        say_what_is_left_out_of(archive, what)
    for problem in made.problems:
        click.echo(f"backissue: {problem}", err=True)
    if as_json:
        print_json(made.as_json())
    else:
        stamped = ", with a time stamp" if made.stamped else ""
        click.echo(f"{made.path}: {made.snapshots:,} snapshots and {made.records:,} WARC records{stamped}.")
    if made.problems:
        raise click.exceptions.Exit(1)


def _stamper(given: str | None) -> Stamper | None:
    # An empty variable counts as unset.
    server = given or os.environ.get("BACKISSUE_TIMESTAMP_SERVER")
    if not server:
        return None
    from crawler.timestamps import TimeStamps

    stamps = TimeStamps(server)
    return Stamper(server=stamps.server, stamp=stamps.stamp)
