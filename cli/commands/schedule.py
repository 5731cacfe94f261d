"""`schedule`: stay up, and have each source crawled at its times."""

import signal
import sys
from pathlib import Path

import click

from cli.printing import print_json
from storage.clock import iso

# `-P`: a folder named `cli` where the scheduler was started must not be taken for ours.
COMMAND = (sys.executable, "-P", "-m", "cli.main")


@click.command(short_help="Stay up; crawl each source at its own times.")
@click.option("--list", "only_list", is_flag=True, help="Print when each source is crawled next and was last, and end.")
@click.option(
    "--at-once", type=click.IntRange(1, 32), default=2, show_default=True, help="Crawls at once; the others wait."
)
@click.option(
    "--metrics", metavar="HOST:PORT", help="Serve /metrics for Prometheus and /health. :PORT is for this machine alone."
)
@click.option("--json", "as_json", is_flag=True, help="With --list: one JSON object a line.")
@click.pass_obj
def schedule(folder: Path, only_list: bool, at_once: int, metrics: str | None, as_json: bool) -> None:
    """Crawl each source of sources.toml at its own times, until SIGTERM or Ctrl-C."""
    if only_list:
        _list(folder, as_json=as_json)
        return
    from crawler.metrics.server import serving
    from crawler.notices.sending import notify
    from crawler.schedule.scheduler import Scheduler
    from storage.folder import Folder

    def say(line: str) -> None:
        click.echo(line, err=True)

    def chore() -> None:
        for failure in notify(Folder(folder)).failures:
            say(f"A notice failed. {failure}")

    scheduler = Scheduler(Folder(folder), command=COMMAND, at_once=at_once, say=say, chore=chore)
    with serving(scheduler.folder, metrics, ill=scheduler.ill, running=lambda: scheduler.crawls.running, say=say):
        stopped_by = scheduler.run()
    # SIGTERM is how a service manager ends it, and no failure.
    sys.exit(130 if stopped_by == signal.SIGINT else 0)


def _list(folder: Path, *, as_json: bool) -> None:
    from crawler.schedule.listing import listing
    from storage.folder import Folder

    for row in listing(Folder(folder)):
        if as_json:
            print_json(row.as_json())
            continue
        last = "never"
        if row.last is not None:
            last = f"{iso(row.last.scheduled_at)} {row.last.state}"
            last += f" ({row.last.error})" if row.last.error else ""
        click.echo(f"{row.job.source:<24} {row.job.kind:<6} next {iso(row.next_at)}  last {last}  [{row.job.trigger}]")
