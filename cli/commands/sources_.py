"""`sources`: what is configured."""

import json
from pathlib import Path

import click

from storage.folder import Folder
from storage.sources import FIRST_SOURCE, read_sources


@click.group()
def sources() -> None:
    """The sources of sources.toml."""


@sources.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the configured sources; names the line of a mistake."""
    file = Folder(folder).sources
    sources = read_sources(file)
    if not sources:
        click.echo(f"{file}: there is no source yet, and {FIRST_SOURCE}.", err=True)
    for source in sources.values():
        if as_json:
            click.echo(json.dumps(source.model_dump(mode="json"), ensure_ascii=False))
        else:
            click.echo(f"{source.name}  {source.home}{'' if source.enabled else '  (not enabled)'}")
