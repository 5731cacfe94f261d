"""The command line: parse, call, print."""

import logging
import os
import sys
import warnings
from pathlib import Path

import click

from cli.commands import export, list_, reading, sources_, writing
from storage.errors import BackissueError, UsageError


def _default_archive() -> Path:
    # An empty variable counts as unset.
    return Path(os.environ.get("BACKISSUE_ARCHIVE") or "archive")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


for command in (
    writing.archive,
    writing.crawl,
    writing.import_,
    writing.reextract,
    writing.demo,
    reading.show,
    reading.history,
    list_.list_,
    export.export,
    reading.status,
    sources_.sources,
):
    cli.add_command(command)


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
