"""`list`: what the archive holds."""

from pathlib import Path

import click

from cli.left_out import say_what_is_left_out
from cli.looking.of_pages import print_pages
from cli.looking.pager import no_pager_option, output
from cli.printing import print_json
from storage.archive import Archive


@click.command(name="list")
@click.option("--source", help="Only this source's pages.")
@click.option("--all-versions", is_flag=True, help="Every snapshot, not only the newest of each page.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many, newest first.")
@click.option("--fold", is_flag=True, help="One row for a story, its latest, with the number of the others.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@no_pager_option
@click.pass_obj
def list_(
    folder: Path, source: str | None, all_versions: bool, limit: int, fold: bool, as_json: bool, no_pager: bool
) -> None:
    """List pages, the latest captures first."""
    archive = Archive.open(folder)
    pages = archive.folded(all_versions=all_versions, source=source, limit=limit, fold=fold)
    if as_json:
        for view, folded in pages:
            print_json(view.as_json(whole=False) | ({"folded": folded} if fold else {}))
    else:
        with output(no_pager=no_pager) as out:
            print_pages(out, pages)
    say_what_is_left_out(archive)
