"""`sources`: what is configured, whether it is right, and what each site has taught."""

import sys
from pathlib import Path

import click

from cli.commands.sources_add import add
from cli.commands.sources_check import check
from cli.printing import print_json
from cli.progress import Progress
from storage.archive import Archive
from storage.clock import iso
from storage.errors import UsageError
from storage.folder import Folder
from storage.sources import FIRST_SOURCE, read_sources
from storage.taught import Taught, TaughtLine, key_given

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group()
def sources() -> None:
    """The sources of sources.toml."""


@sources.command(name="list")
@_JSON
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the configured sources; names the line of a mistake."""
    file = Folder(folder).sources
    sources = read_sources(file)
    if not sources:
        click.echo(f"{file}: there is no source yet, and {FIRST_SOURCE}.", err=True)
    for source in sources.values():
        if as_json:
            print_json(source.model_dump(mode="json"))
        else:
            click.echo(f"{source.name}  {source.home}{'' if source.enabled else '  (not enabled)'}")


@sources.command()
@click.argument("site")
@click.option("--keep", metavar="KEY|TEXT", help="Never cut this line of the site.")
@click.option("--cut", metavar="KEY|TEXT", help="Always cut this line of the site.")
@click.option("--forget-overruling", "lift", metavar="KEY|TEXT", help="Lift what was decided about this line.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that clean. Default: one a processor.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def memory(
    folder: Path, site: str, keep: str | None, cut: str | None, lift: str | None, workers: int | None, as_json: bool
) -> None:
    """Print what SITE (a domain, a URL or a source) has taught, or decide about one of its lines."""
    decisions = [(given, verdict) for given, verdict in ((keep, False), (cut, True), (lift, None)) if given is not None]
    if len(decisions) > 1:
        raise UsageError("Decide about one line at a time: --keep, --cut or --forget-overruling.")
    if decisions:
        _decide(folder, site, *decisions[0], workers=workers, as_json=as_json)
        return
    _print(Archive.open(folder).taught(site), as_json=as_json)


def _decide(folder: Path, site: str, given: str, cut: bool | None, *, workers: int | None, as_json: bool) -> None:
    from pipelines.memory.standalone import keep_up

    key, text = key_given(given)
    known = Archive.open(folder).taught(site)
    text = text or next((line.text for line in known.lines if line.key == f"{key:016x}"), None)
    with Progress("memory", as_json=as_json, total=None) as progress:
        kept = keep_up(
            Folder(folder),
            lambda upkeep: upkeep.overrule(known.site, key, text, cut=cut),
            workers=workers,
            on_progress=progress.upkeep,
        )
    if as_json:
        verdict = None if cut is None else "cut" if cut else "keep"
        fields = {"site": known.site, "key": f"{key:016x}", "text": text, "overruled": verdict}
        print_json(fields | {"generation": kept.generation, "differ": kept.differ})
    else:
        done = "Lifted" if cut is None else "Always cut from now on" if cut else "Never cut from now on"
        click.echo(f"{done}: {text or f'{key:016x}'}")
        click.echo(f"Generation {kept.generation}: the text of {kept.differ:,} snapshots of {known.site} is another.")
    for problem in kept.problems:
        click.echo(problem, err=True)
    sys.exit(130 if kept.stopped else 1 if kept.problems else 0)


def _print(taught: Taught, *, as_json: bool) -> None:
    if as_json:
        for line in taught.lines:
            print_json(line.as_json())
        for other, lines in taught.kin:
            print_json({"site": taught.site, "kin": other, "lines": lines})
        return
    click.secho(
        f"{taught.site}: {taught.articles} articles compared, generation {taught.generation}, "
        f"{len(taught.lines)} lines known",
        bold=True,
    )
    for line in taught.lines:
        click.echo(_line(line, taught.site))
    for other, lines in taught.kin:
        click.echo(f"kin: {other} has the same template ({lines} lines of it)")


def _line(line: TaughtLine, site: str) -> str:
    seen = f"{iso(line.first_seen_at)} to {iso(line.last_seen_at)}" if line.articles else "never seen repeated"
    notes = [f"on {line.articles} articles", seen, f"generation {line.generation}", f"cut {line.cut} times"]
    notes += ["forgotten"] * line.forgotten
    notes += [f"from {line.site}"] * (line.site != site)
    notes += [f"overruled: {line.overruled}"] * (line.overruled is not None)
    return f"{line.key}  {line.text or '(outside the articles)'}\n    {', '.join(notes)}"


sources.add_command(add)
sources.add_command(check)
