"""`sources`: what is configured, and whether it is right."""

import json
import sys
from collections import Counter
from pathlib import Path

import attrs
import click

from storage.folder import Folder
from storage.sources import read_sources

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group()
def sources() -> None:
    """The sources of sources.toml."""


@sources.command(name="list")
@_JSON
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the configured sources; names the line of a mistake."""
    for source in read_sources(Folder(folder).sources).values():
        if as_json:
            click.echo(json.dumps(source.model_dump(mode="json"), ensure_ascii=False))
        else:
            click.echo(f"{source.name}  {source.home}{'' if source.enabled else '  (not enabled)'}")


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


@sources.command()
@click.argument("names", nargs=-1, metavar="[NAME…]")
@_JSON
@click.pass_obj
def check(folder: Path, names: tuple[str, ...], as_json: bool) -> None:
    """Check the rules of the sources, all or those named, and the rule files, on snapshots that the archive has."""
    # The check brings the extractors along.
    from pipelines.rule_check import check_rules

    found = check_rules(Folder(folder), names)
    not_used: Counter[str] = Counter()
    for checked in found:
        not_used.update(checked.not_used)
        if as_json:
            click.echo(json.dumps(attrs.asdict(checked), ensure_ascii=False))
        # Of two thousand shared files, those that say something about this archive.
        elif checked.source or checked.snapshots or checked.problems:
            whose = f"source {checked.source}" if checked.source else checked.origin
            click.echo(f"{whose}: rules {checked.rules}, tried on {len(checked.snapshots)} snapshots")
            for result in checked.results:
                pages = f"{result.pages} of {len(checked.snapshots)} pages"
                click.echo(f"    {result.key:<12} {pages:<14} {result.found:>4} found  {result.selector}")
            for problem in checked.problems:
                click.echo(f"  ! {problem}")
    wrong = sum(len(checked.problems) for checked in found)
    if not as_json:
        files = sum(checked.source is None for checked in found)
        click.echo(f"{len(found) - files} sources with rules, {files} rule files: {wrong or 'nothing'} wrong.")
        if not_used:
            counts = ", ".join(f"{key} {count:,}" for key, count in sorted(not_used.items(), key=_most_first))
            click.echo(f"Lines of rule files that are not used: {counts}.")
    sys.exit(1 if wrong else 0)
