"""Commands about which pages are one, and which tell the same: `aliases`, `stories`, `reindex`."""

import json
import sys
from pathlib import Path

import attrs
import click

from cli.left_out import say_what_is_left_out
from cli.looking.of_stories import print_story
from cli.looking.pager import no_pager_option, output
from cli.printing import print_json
from cli.progress import Progress
from storage.archive import Archive
from storage.clock import iso
from storage.errors import UsageError
from storage.folder import Folder

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_WORKERS = click.option("--workers", type=click.IntRange(1, 64), help="Processes that read. Default: one a processor.")


@click.command(short_help="List which pages ran the same text.")
@click.argument("url", required=False, metavar="[URL]")
@click.option("--source", help="Only stories with a page of this source.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many stories.")
@_JSON
@no_pager_option
@click.pass_obj
def stories(folder: Path, url: str | None, source: str | None, limit: int, as_json: bool, no_pager: bool) -> None:
    """List which pages ran the same text, or the text of URL: when, how much of it, and what they changed."""
    archive = Archive.open(folder)
    found = 0
    with output(no_pager=no_pager or as_json) as out:
        for story in archive.stories(url, source=source, limit=limit):
            found += 1
            if as_json:
                print_json(story.as_json())
            else:
                print_story(out, story)
    if not found and not as_json:
        click.echo(
            "No other page has the same text or a good part of it." if url else "No two pages have the same text."
        )
    say_what_is_left_out(archive)


@click.command(short_help="Print the URLs of a page, or split one off.")
@click.argument("url", metavar="URL")
@click.option("--split", is_flag=True, help="Make URL a page of its own, and keep it apart.")
@click.option("--join", is_flag=True, help="Take back that URL was split off.")
@_JSON
@click.pass_obj
def aliases(folder: Path, url: str, split: bool, join: bool, as_json: bool) -> None:
    """Print the URLs that lead to the page of URL, and how each came there; or split one off that is another page."""
    if split and join:
        raise UsageError("--split and --join exclude each other. Give one of them, or none.")
    if split or join:
        from pipelines.stories.standalone import move_alias

        move_alias(Folder(folder), url, away=split)
    for alias in Archive.open(folder).aliases(url):
        moves = [{"at": iso(at), "reason": reason, "from": page} for at, reason, page in alias.moved]
        if as_json:
            fields = attrs.asdict(alias) | {"added_at": iso(alias.added_at), "moved": moves}
            print_json(fields)
            continue
        click.echo(f"{alias.url}  {alias.snapshots} snapshots, since {iso(alias.added_at)}")
        for move in moves:
            click.echo(f"    {move['at']}  moved here from {move['from']} ({move['reason']})")


@click.command(short_help="Make the search index, fingerprints and stories anew from the snapshots.")
@_WORKERS
@_JSON
@click.pass_obj
def reindex(folder: Path, workers: int | None, as_json: bool) -> None:
    """Forget the search index, all fingerprints, links and stories, and make them anew from the snapshots alone.

    Changes between snapshots that are missing, since an older version archived these, are worked out.
    """
    from pipelines.stories.standalone import rebuild

    with Progress("reindex", as_json=as_json, total=None) as progress:
        rebuilt = rebuild(Folder(folder), workers=workers, on_progress=progress.upkeep)
    if as_json:
        counts = ("texts", "links", "stories", "changes")
        click.echo(json.dumps({name: getattr(rebuilt, name) for name in counts}))
    else:
        click.echo(f"{rebuilt.texts:,} texts, {rebuilt.links:,} links between them, {rebuilt.stories:,} stories.")
        click.echo(f"{rebuilt.changes:,} changes that were missing.")
    for problem in rebuilt.problems:
        click.echo(problem, err=True)
    sys.exit(130 if rebuilt.stopped else 1 if rebuilt.problems else 0)
