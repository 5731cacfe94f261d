"""`sources add`: looks what a site offers, shows it, and writes it into sources.toml."""

import tempfile
from pathlib import Path

import click

from cli.printing import print_json
from storage.clock import Clock, iso
from storage.errors import UsageError
from storage.folder import Folder
from storage.source_entries import append_entry, refuse_known
from storage.sources import Source


@click.command(short_help="Find a site's feeds, sitemaps and sections, and add it to sources.toml.")
@click.argument("url")
@click.option("--name", help="The source's name. Default: its domain's.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--allow-private", is_flag=True, help="Fetch addresses that are not public, now and in every crawl.")
@click.option(
    "--delay", type=click.FloatRange(0, 3600), default=2.0, show_default=True, help="Seconds between requests."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def add(
    folder: Path, url: str, name: str | None, dry_run: bool, allow_private: bool, delay: float, as_json: bool
) -> None:
    """Look what the site at URL offers (feeds, sitemaps, section pages), show it, and add it to sources.toml."""
    from crawler.probing.entry import name_for
    from storage.urls import without_fragment

    file, home = Folder(folder).sources, without_fragment(url)
    name = name or name_for(home)
    asked = _source(name, home, allow_private=allow_private, delay=delay)
    refuse_known(file, name, home)
    if dry_run and not Folder(folder).database.is_file():
        # Who only looks gets no archive; what was read of robots.txt goes with the folder.
        with tempfile.TemporaryDirectory(prefix="backissue-") as nowhere:
            _added(Folder(Path(nowhere)), file, asked, dry_run=True, as_json=as_json)
    else:
        _added(Folder(folder), file, asked, dry_run=dry_run, as_json=as_json)


def _source(name: str, home: str, *, allow_private: bool, delay: float) -> Source:
    try:
        return Source(name=name, home=home, allow_private=allow_private, delay=delay)
    except ValueError as error:
        raise UsageError(
            f"{name!r} cannot name a source: a name has small letters a-z, digits, - and _, starts with a letter or a "
            "digit, and is not `watch`. Give another one with --name NAME."
        ) from error


def _added(work: Folder, file: Path, asked: Source, *, dry_run: bool, as_json: bool) -> None:
    from crawler.probing.adding import look
    from crawler.probing.entry import described

    now = Clock().now()
    found = look(work, asked, now=now, on_answer=lambda url: click.echo(f"asking {url}", err=True))
    refuse_known(file, asked.name, found.home)
    if not dry_run:
        append_entry(file, asked.name, found.home, found.entry)
    if as_json:
        for choice in found.choices:
            one = choice.candidate
            fields = {
                "url": one.url,
                "kind": one.kind,
                "form": one.form,
                "named_by": one.named_by,
                "articles": one.articles,
                "fitting": len(one.fitting),
                "newest": iso(one.newest),
                "chosen": choice.chosen,
                "why": choice.why,
            }
            print_json(fields)
        fields = {"source": asked.name, "home": found.home, "title": found.title, "written": not dry_run}
        print_json(fields | {"entry": found.entry, "problems": found.problems})
        return
    click.secho(f"{found.home}  {found.title or ''}", bold=True)
    for choice in found.choices:
        sign = click.style("+", fg="green") if choice.chosen else "-"
        click.echo(f"  {sign} {choice.candidate.url}  {described(choice.candidate)}: {choice.why}")
    for problem in found.problems:
        click.echo(f"  ! {problem}", err=True)
    if dry_run:
        click.echo(f"\n{found.entry}", nl=False)
    else:
        click.echo(f"Added source {asked.name!r} to {file}. `backissue crawl {asked.name}` visits it.")
