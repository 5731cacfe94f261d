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
@click.option("--replay-origin", metavar="URL", help="Where others reach that port, behind a reverse proxy.")
@click.option("--no-replay", is_flag=True, help="Show no archived pages as they arrived.")
@click.option("--read-only", is_flag=True, help="Without the form that archives a URL.")
@click.option("--public", is_flag=True, help="Let everybody read, without a password; read-only.")
@click.option("--host-name", "names", multiple=True, metavar="NAME", help="Another name that it is reached by. Repeat.")
@click.option(
    "--proxy", "proxies", multiple=True, metavar="ADDRESS",
    help="A reverse proxy, which is believed when it says who asks. Repeat.",
)  # fmt: skip
@click.option(
    "--rate", type=click.IntRange(min=0), default=600, show_default=True,
    help="Requests a minute from one address other than this machine's; 0 for no limit.",
)  # fmt: skip
@click.pass_obj
def serve(
    folder: Path, host: str, port: int, replay_port: int,
    replay_origin: str | None, no_replay: bool, read_only: bool, public: bool,
    names: tuple[str, ...], proxies: tuple[str, ...], rate: int,
) -> None:  # fmt: skip
    """Show the archive in a browser, until SIGTERM or Ctrl-C."""
    from starlette.applications import Starlette

    from storage.folder import Folder
    from web.app import create_app
    from web.doors.bound import with_keys
    from web.listening import serve
    from web.replay import create_replay_app
    from web.settings import Settings

    def build(told: Settings) -> tuple[Starlette, Starlette | None]:
        app = create_app(folder, settings=told)
        return app, None if told.replay_port is None else create_replay_app(folder, settings=told)

    settings = Settings(
        host=host, port=port, replay_port=None if no_replay else replay_port, read_only=read_only or public,
        replay_origin=replay_origin.rstrip("/") if replay_origin else None,
        public=public, host_names=names, proxies=proxies, requests_a_minute=rate,
    )  # fmt: skip
    serve(build, with_keys(settings, Folder(folder)), say=lambda line: click.echo(line, err=True))
