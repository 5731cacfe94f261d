"""`search`: which snapshots say something, where in them, and how many there are."""

from pathlib import Path

import click

from cli.left_out import say_what_is_left_out
from cli.looking.of_hits import print_counts, print_hits
from cli.looking.pager import no_pager_option, output
from cli.printing import as_json_option, print_json
from storage.archive import Archive
from storage.errors import UsageError
from storage.search import Found, Search
from storage.search.query import moment


@click.command(short_help="Find snapshots by their words, and by much else.")
@click.argument("query", metavar="QUERY", nargs=-1, required=True)
@click.option("--all-versions", is_flag=True, help="In every snapshot, not only the newest of each page.")
@click.option("--as-of", metavar="DATE", help="In what the archive held then: 2026, 2026-03 or 2026-03-01.")
@click.option(
    "--order",
    type=click.Choice(["date", "relevance"]),
    default="date",
    show_default=True,
    help="The latest or the best first.",
)
@click.option("--by-relevance", is_flag=True, help="Short for --order relevance.")
@click.option("--limit", type=int, default=20, show_default=True, help="At most so many, up to 1000.")
@click.option("--cursor", metavar="WORD", help="Go on behind the last page, which has printed it.")
@click.option("--counts", is_flag=True, help="Only how many there are, by source, month and language.")
@click.option("--fold", is_flag=True, help="One row for a story, with the number of the others.")
@as_json_option
@no_pager_option
@click.pass_obj
def search(
    folder: Path, query: tuple[str, ...], all_versions: bool, as_of: str | None, order: str, by_relevance: bool,
    limit: int, cursor: str | None, counts: bool, fold: bool, as_json: bool, no_pager: bool,
) -> None:  # fmt: skip
    """Find snapshots: `storm harbour`, `"storm tide"`, `storm OR gale`, `storm -harbour`, `storm*`, `title:storm`,
    and author:, source:, site:, lang:, section:, after:, before:, changed:, gone:, access:, story:, tag:, note:."""
    if all_versions and as_of is not None:
        raise UsageError("--all-versions and --as-of exclude each other. Give one of them, or none.")
    request = Search(
        query=" ".join(query),
        scope="all" if all_versions else "as_of" if as_of is not None else "newest",
        as_of=moment("--as-of ", as_of) if as_of is not None else None,
        order="relevance" if by_relevance or order == "relevance" else "date",
        limit=limit, cursor=cursor, fold=fold,
    )  # fmt: skip
    archive = Archive.open(folder)
    if counts:
        facets = archive.facets(request)
        if as_json:
            print_json(facets.as_json())
        else:
            with output(no_pager=no_pager) as out:
                print_counts(out, facets)
    else:
        found = archive.search(request)
        if as_json:
            for hit in found.hits:
                print_json(hit.as_json() | ({"folded": hit.others} if fold else {}))
        else:
            with output(no_pager=no_pager) as out:
                print_hits(out, found.hits)
        _say_what_comes_next(found)
    say_what_is_left_out(archive)


def _say_what_comes_next(found: Found) -> None:
    if found.bounded:
        click.echo("Only the newest matches were weighed: there are more. Narrow it by after: and before:.", err=True)
    if found.cursor is not None:
        click.echo(f"What comes next: --cursor {found.cursor}", err=True)
    elif not found.hits:
        click.echo("Nothing found.", err=True)
