"""The command line: parse, call, print."""

import gc
import importlib
import logging
import os
import sys
import warnings
from pathlib import Path
from types import ModuleType

import click

from storage.errors import BackissueError

# Where each command lies. They are imported when they are asked for: each needs some of the libraries, none all, and
# every worker process imports this module.
COMMANDS = {
    "aliases": "cli.commands.stories_:aliases",
    "archive": "cli.commands.writing:archive",
    "backfill": "cli.commands.backfill:backfill",
    "blame": "cli.commands.comparing:blame",
    "changes": "cli.commands.comparing:changes",
    "crawl": "cli.commands.writing:crawl",
    "demo": "cli.commands.writing:demo",
    "diff": "cli.commands.comparing:diff",
    "doors": "cli.commands.doors:doors",
    "evidence": "cli.commands.evidence:evidence",
    "export": "cli.commands.export:export",
    "first-seen": "cli.commands.comparing:first_seen",
    "history": "cli.commands.reading:history",
    "import": "cli.commands.writing:import_",
    "lift": "cli.commands.withholding:lift",
    "list": "cli.commands.list_:list_",
    "note": "cli.commands.labels:note",
    "notices": "cli.commands.notices:notices",
    "replay": "cli.commands.replay:replay",
    "reindex": "cli.commands.stories_:reindex",
    "reextract": "cli.commands.writing:reextract",
    "schedule": "cli.commands.schedule:schedule",
    "search": "cli.commands.search:search",
    "serve": "cli.commands.serve:serve",
    "show": "cli.commands.reading:show",
    "sources": "cli.commands.sources_:sources",
    "stories": "cli.commands.stories_:stories",
    "status": "cli.commands.reading:status",
    "tag": "cli.commands.labels:tag",
    "withhold": "cli.commands.withholding:withhold",
    "worker": "cli.commands.worker:worker",
}


def _imported(name: str) -> ModuleType:
    """A module. Nothing is garbage while it and what it needs are imported for the first time, nor later: to look for
    some, again and again and at the end once more, takes four tenths of what a short command takes."""
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()


class Commands(click.Group):
    """The commands; a reader that has enough is told apart, before click ends the program for it with 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(_imported(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            # click looks for what was meant among commands that are imported.
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from error

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderLeft from error


def _default_archive() -> Path:
    # An empty variable counts as unset.
    return Path(os.environ.get("BACKISSUE_ARCHIVE") or "archive")


class _ReaderLeft(Exception):
    """What reads our output, such as `head`, has closed it."""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


def _one_line(error: click.ClickException) -> str:
    """What click has to say, and what to do, in the form of our own errors."""
    said = " ".join(error.format_message().split())
    said += "" if said.endswith((".", "?", "?)")) else "."
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return said
    group_options = {flag for parameter in cli.params for flag in parameter.opts}
    if isinstance(error, click.NoSuchOption) and error.option_name in group_options and error.ctx.parent is not None:
        return f"{said} It stands before the command: `backissue {error.option_name} … {error.ctx.info_name}`."
    return f"{said} `{error.ctx.command_path} --help` shows what there is."


def main() -> None:
    """The script's entry. A user's mistake is one line, without a traceback."""
    try:
        code = cli.main(prog_name="backissue", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.Abort:
        click.echo("Interrupted.", err=True)
        code = 130
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = error.exit_code
    except click.ClickException as error:
        click.echo(f"backissue: {_one_line(error)}", err=True)
        code = error.exit_code
    except BackissueError as error:
        click.echo(f"backissue: {error}", err=True)
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    except _ReaderLeft:
        # That is no failure; the interpreter would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
