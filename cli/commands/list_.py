"""`list`: what the archive holds."""

from pathlib import Path

import click

from cli.left_out import say_what_is_left_out
from cli.printing import print_json
from storage.archive import Archive
from storage.clock import iso


@click.command(name="list")
@click.option("--source", help="Only this source's pages.")
@click.option("--all-versions", is_flag=True, help="Every snapshot, not only the newest of each page.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many, newest first.")
@click.option("--fold", is_flag=True, help="One row for a story, its latest, with the number of the others.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, source: str | None, all_versions: bool, limit: int, fold: bool, as_json: bool) -> None:
    """List pages, the latest captures first."""
    archive = Archive.open(folder)
    for view, folded in archive.folded(all_versions=all_versions, source=source, limit=limit, fold=fold):
        if as_json:
            more = {"folded": folded} if fold else {}
            print_json(view.as_json(whole=False) | more)
        else:
            title = view.title or "(no title)"
            click.echo(f"{view.snapshot:>6}  {iso(view.captured_at)}  {view.words:>5} words  {title}  {view.url}")
            if folded:
                click.echo(f"        and {folded:,} more pages of story {view.story}")
    say_what_is_left_out(archive)
