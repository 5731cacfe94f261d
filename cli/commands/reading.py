"""Commands that read one page or the archive's state: `show`, `history`, `status`."""

import json
from pathlib import Path

import click

from storage.archive import Archive
from storage.clock import iso

_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")


def _print(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


@click.command(short_help="Print the newest snapshot of a page.")
@click.argument("what", metavar="URL|SNAPSHOT")
@click.option("--removed", is_flag=True, help="Print what was cut, with the reasons.")
@click.option("--raw", is_flag=True, help="Print the text with nothing cut.")
@_JSON
@click.pass_obj
def show(folder: Path, what: str, removed: bool, raw: bool, as_json: bool) -> None:
    """Print the newest snapshot of a page, or the snapshot with that number."""
    archive = Archive.open(folder)
    view = archive.snapshot(what)
    cut = archive.removed(view)
    if as_json:
        _print(view.as_json(removed=cut))
        return
    click.secho(view.title or "(no title)", bold=True)
    click.echo(f"{', '.join(view.authors) or 'no byline'} · published {view.published_raw or iso(view.published_at)}")
    click.echo(f"{view.canonical_url}\nsnapshot {view.snapshot}, captured {iso(view.captured_at)}, {view.access}")
    click.echo(f"{view.warc[0]} at {view.warc[1]}\n")
    if removed:
        for one in cut:
            click.echo(f"block {one['block']} [{one['reason']}] {one['text']}")
        if not cut:
            click.echo("Nothing was cut.")
        return
    click.echo((archive.raw_text(view) if raw else view.text).replace("\n", "\n\n"))


@click.command(short_help="Print a page's snapshots and what changed between them.")
@click.argument("url", metavar="URL")
@_JSON
@click.pass_obj
def history(folder: Path, url: str, as_json: bool) -> None:
    """Print a page's snapshots, what changed between them, and when it was gone or back."""
    snapshots, events = Archive.open(folder).history(url)
    for view, change in snapshots:
        if as_json:
            _print(view.as_json(whole=False) | {"change": change.as_json() if change else None})
            continue
        click.echo(f"{iso(view.captured_at)}  snapshot {view.snapshot}  {view.words} words  {view.title or ''}")
        if change is not None:
            stealth = "  (without a new modified date)" if change.stealth else ""
            size = "▪" * min(20, (change.words_added + change.words_removed).bit_length())
            click.echo(f"  │ {size} +{change.words_added} −{change.words_removed} words{stealth}: {change.summary}")
    for event in events:
        fields = {"event": event.event, "at": iso(event.at), "status": event.status}
        if as_json:
            _print(fields)
        else:
            click.echo(f"{fields['at']}  {event.event}  (HTTP {event.status})")


@click.command()
@_JSON
@click.pass_obj
def status(folder: Path, as_json: bool) -> None:
    """Print what ran, what is due, and what looks wrong."""
    state = Archive.open(folder).status()
    if as_json:
        _print(state)
        return
    click.echo(
        f"{state['pages']:,} pages, {state['snapshots']:,} snapshots, {state['bytes'] / 1e6:,.1f} MB, "
        f"{state['due']:,} due"
    )
    for run in state["runs"]:
        counts = ", ".join(f"{count:,} {name}" for name, count in run["outcomes"].items()) or "nothing"
        name = run["source"] or run["kind"]
        click.echo(f"{run['started_at']}  {name}  {run['state']}, {run['taken_up']:,} taken up: {counts}")
    for alarm in state["alarms"]:
        click.echo(f"! {alarm['source'] or 'run ' + str(alarm['run'])}: {alarm['sign']}")
