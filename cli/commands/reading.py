"""Commands that read one page or the archive's state: `show`, `history`, `status`."""

from datetime import timedelta
from pathlib import Path

import click

from cli.left_out import say_what_is_left_out_of
from cli.looking.harmless import harmless, paragraphs
from cli.looking.of_days import DAYS, print_days
from cli.looking.of_history import print_history
from cli.looking.of_status import print_status
from cli.looking.pager import no_pager_option, output
from cli.printing import as_json_option, print_json
from storage.archive import Archive
from storage.clock import Clock, iso
from storage.finding import is_id


@click.command(short_help="Print the newest snapshot of a page.")
@click.argument("what", metavar="URL|SNAPSHOT")
@click.option("--removed", is_flag=True, help="Print what was cut, with the reasons.")
@click.option("--raw", is_flag=True, help="Print the text with nothing cut.")
@as_json_option
@click.pass_obj
def show(folder: Path, what: str, removed: bool, raw: bool, as_json: bool) -> None:
    """Print the newest snapshot of a page, or the snapshot with that number."""
    archive = Archive.open(folder)
    view = archive.snapshot(what)
    cut = archive.removed(view)
    if not is_id(what):
        say_what_is_left_out_of(archive, what)
    if as_json:
        print_json(view.as_json(removed=cut))
        return
    click.secho(harmless(view.title or "(no title)"), bold=True)
    authors = ", ".join(view.authors) or "no byline"
    click.echo(harmless(f"{authors} · published {view.published_raw or iso(view.published_at)}"))
    click.echo(harmless(view.canonical_url))
    click.echo(f"snapshot {view.snapshot}, captured {iso(view.captured_at)}, {view.access}")
    click.echo(f"{view.warc[0]} at {view.warc[1]}")
    for story in archive.stories(view.canonical_url) if view.story else ():
        sites = len({page.site for page in story.pages})
        click.echo(f"story {story.story}: {len(story.pages)} pages on {sites} sites, first {story.pages[0].url}")
    click.echo(f"taken from {view.memento}\n" if view.memento else "")
    if removed:
        for one in cut:
            click.echo(f"block {one['block']} [{one['reason']}] {harmless(one['text'])}")
        if not cut:
            click.echo("Nothing was cut.")
        return
    click.echo(paragraphs(archive.raw_text(view) if raw else view.text).replace("\n", "\n\n"))


@click.command(short_help="Print a page's snapshots and what changed between them.")
@click.argument("url", metavar="URL")
@as_json_option
@no_pager_option
@click.pass_obj
def history(folder: Path, url: str, as_json: bool, no_pager: bool) -> None:
    """Print a page's snapshots, what changed between them, and when it was gone or back."""
    found = Archive.open(folder).history(url)
    if as_json:
        for view, change in found.versions:
            print_json(view.as_json(whole=False) | {"change": change.as_json() if change else None})
        for event in found.events:
            print_json(event.as_json())
    else:
        with output(no_pager=no_pager) as out:
            print_history(out, found)


@click.command()
@as_json_option
@no_pager_option
@click.pass_obj
def status(folder: Path, as_json: bool, no_pager: bool) -> None:
    """Print what ran, what is due, and what looks wrong."""
    archive = Archive.open(folder)
    state = archive.status()
    if as_json:
        print_json(state)
        return
    last = Clock().now().date()
    since = last - timedelta(days=DAYS - 1)
    counts = archive.day_counts(since, last)
    with output(no_pager=no_pager) as out:
        print_status(out, state)
        print_days(out, counts, last=last)
