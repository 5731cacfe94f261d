"""Commands that add to the archive: `archive`, `crawl`, `import`, `demo`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from cli.progress import Progress
from pipelines.workers import prepare
from storage.clock import Clock
from storage.errors import SourceFileError, UnknownSource, UsageError
from storage.folder import Folder

if TYPE_CHECKING:
    from storage.sources import Source

_JSON = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line on stdout, and nothing else there."
)
_PORT = click.IntRange(0, 65535)
_WORKERS = click.option("--workers", type=click.IntRange(1, 64), help="Extraction processes. Default: one a processor.")


@click.command()
@click.argument("urls", nargs=-1, metavar="URL…")
@click.option("--from", "file", type=click.File("r", encoding="utf-8"), help="Read URLs from a file, or - for stdin.")
@click.option("--watch", is_flag=True, help="Visit these pages again with every `crawl`.")
@click.option("--with-assets", is_flag=True, help="Keep images, styles and fonts of new snapshots too.")
@click.option("--allow-private", is_flag=True, help="Fetch addresses that are not public.")
@click.option(
    "--delay", type=click.FloatRange(0, 3600), default=2.0, show_default=True, help="Seconds between requests."
)
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), default=30.0, show_default=True, help="Seconds for a whole answer."
)
@_WORKERS
@_JSON
@click.pass_obj
def archive(
    folder: Path,
    urls: tuple[str, ...],
    file: TextIO | None,
    watch: bool,
    with_assets: bool,
    allow_private: bool,
    delay: float,
    timeout: float,
    workers: int | None,
    as_json: bool,
) -> None:
    """Fetch these URLs now and keep a snapshot of each."""
    prepare()
    from crawler.process import Process

    wanted = [*urls, *_lines(file)]
    if not wanted:
        raise UsageError("No URL was given. Pass URLs, or a file of them with --from FILE.")
    with Progress("archive", as_json=as_json, total=len(set(wanted))) as progress:
        process = Process(
            folder=Folder(folder), workers=workers, on_receipt=progress.receipt, on_upkeep=progress.upkeep
        )

        async def run() -> list[object]:
            return [
                await process.archive(
                    wanted,
                    allow_private=allow_private,
                    delay=delay,
                    watch=watch,
                    seconds=timeout,
                    with_assets=with_assets,
                )
            ]

        results = process.run(run)
    progress.finish(results)


def _lines(file: TextIO | None) -> list[str]:
    if file is None:
        return []
    try:
        lines = [line.strip() for line in file]
    except UnicodeDecodeError as error:
        raise UsageError("The file of URLs is not UTF-8 text. Save it as UTF-8.") from error
    return [line for line in lines if line and not line.startswith("#")]


@click.command(short_help="Visit the sources of sources.toml.")
@click.argument("names", nargs=-1, metavar="[SOURCE…]")
@click.option("--limit", type=click.IntRange(1), help="Take up at most so many articles a source; exit code 3 if more.")
@click.option("--fresh", is_flag=True, help="Visit again what is due, and nothing else: no feeds, nothing new.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Go back to this day (UTC): old sitemaps, next pages and archives by date are read as well.",
)
@click.option(
    "--listings",
    type=click.IntRange(1),
    help="With --since: read at most so many further listings a source; exit code 3 if more. Default: 500.",
)
@click.option("--allow-private", is_flag=True, help="Fetch watched pages at addresses that are not public.")
@_WORKERS
@_JSON
@click.pass_obj
def crawl(
    folder: Path,
    names: tuple[str, ...],
    limit: int | None,
    fresh: bool,
    since: datetime | None,
    listings: int | None,
    allow_private: bool,
    workers: int | None,
    as_json: bool,
) -> None:
    """Visit the sources of sources.toml, all or those named: discover, fetch what is due, archive."""
    if fresh and since is not None:
        raise UsageError("--fresh reads no listings and --since reads more of them. Give one of the two.")
    if not fresh:
        # What is asked for every quarter of an hour first looks whether there is anything to do.
        prepare()
    chosen, watched = _chosen(Folder(folder), names)
    if fresh:
        from storage.waiting import is_anything_due

        scopes = [*(source.name for source in chosen), *(["watch"] if watched else [])]
        if not is_anything_due(Folder(folder), scopes, Clock()):
            click.echo("Nothing is due.", err=True)
            return
        prepare()
    from crawler.depth import MOST_LISTINGS
    from crawler.notices.sending import notify
    from crawler.process import Process

    if since is not None:
        since, listings = since.replace(tzinfo=UTC), listings or MOST_LISTINGS
    elif listings is not None:
        raise UsageError("--listings bounds a crawl with --since. Give --since DATE too, or leave it out.")
    with Progress("crawl", as_json=as_json, total=None) as progress:
        process = Process(
            folder=Folder(folder),
            workers=workers,
            allow_private=allow_private,
            on_receipt=progress.receipt,
            on_listing=progress.listing,
            on_upkeep=progress.upkeep,
        )
        results = process.run(
            lambda: process.crawl(
                chosen, limit=limit, watched=watched, fresh=fresh, since=since, most_listings=listings
            )
        )
    # After a Ctrl-C nothing is waited for: what was collected goes out with the next crawl.
    for failure in notify(Folder(folder), send=all(result.state != "interrupted" for result in results)).failures:
        click.echo(f"A notice failed; the crawl did not. {failure}", err=True)
    progress.finish(results)


def _chosen(folder: Folder, names: tuple[str, ...]) -> "tuple[list[Source], bool]":
    """The sources that were named, or all that are enabled; and whether the watched pages are meant too."""
    from storage.sources import FIRST_SOURCE, read_sources
    from storage.waiting import has_watched_pages

    known = read_sources(folder.sources)
    for name in names:
        if name not in known and name != "watch":
            raise UnknownSource(name, list(known))
    chosen = [known[name] for name in names if name in known] if names else [s for s in known.values() if s.enabled]
    watched = "watch" in names if names else has_watched_pages(folder)
    if not chosen and not watched:
        why = "no source is enabled" if known else f"there is no source yet, and {FIRST_SOURCE}"
        raise SourceFileError(folder.sources, None, why)
    return chosen, watched


@click.command(name="import", short_help="Take the captures out of WARC or WACZ files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@_WORKERS
@_JSON
@click.pass_obj
def import_(folder: Path, files: tuple[Path, ...], workers: int | None, as_json: bool) -> None:
    """Take the captures out of WARC or WACZ files, at their own dates."""
    prepare()
    from crawler.process import Process

    for file in files:
        if not file.is_file():
            raise UsageError(f"{file} is not a file. Give the path of a WARC or WACZ file.")
    size = sum(file.stat().st_size for file in files)
    with Progress("import", as_json=as_json, total=size, in_bytes=True) as progress:
        process = Process(
            folder=Folder(folder),
            workers=workers,
            on_receipt=progress.receipt,
            on_read=progress.read,
            on_upkeep=progress.upkeep,
        )

        async def run() -> list[object]:
            return [await process.take_in(files)]

        results = process.run(run)
    progress.finish(results)


@click.command()
@click.option("--source", help="Only this source's snapshots.")
@click.option("--page", metavar="URL", help="Only this page's snapshots.")
@click.option("--all", "everything", is_flag=True, help="Every snapshot, also those that this version has read.")
@_WORKERS
@_JSON
@click.pass_obj
def reextract(
    folder: Path, source: str | None, page: str | None, everything: bool, workers: int | None, as_json: bool
) -> None:
    """Read snapshots again from their WARC records, by this version. By default those that it has not read."""
    prepare()
    from pipelines.memory.reextract import reextract as read_again
    from pipelines.memory.reextract import selection
    from pipelines.memory.standalone import keep_up

    if sum((source is not None, page is not None, everything)) > 1:
        raise UsageError("--source, --page and --all exclude each other. Give one of them, or none.")
    wanted = selection(source=source, page=page, everything=everything)
    with Progress("reextract", as_json=as_json, total=None) as progress:
        result = keep_up(
            Folder(folder),
            lambda upkeep: read_again(upkeep, wanted, progress.reread),
            workers=workers,
            on_progress=progress.upkeep,
        )
    for problem in result.problems:
        click.echo(problem, err=True)
    progress.finish_reextract(result)


@click.command(short_help="Crawl a made-up newspaper on this machine.")
@click.option(
    "--ports",
    type=(_PORT, _PORT),
    default=(8471, 8472),
    show_default=True,
    metavar="A B",
    help="Where the two sites listen; 0 takes any port that is free.",
)
@click.option("--week", is_flag=True, help="Seven nights, with all that an archive has to notice.")
@click.pass_context
def demo(context: click.Context, ports: tuple[int, int], week: bool) -> None:
    """Crawl a made-up newspaper on this machine twice, a simulated day apart, and show what that gives."""
    given = context.parent is not None and context.parent.params.get("folder")
    folder = context.obj if given else Path("demo-archive")
    if week:
        from cli.demo.nights import nights

        sys.exit(nights(folder, ports))
    from cli.demo.tour import tour

    sys.exit(tour(folder, ports))


__all__ = ["archive", "crawl", "demo", "import_", "reextract"]
