"""`doors`: who may read the archive through `serve`: a password for readers, tokens for programs."""

import sys
from pathlib import Path

import click

from cli.printing import print_json
from storage.clock import Clock, iso
from storage.folder import Folder
from web.doors.keys import Keys


def _keys(folder: Path) -> Keys:
    Folder(folder).must_exist()
    return Keys(Folder(folder))


@click.group(short_help="Say who may read the archive through `serve`.")
def doors() -> None:
    """Who may read the archive through `serve`: a password for readers, tokens for programs."""


@doors.command()
@click.option("--remove", is_flag=True, help="No reader can log in any more.")
@click.pass_obj
def password(folder: Path, remove: bool) -> None:
    """Set or change the password; all sessions end. Asks for it, or reads a line from stdin."""
    keys = _keys(folder)
    if remove:
        keys.remove_password()
        click.echo("Removed: no reader can log in any more.")
        return
    if sys.stdin.isatty():
        given = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    keys.set_password(given)
    click.echo("Set: `backissue serve` asks for it from its next start, and a new one at once. All sessions ended.")


@doors.command()
@click.argument("name")
@click.pass_obj
def token(folder: Path, name: str) -> None:
    """Print a new token for a program; it is shown once, and only its hash is kept."""
    click.echo(_keys(folder).add_token(name, now=Clock().now()))


@doors.command()
@click.argument("name")
@click.pass_obj
def revoke(folder: Path, name: str) -> None:
    """Make a token useless, at once."""
    _keys(folder).revoke(name)
    click.echo(f"Revoked: {name}.")


@doors.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the tokens, and say whether a password is set."""
    known = _keys(folder).known()
    for one in known.tokens:
        if as_json:
            print_json({"token": one.name, "made_at": iso(one.made_at)})
        else:
            click.echo(f"{one.name}  made {iso(one.made_at)}")
    said = "A password is set." if known.password else "No password is set."
    click.echo(said if known.locked else f"{said} Nobody is asked for anything.", err=True)
