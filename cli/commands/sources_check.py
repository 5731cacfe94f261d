"""`sources check`: whether the rules still find something, and the listings still name articles."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from cli.printing import print_json
from storage.clock import iso
from storage.folder import Folder

if TYPE_CHECKING:
    from crawler.probing.checking import CheckedListing
    from pipelines.rules.check import Checked


@click.command(short_help="Try the sources' listings and rules.")
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--offline", is_flag=True, help="Check the rules alone; fetch nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def check(folder: Path, names: tuple[str, ...], offline: bool, as_json: bool) -> None:
    """Try the entries of the sources, all that are enabled or those named, over the network; and their rules, and the
    rule files, on snapshots that the archive has."""
    # The check brings the extractors along.
    from pipelines.rules.check import check_rules

    found = check_rules(Folder(folder), names)
    wrong = _print_rules(found, as_json=as_json)
    if not offline:
        from crawler.probing.trying import check_listings

        wrong += _print_listings(check_listings(Folder(folder), names), as_json=as_json)
    sys.exit(1 if wrong else 0)


def _print_rules(found: "Sequence[Checked]", *, as_json: bool) -> int:
    """Returns how much is wrong."""
    not_used: Counter[str] = Counter()
    for checked in found:
        not_used.update(checked.not_used)
        if as_json:
            print_json(attrs.asdict(checked))
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
    return wrong


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _print_listings(found: "Sequence[CheckedListing]", *, as_json: bool) -> int:
    """Returns how much is wrong."""
    wrong = 0
    for one in found:
        wrong += one.state != "ok"
        if as_json:
            print_json(attrs.asdict(one) | {"newest": iso(one.newest)})
            continue
        newest = f", newest {one.newest:%Y-%m-%d}" if one.newest else ""
        counts = f"{one.articles:,} articles, {one.fitting:,} fit{newest}" if one.articles else ""
        click.echo(f"{one.source}  {one.kind:<8} {one.state:<9} {one.url}  {counts}".rstrip())
        if one.problem:
            click.echo(f"  ! {one.problem}")
    if found and not as_json:
        sources = len({one.source for one in found})
        click.echo(f"{sources} sources, {len(found)} addresses tried: {wrong or 'nothing'} wrong.")
    return wrong
