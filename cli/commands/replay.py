"""`replay`: pywb on the archive's WARC files, where pywb is installed."""

from pathlib import Path

import click


@click.command(short_help="Start pywb on the archive's WARC files.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address that pywb listens on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Its port.")
@click.option("--index", "only_index", is_flag=True, help="Print the index of captures that pywb is given, and end.")
@click.pass_obj
def replay(folder: Path, host: str, port: int, only_index: bool) -> None:
    """Start pywb, a program of its own, on the archive's WARC files, until Ctrl-C.

    It lets scripts run, as far as they were kept. pywb has to be installed: its `wayback` is looked for on the PATH,
    or named by BACKISSUE_PYWB.
    """
    from cli.pywb import run
    from storage.archive import Archive
    from storage.replaying.pywb_index import lines

    archive = Archive.open(folder)
    if only_index:
        for line in lines(archive):
            click.echo(line, nl=False)
        return
    run(archive, host=host, port=port, say=lambda line: click.echo(line, err=True))
