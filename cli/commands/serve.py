"""`serve`: the archive in a browser."""

from pathlib import Path

import click


@click.command(short_help="Show the archive in a browser.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="Its port; 0 for any that is free."
)
@click.option(
    "--replay-port",
    type=click.IntRange(0, 65535),
    default=8091,
    show_default=True,
    help="The port of archived pages, which are kept apart from everything else; 0 for any that is free.",
)
@click.option("--no-replay", is_flag=True, help="Show no archived pages as they arrived.")
@click.option("--read-only", is_flag=True, help="Without the form that archives a URL.")
@click.pass_obj
def serve(folder: Path, host: str, port: int, replay_port: int, no_replay: bool, read_only: bool) -> None:
    """Show the archive in a browser, until SIGTERM or Ctrl-C."""
    from starlette.applications import Starlette

    from web.app import create_app
    from web.listening import serve
    from web.replay import create_replay_app
    from web.settings import Settings

    def build(told: Settings) -> tuple[Starlette, Starlette | None]:
        app = create_app(folder, settings=told)
        return app, None if told.replay_port is None else create_replay_app(folder, settings=told)

    settings = Settings(host=host, port=port, replay_port=None if no_replay else replay_port, read_only=read_only)
    serve(build, settings, say=lambda line: click.echo(line, err=True))
