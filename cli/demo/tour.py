"""The demo: crawls the made-up newspaper twice, a simulated day apart, and shows what a reader would want to see."""

import shlex
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from cli.demo.newspaper import Newspaper, PortUnavailable, Site
from storage.archive import Archive
from storage.clock import Clock
from storage.errors import UsageError
from storage.folder import Folder
from storage.outcome import Outcome, Receipt
from storage.sources import Source, read_sources

NAMES = ("ledger", "tagblatt")
_MARK = "made by `backissue demo`"


def tour(path: Path, ports: tuple[int, int]) -> int:
    """Run the demo into a folder; returns the exit code. Raises UsageError where the folder holds another archive."""
    from crawler.process import Process

    folder = Folder(path)
    receipts: list[tuple[int, Receipt]] = []
    now = datetime.now(UTC)
    try:
        newspaper = Newspaper(today=now.date(), ports=ports)
        with newspaper:
            # Only now: where the ports are taken, the last demo's archive stays.
            clear(folder)
            sources = write_sources(folder, newspaper.sites)

            # One process for both days: its clock is set forward in between.
            process = Process(folder=folder, on_receipt=lambda receipt: receipts.append((newspaper.day, receipt)))
            process.clock = Clock(offset=timedelta(days=-1))

            async def two_days() -> list[Any]:
                click.secho("Day 1: the first crawl …", bold=True)
                first = await process.crawl(sources, limit=None)
                newspaper.day = 2
                process.set_clock(Clock())
                click.secho("Day 2: the same sources again …", bold=True)
                return [*first, *await process.crawl(sources, limit=None)]

            results = process.run(two_days)
    except PortUnavailable as error:
        raise UsageError(str(error)) from error
    _report(folder, receipts, results)
    code: int = max(result.exit_code for result in results)
    return code


def _program() -> str:
    """What runs this program again: its name where the shell finds it, else the path that it was run by."""
    run_by = shutil.which(sys.argv[0])
    return "backissue" if shutil.which("backissue") or run_by is None else shlex.quote(run_by)


def clear(folder: Folder) -> None:
    """Empty the folder of an earlier demo. Raises UsageError where it is another's."""
    if not folder.path.exists():
        return
    mark = folder.sources.read_text(encoding="utf-8") if folder.sources.is_file() else ""
    if _MARK in mark:
        shutil.rmtree(folder.path)
    elif any(folder.path.iterdir()):
        raise UsageError(f"{folder.path} is not empty and not the demo's. Name another folder with --archive DIR.")


def write_sources(folder: Folder, sites: tuple[Site, Site]) -> list[Source]:
    """Make the archive's folder with a `sources.toml` for the two sites; returns what it says."""
    folder.make()
    folder.sources.write_text(_sources(sites), encoding="utf-8")
    return list(read_sources(folder.sources).values())


def _sources(sites: tuple[Site, Site]) -> str:
    parts = [f"# Sources of the demo, {_MARK}; the folder is emptied when it runs again.\n"]
    for name, site in zip(NAMES, sites, strict=True):
        sections = ", ".join(f'"{url}"' for url in (site.home, *site.sections))
        parts.append(
            f'[sources.{name}]\ntitle = "{site.name}"\nhome = "{site.home}"\nfeeds = ["{site.feed}"]\n'
            f'sitemaps = ["{site.sitemap}"]\nsections = [{sections}]\nrobots_sitemaps = true\n'
            # A day is simulated in seconds; a real site gets the default delay.
            "delay = 0\nconcurrency = 4\nmax_age_days = 0\nallow_private = true\n"
        )
    return "\n".join(parts)


def _report(folder: Folder, receipts: list[tuple[int, Receipt]], results: list[Any]) -> None:
    archive = Archive.open(folder.path)
    first = [r for day, r in receipts if day == 1 and r.outcome is Outcome.NEW]
    second = [r for day, r in receipts if day == 2]
    languages = sorted({view.language or "?" for view in archive.snapshots()})
    click.secho(f"\nDay 1: {len(first)} articles kept, in {', '.join(languages)}, from two sites.", bold=True)
    limited = [r for _, r in receipts if r.access in ("teaser", "metered") and r.outcome is Outcome.NEW]
    for receipt in limited:
        click.echo(f"  {receipt.access}: {receipt.title}")
    click.secho("\nDay 2", bold=True)
    for receipt in second:
        if receipt.outcome is Outcome.NEW:
            click.echo(f"  new      {receipt.title}")
    for receipt in second:
        if receipt.outcome is Outcome.CHANGED:
            click.echo(f"  changed  {receipt.title}")
            change = archive.history(receipt.url)[0][-1][1]
            if change is not None:
                stealth = ", without saying so (same modified date)" if change.stealth else ""
                click.echo(f"           +{change.words_added} −{change.words_removed} words{stealth}: {change.summary}")
    for receipt in second:
        if receipt.outcome is Outcome.GONE:
            held = archive.snapshot(receipt.url)
            click.echo(f"  gone?    {held.title} (HTTP {receipt.status}; kept as snapshot {held.snapshot})")
    for receipt in second:
        if receipt.outcome is Outcome.BLOCKED:
            click.echo(f"  blocked  {receipt.url} (robots.txt)")
    click.secho("\nOne text on both sites", bold=True)
    for story in archive.stories():
        origin, *others = story.pages
        for page in others:
            click.echo(
                f"  {page.relation.value.replace('_', ' ')}, {page.share:.0%} of it: {origin.title} → {page.title}"
            )
    click.secho("\nEvery URL ended in one outcome", bold=True)
    for index, result in enumerate(results):
        counts = ", ".join(f"{count} {name}" for name, count in sorted(result.outcomes.items()))
        click.echo(f"  day {1 + index // 2}, {result.name}: {sum(result.outcomes.values())} taken up: {counts}")
    example = next((r.url for r in second if r.outcome is Outcome.CHANGED), first[0].url if first else "")
    commands = (f"history {example}", "search ferry", "list", "stories", "status", "export > articles.jsonl", "serve")
    try_next(folder, *commands)


def try_next(folder: Folder, *commands: str) -> None:
    """Print where the archive lies, and commands to go on with."""
    click.secho("\nIt lies in", bold=True)
    click.echo(f"  {folder.database}\n  {folder.warc}/\n  {folder.sources}")
    click.secho("\nTry next", bold=True)
    base = f"{_program()} --archive {shlex.quote(str(folder.path))}"
    for command in commands:
        click.echo(f"  {base} {command}")
