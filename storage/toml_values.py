"""Checks of single values that several TOML files share. Each raises ValueError with what is wrong."""

import re

from storage.errors import InvalidURL
from storage.urls import parsed

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def web_address(text: str) -> str:
    """An absolute http(s) address, trimmed."""
    try:
        parsed(text)
    except InvalidURL as error:
        raise ValueError(str(error)) from error
    return text.strip()


def table_name(text: str, what: str) -> str:
    """The name of a table; `what`: what it names, such as "source"."""
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} cannot name a {what}; a name has small letters a-z, digits, - and _, and starts with a letter "
            "or a digit"
        )
    return text


def as_tuple(value: object) -> object:
    """A list as a tuple; anything else as it is, for the model to judge."""
    return tuple(value) if isinstance(value, list) else value
