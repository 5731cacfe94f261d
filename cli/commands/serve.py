"""`serve`: the archive in a browser."""

from pathlib import Path

import click


@click.command(short_help="Show the archive in a browser.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="Its port; 0 for any that is free."
)
@click.option("--read-only", is_flag=True, help="Without the form that archives a URL.")
@click.pass_obj
def serve(folder: Path, host: str, port: int, read_only: bool) -> None:
    """Show the archive in a browser, until SIGTERM or Ctrl-C."""
    from web.app import create_app
    from web.listening import serve
    from web.settings import Settings

    settings = Settings(host=host, port=port, read_only=read_only)
    serve(create_app(folder, settings=settings), settings, say=lambda line: click.echo(line, err=True))
