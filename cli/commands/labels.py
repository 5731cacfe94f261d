"""Commands for the owner's own words about pages and snapshots: `tag`, `note`."""

from pathlib import Path

import click

from cli.left_out import say_what_is_left_out
from cli.printing import as_json_option, print_json
from storage import labels
from storage.archive import Archive
from storage.clock import Clock, iso
from storage.editing import editing
from storage.errors import UsageError
from storage.folder import Folder
from storage.labels import Label


@click.command(short_help="Put a tag on pages and snapshots, take it off, or list tags.")
@click.argument("words", nargs=-1, metavar="[URL|SNAPSHOT]… [NAME]")
@click.option("--remove", is_flag=True, help="Take the tag off.")
@click.option("--list", "listing", is_flag=True, help="Print the tags on URL or SNAPSHOT, or all.")
@as_json_option
@click.pass_obj
def tag(folder: Path, words: tuple[str, ...], remove: bool, listing: bool, as_json: bool) -> None:
    """Put the tag NAME on the pages of these URLs, or on snapshots by their numbers. `search tag:NAME` finds them."""
    if listing:
        archive = Archive.open(folder)
        _print(archive.tags(_at_most_one(words)), "tag", as_json=as_json)
        say_what_is_left_out(archive)
        return
    if len(words) < 2:
        raise UsageError("Give at least one URL or snapshot, and the tag's name after it; or --list.")
    *what, name = words
    with editing(Folder(folder)) as connection:
        if remove:
            count = labels.untag(connection, what, name)
        else:
            count = labels.tag(connection, what, name, now=Clock().now())
    _done({"tag": name, "removed" if remove else "added": count}, as_json=as_json)


@click.command(short_help="Put a note on a page or snapshot, take it off, or list notes.")
@click.argument("words", nargs=-1, metavar="[URL|SNAPSHOT] [TEXT]")
@click.option("--remove", type=int, metavar="NUMBER", help="Take the note with this number off.")
@click.option("--list", "listing", is_flag=True, help="Print the notes on URL or SNAPSHOT, or all.")
@as_json_option
@click.pass_obj
def note(folder: Path, words: tuple[str, ...], remove: int | None, listing: bool, as_json: bool) -> None:
    """Put a note on the page of URL, or on a snapshot by its number. `search note:WORD` finds it."""
    if listing:
        archive = Archive.open(folder)
        _print(archive.notes(_at_most_one(words)), "note", as_json=as_json)
        say_what_is_left_out(archive)
        return
    if remove is not None:
        with editing(Folder(folder)) as connection:
            labels.remove_note(connection, remove)
        _done({"id": remove, "removed": 1}, as_json=as_json)
        return
    if len(words) < 2:
        raise UsageError("Give a URL or a snapshot, and the note's text after it; or --list.")
    with editing(Folder(folder)) as connection:
        made = labels.note(connection, words[0], " ".join(words[1:]), now=Clock().now())
    _done({"id": made, "added": 1}, as_json=as_json)


def _at_most_one(words: tuple[str, ...]) -> str | None:
    if len(words) > 1:
        raise UsageError("--list takes one URL or snapshot, or none for all.")
    return words[0] if words else None


def _print(found: list[Label], key: str, *, as_json: bool) -> None:
    for label in found:
        if as_json:
            print_json(label.as_json(key))
            continue
        where = f"snapshot {label.snapshot} of {label.url}" if label.snapshot else label.url
        number = f"{label.id:>6}  " if key == "note" else ""
        click.echo(f"{number}{label.text}  {where}  {iso(label.added_at)}")


def _done(fields: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(fields)
    else:
        click.echo(", ".join(f"{name} {value}" for name, value in fields.items()))
