"""`worker`: archive what readers have asked for."""

import sys
from pathlib import Path

import click

from cli.progress import Progress
from pipelines.workers import prepare


@click.command(short_help="Archive what readers have put on the queue.")
@click.option("--once", is_flag=True, help="End when nothing waits.")
@click.option("--allow-private", is_flag=True, help="Fetch addresses that are not public.")
@click.option(
    "--delay", type=click.FloatRange(0, 3600), default=2.0, show_default=True, help="Seconds between requests."
)
@click.option("--workers", type=click.IntRange(1, 64), help="Extraction processes. Default: one a processor.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout, and nothing else there.")
@click.pass_obj
def worker(folder: Path, once: bool, allow_private: bool, delay: float, workers: int | None, as_json: bool) -> None:
    """Archive what readers have put on the queue of the web page, until SIGTERM or Ctrl-C."""
    prepare()
    from crawler.process import Process
    from crawler.queue_worker import QueueWorker
    from storage.folder import Folder

    with Progress("archive", as_json=as_json, total=None) as progress:
        process = Process(folder=Folder(folder), workers=workers, on_upkeep=progress.upkeep)
        results = QueueWorker(
            process=process, allow_private=allow_private, delay=delay, once=once, on_receipt=progress.receipt
        ).run()
    if not results:
        click.echo("Nothing was waiting." if once else "Stopped.", err=True)
        sys.exit(0)
    progress.finish(results)
