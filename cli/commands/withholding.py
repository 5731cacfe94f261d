"""Commands that hide something from readers and show it again: `withhold`, `lift`."""

from pathlib import Path

import click

from cli.printing import as_json_option, print_json
from storage import withheld_log
from storage.archive import Archive
from storage.clock import iso
from storage.errors import UsageError
from storage.folder import Folder


@click.command(short_help="Hide a page, a snapshot or a source from readers.")
@click.argument("what", metavar="URL|SNAPSHOT", required=False)
@click.option("--source", metavar="NAME", help="All pages of this source.")
@click.option("--reason", metavar="TEXT", help="Why, in a sentence; readers are told it.")
@click.option("--list", "listing", is_flag=True, help="Print what is withheld and what was.")
@as_json_option
@click.pass_obj
def withhold(
    folder: Path, what: str | None, source: str | None, reason: str | None, listing: bool, as_json: bool
) -> None:
    """Hide the page of URL, the snapshot with that number or a whole source from every reader, who is told so and why.
    Nothing is deleted, and it is crawled and kept as before."""
    if listing:
        _print_log(folder, as_json=as_json)
        return
    _one_of(what, source)
    done = withheld_log.withhold(Folder(folder), what, source=source, reason=reason or "")
    if as_json:
        print_json(done.as_json())
    else:
        words = withheld_log.lift_words(done)
        click.echo(f"Withheld: {done.kind} {done.name}. `backissue lift {words}` shows it again.")


@click.command(short_help="Show again what was withheld.")
@click.argument("what", metavar="URL|SNAPSHOT", required=False)
@click.option("--source", metavar="NAME", help="This source, withheld as a whole.")
@as_json_option
@click.pass_obj
def lift(folder: Path, what: str | None, source: str | None, as_json: bool) -> None:
    """Show readers again the page of URL, the snapshot with that number or the source that was withheld."""
    _one_of(what, source)
    done = withheld_log.lift(Folder(folder), what, source=source)
    if as_json:
        print_json(done.what.as_json())
    else:
        click.echo(f"Lifted: {done.what.kind} {done.what.name} is shown again.")
    if done.still is not None:
        words = withheld_log.lift_words(done.still)
        click.echo(f"It stays hidden with its whole {done.still.kind}, until `backissue lift {words}`.", err=True)


def _one_of(what: str | None, source: str | None) -> None:
    if (what is None) == (source is None):
        raise UsageError("Give one thing: a URL, a snapshot's number, or --source NAME.")


def _print_log(folder: Path, *, as_json: bool) -> None:
    for one in withheld_log.log(Archive.open(folder)):
        if as_json:
            print_json(one.as_json())
            continue
        until = f", lifted {iso(one.lifted_at)}" if one.lifted_at else ""
        click.echo(f"{one.kind:<8}  {one.name}\n    withheld {iso(one.withheld_at)}{until}: {one.reason}")
