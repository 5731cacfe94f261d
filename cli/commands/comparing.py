"""Commands that say what changed: `diff`, `changes`, `blame`, `first-seen`."""

import shutil
from pathlib import Path

import click

from cli.left_out import say_what_is_left_out, say_what_is_left_out_of
from cli.looking.harmless import harmless, paragraphs
from cli.looking.of_changes import print_changes
from cli.looking.pager import no_pager_option, output
from cli.printing import as_json_option, print_json
from storage.archive import Archive
from storage.clock import iso
from storage.compare.as_html import as_html
from storage.compare.as_text import as_markdown, as_text


@click.command(short_help="Print what differs between two versions.")
@click.argument("url", metavar="URL")
@click.argument("since", metavar="[FROM]", required=False)
@click.argument("until", metavar="[TO]", required=False)
@click.option("--format", "form", type=click.Choice(["text", "html", "json", "markdown"]), default="text")
@click.option("--context", type=click.IntRange(0), default=1, show_default=True, help="Paragraphs around a change.")
@as_json_option
@click.pass_obj
def diff(folder: Path, url: str, since: str | None, until: str | None, form: str, context: int, as_json: bool) -> None:
    """Print what differs between two versions of a page: the last two, or FROM and TO, each a date, `yesterday`,
    `first`, `latest` or a snapshot's number. With another URL as FROM, the newest of both pages."""
    archive = Archive.open(folder)
    found = archive.diff(url, since, until)
    for one in dict.fromkeys((found.old.canonical_url, found.new.canonical_url)):
        say_what_is_left_out_of(archive, one)
    names = [f"{iso(one.captured_at)} (snapshot {one.snapshot})" for one in (found.old, found.new)]
    made, change = found.comparison, found.change
    title = found.new.title or found.new.url
    if as_json or form == "json":
        print_json(found.as_json())
    elif form == "html":
        click.echo(as_html(made, title=title, old=names[0], new=names[1], summary=change.summary, context=context))
    elif form == "markdown":
        text = f"# {title}\n\n{names[0]} → {names[1]}\n\n{change.summary}\n\n{as_markdown(made, context=context)}"
        click.echo(paragraphs(text))
    else:
        click.secho(harmless(title), bold=True)
        click.echo(f"{names[0]} → {names[1]}\n{harmless(change.summary)}\n")
        click.echo(paragraphs(as_text(made, width=shutil.get_terminal_size().columns, context=context)))
    if not found.same_version:
        click.echo(
            "Read by two versions of Backissue: some of this may be no edit. `reextract` reads both anew.", err=True
        )


@click.command(short_help="List what changed.")
@click.option("--since", metavar="DATE", help="From then on: 2026, 2026-03, 2026-03-01, `today`, `yesterday`.")
@click.option("--substantive", is_flag=True, help="Only what says something else now.")
@click.option("--headline", is_flag=True, help="Only new headlines.")
@click.option("--stealth", is_flag=True, help="Only edits without a later modified date.")
@click.option("--source", metavar="NAME", help="Only this source's pages.")
@click.option("--flips", is_flag=True, help="Also what goes back to an earlier version.")
@click.option("--limit", type=click.IntRange(1), help="At most so many, newest first.")
@as_json_option
@no_pager_option
@click.pass_obj
def changes(
    folder: Path, since: str | None, substantive: bool, headline: bool, stealth: bool, source: str | None, flips: bool,
    limit: int | None, as_json: bool, no_pager: bool,
) -> None:  # fmt: skip
    """List what changed between the snapshots of pages, newest first."""
    archive = Archive.open(folder)
    found = archive.changes(
        since=since, substantive=substantive, headline=headline, stealth=stealth, source=source, flips=flips,
        limit=limit,
    )  # fmt: skip
    if as_json:
        for one in found:
            print_json(one.as_json())
    else:
        with output(no_pager=no_pager) as out:
            print_changes(out, found)
    say_what_is_left_out(archive)


@click.command(short_help="Print when each sentence of a page came in.")
@click.argument("url", metavar="URL")
@as_json_option
@click.pass_obj
def blame(folder: Path, url: str, as_json: bool) -> None:
    """Print for every sentence of a page's latest text the snapshot that it came in with."""
    archive = Archive.open(folder)
    say_what_is_left_out_of(archive, url)
    for one in archive.blame(url):
        if as_json:
            print_json(one.as_json())
        else:
            click.echo(f"{iso(one.since)}  {one.snapshot:>6}  {harmless(one.text)}")


@click.command(name="first-seen", short_help="Print when a phrase entered or left pages.")
@click.argument("phrase")
@click.option("--page", metavar="URL", help="Only on this page.")
@as_json_option
@click.pass_obj
def first_seen(folder: Path, phrase: str, page: str | None, as_json: bool) -> None:
    """Print when a phrase entered a page's text or headline, and when it left."""
    archive = Archive.open(folder)
    for one in archive.first_seen(phrase, page):
        if as_json:
            print_json(one.as_json())
            continue
        left = f"left {iso(one.left.captured_at)}" if one.left else "still there"
        click.echo(f"{iso(one.entered.captured_at)}  {left}  {harmless(one.url)}")
    say_what_is_left_out(archive)
