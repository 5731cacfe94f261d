"""The command line: parse, call, print."""

import importlib
import logging
import os
import sys
import warnings
from pathlib import Path

import click

from storage.errors import BackissueError, UsageError

# Where each command lies. They are imported when they are asked for: each needs some of the libraries, none all, and
# every worker process imports this module.
COMMANDS = {
    "archive": "cli.commands.writing:archive",
    "crawl": "cli.commands.writing:crawl",
    "demo": "cli.commands.writing:demo",
    "export": "cli.commands.export:export",
    "history": "cli.commands.reading:history",
    "import": "cli.commands.writing:import_",
    "list": "cli.commands.list_:list_",
    "show": "cli.commands.reading:show",
    "sources": "cli.commands.sources_:sources",
    "status": "cli.commands.reading:status",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


def _default_archive() -> Path:
    # An empty variable counts as unset.
    return Path(os.environ.get("BACKISSUE_ARCHIVE") or "archive")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--archive",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="The archive's folder. Default: BACKISSUE_ARCHIVE, else ./archive.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what Scrapy does.")
@click.version_option(package_name="backissue", message="backissue %(version)s")
@click.pass_context
def cli(context: click.Context, folder: Path | None, verbose: bool) -> None:
    """A news archive that you run yourself: clean text, dated snapshots, and what changed in between."""
    context.obj = folder or _default_archive()
    # The level is the handler's: Scrapy sets the root logger's to everything.
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.INFO if verbose else logging.CRITICAL)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    if not verbose:
        warnings.simplefilter("ignore")


def main() -> None:
    """The script's entry. A user's mistake is one line, without a traceback."""
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.Abort:
        click.echo("Interrupted.", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except UsageError as error:
        click.echo(f"backissue: {error}", err=True)
        code = error.exit_code
    except BackissueError as error:
        click.echo(f"backissue: {error}", err=True)
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # The reader of a pipe has enough; the interpreter would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
