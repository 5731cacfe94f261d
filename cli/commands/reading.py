"""Commands that read one page or the archive's state: `show`, `history`, `status`."""

from pathlib import Path

import click

from cli.left_out import say_what_is_left_out_of
from cli.printing import as_json_option, print_json
from storage.archive import Archive
from storage.clock import iso
from storage.finding import is_id
from storage.page_history import Event


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
    click.secho(view.title or "(no title)", bold=True)
    click.echo(f"{', '.join(view.authors) or 'no byline'} · published {view.published_raw or iso(view.published_at)}")
    click.echo(f"{view.canonical_url}\nsnapshot {view.snapshot}, captured {iso(view.captured_at)}, {view.access}")
    click.echo(f"{view.warc[0]} at {view.warc[1]}")
    for story in archive.stories(view.canonical_url) if view.story else ():
        sites = len({page.site for page in story.pages})
        click.echo(f"story {story.story}: {len(story.pages)} pages on {sites} sites, first {story.pages[0].url}")
    click.echo(f"taken from {view.memento}\n" if view.memento else "")
    if removed:
        for one in cut:
            click.echo(f"block {one['block']} [{one['reason']}] {one['text']}")
        if not cut:
            click.echo("Nothing was cut.")
        return
    click.echo((archive.raw_text(view) if raw else view.text).replace("\n", "\n\n"))


@click.command(short_help="Print a page's snapshots and what changed between them.")
@click.argument("url", metavar="URL")
@as_json_option
@click.pass_obj
def history(folder: Path, url: str, as_json: bool) -> None:
    """Print a page's snapshots, what changed between them, and when it was gone or back."""
    snapshots, events = Archive.open(folder).history(url)
    for view, change in snapshots:
        if as_json:
            print_json(view.as_json(whole=False) | {"change": change.as_json() if change else None})
            continue
        click.echo(f"{iso(view.captured_at)}  snapshot {view.snapshot}  {view.words} words  {view.title or ''}")
        if change is not None:
            stealth = "  (without a new modified date)" if change.stealth else ""
            size = "▪" * min(20, (change.words_added + change.words_removed).bit_length())
            click.echo(f"  │ {size} +{change.words_added} −{change.words_removed} words{stealth}: {change.summary}")
    for event in events:
        if as_json:
            print_json(event.as_json())
        else:
            click.echo(f"{iso(event.at)}  {event.event}{_certainty(event)}")


def _certainty(event: Event) -> str:
    if event.event == "withheld":
        return f"  snapshot {event.snapshot}: {event.reason}"
    if event.event != "gone":
        return f"  (HTTP {event.status})"
    sure = f"confirmed {iso(event.confirmed_at)}" if event.confirmed_at else "suspected, not confirmed"
    return f"  (HTTP {event.status})  {event.sign}, {sure}; last good snapshot {event.snapshot}"


@click.command()
@as_json_option
@click.pass_obj
def status(folder: Path, as_json: bool) -> None:
    """Print what ran, what is due, and what looks wrong."""
    state = Archive.open(folder).status()
    if as_json:
        print_json(state)
        return
    click.echo(
        f"{state['pages']:,} pages, {state['snapshots']:,} snapshots, {state['bytes'] / 1e6:,.1f} MB, "
        f"{state['due']:,} due, {state['disk']['free'] / 1e9:,.1f} GB free"
    )
    if any(state["withheld"].values()):
        click.echo(f"withheld: {state['withheld']['pages']:,} more pages, {state['withheld']['snapshots']:,} snapshots")
    for source in state["sources"]:
        if source["last_run_at"] is not None:
            habit = "" if source["fresh_habit"] is None else f" (habit {source['fresh_habit']:,})"
            blocked = f", {source['block_rate']:.0%} blocked" if source["block_rate"] else ""
            failed = f", {source['failure_rate']:.0%} failed" if source["failure_rate"] else ""
            click.echo(
                f"{source['source']}: {source['fresh']:,} fresh articles in the last day{habit}{blocked}{failed}, "
                f"{source['due']:,} due"
            )
    if oldest := state["takedowns"]["oldest"]:
        count = state["takedowns"]["unconfirmed"]
        click.echo(f"{count:,} pages gone and not confirmed, the oldest since {oldest['gone_at']}: {oldest['url']}")
    for run in state["runs"]:
        counts = ", ".join(f"{count:,} {name}" for name, count in run["outcomes"].items()) or "nothing"
        name = run["source"] or run["kind"]
        click.echo(f"{run['started_at']}  {name}  {run['state']}, {run['taken_up']:,} taken up: {counts}")
    for host in state["distrusted"]:
        click.echo(f"! {host['host']}: its 304s are not believed until {host['until']} ({host['lies']} were wrong)")
    for alarm in state["alarms"]:
        whose = alarm["source"] or (f"run {alarm['run']}" if alarm["run"] else "archive")
        click.echo(f"! {whose}: {alarm['sign']}: {alarm['message']}")
