"""`notices`: what the rules of notices.toml have told, and whether their ways work."""

import sys
from pathlib import Path

import click

from cli.printing import print_json
from storage.clock import iso


@click.command(short_help="Print what waits to be told; try the ways.")
@click.option("--test", is_flag=True, help="Send a test by every way of every rule.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def notices(folder: Path, test: bool, as_json: bool) -> None:
    """Print the rules of notices.toml, what waits for each, and what failed."""
    from storage.archive import Archive
    from storage.folder import Folder
    from storage.notice_file import read_notices

    if test:
        _test(folder, as_json=as_json)
    rules = read_notices(Folder(folder).notices).rules
    posts = Archive.open(folder).posts()
    for name in sorted({*rules, *posts}):
        post = posts.get(name)
        row = {
            "rule": name,
            "on": list(rules[name].on) if name in rules else [],
            "waiting": post.waiting if post else 0,
            "unsent": post.unsent if post else 0,
            "last_sent_at": iso(post.last_sent_at) if post else None,
            "error": post.error if post else None,
        }
        if as_json:
            print_json(row)
            continue
        on = ", ".join(rules[name].on) if name in rules else "no such rule any more"
        click.echo(f"{name} ({on}): {row['waiting']} waiting, last sent {row['last_sent_at'] or 'never'}")
        if row["error"]:
            click.echo(f"  ! {row['error']}")


def _test(folder: Path, *, as_json: bool) -> None:
    from crawler.notices.sending import try_ways
    from storage.folder import Folder

    failed = False
    for rule, way, error in try_ways(Folder(folder)):
        failed = failed or error is not None
        if as_json:
            print_json({"rule": rule, "way": way, "error": error})
        else:
            click.echo(f"{rule}: {way}: {error or 'sent'}")
    sys.exit(1 if failed else 0)
