"""`backfill`: older mementos of a page or a source, out of other web archives."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from cli.progress import Progress
from pipelines.workers import prepare
from storage.errors import UnknownSource, UsageError
from storage.folder import Folder
from storage.sources import Source, read_sources
from storage.urls import without_fragment

_DATE = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?")
# The first captures of any web archive.
_FIRST = datetime(1996, 1, 1, tzinfo=UTC)


@click.command(short_help="Take older captures of a page or source out of web archives.")
@click.argument("what", metavar="URL|SOURCE")
@click.option("--from", "first", metavar="DATE", help="Captures since then: 2020, 2020-03 or 2020-03-02 (UTC).")
@click.option("--to", "last", metavar="DATE", help="Captures until then, the whole of it. Default: now.")
@click.option("--cdx", metavar="URL", help="The archive's CDX server. Default: the Wayback Machine's.")
@click.option("--timemap", metavar="URL", help="The archive's TimeMaps instead; {url} stands for the page's address.")
@click.option("--replay", metavar="URL", help="What comes before the date in the addresses of its mementos.")
@click.option("--limit", type=click.IntRange(1), help="Take at most so many mementos; exit code 3 if there are more.")
@click.option(
    "--delay", type=click.FloatRange(0, 3600), default=2.0, show_default=True, help="Seconds between requests."
)
@click.option("--allow-private", is_flag=True, help="Ask an archive at an address that is not public.")
@click.option("--workers", type=click.IntRange(1, 64), help="Extraction processes. Default: one a processor.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout, and nothing else there.")
@click.pass_obj
def backfill(
    folder: Path,
    what: str,
    first: str | None,
    last: str | None,
    cdx: str | None,
    timemap: str | None,
    replay: str | None,
    limit: int | None,
    delay: float,
    allow_private: bool,
    workers: int | None,
    as_json: bool,
) -> None:
    """Take the captures that a web archive has of a page, or of the articles of a source, at their original dates."""
    prepare()
    from crawler.backfilling.job import Backfill
    from crawler.backfilling.web_archive import web_archive
    from crawler.process import Process

    source = _source(Folder(folder), what)
    job = Backfill(
        target=source.home if source else without_fragment(what),
        source=source,
        archive=web_archive(cdx, timemap, replay),
        first=_moment(first, "--from", end=False) if first else _FIRST,
        # The range is part of what makes two backfills the same one, so "now" is the end of this day.
        last=_moment(last, "--to", end=True) if last else _end_of_day(datetime.now(UTC)),
    )
    if job.first > job.last:
        raise UsageError(f"--from {first} is later than --to {last or 'today'}. Exchange them.")
    with Progress("backfill", as_json=as_json, total=None) as progress:
        process = Process(
            folder=Folder(folder), workers=workers, on_receipt=progress.receipt, on_upkeep=progress.upkeep
        )

        async def run() -> list[object]:
            return [
                await process.backfill(
                    job, limit=limit, delay=delay, allow_private=allow_private, on_index=progress.index
                )
            ]

        results = process.run(run)
    progress.finish(results)


def _source(folder: Folder, what: str) -> Source | None:
    """The source that was named; None where a URL was given. Raises UnknownSource and SourceFileError."""
    if "://" in what:
        return None
    known = read_sources(folder.sources)
    if what not in known:
        raise UnknownSource(what, list(known))
    return known[what]


def _moment(text: str, option: str, *, end: bool) -> datetime:
    found = _DATE.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        year, month, day = int(found[1]), int(found[2] or (12 if end else 1)), int(found[3] or 0)
        when = datetime(year, month, day or (monthrange(year, month)[1] if end else 1), tzinfo=UTC)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is no date. Write it as 2020, 2020-03 or 2020-03-02.") from error
    return _end_of_day(when) if end else when


def _end_of_day(when: datetime) -> datetime:
    return when.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, seconds=-1)
