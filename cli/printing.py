"""What commands that print records share."""

import json

import click

as_json_option = click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")


def print_json(value: object) -> None:
    """One JSON value on a line of its own, in the letters that it is written in."""
    click.echo(json.dumps(value, ensure_ascii=False))
