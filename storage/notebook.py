"""Values as a notebook shows them: small tables of HTML, in which whatever an archive holds is text."""

from collections.abc import Iterable, Sequence
from html import escape


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; None is an empty cell."""
    head = "".join(f"<th scope=col>{escape(one)}</th>" for one in headings)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def card(title: str, under: Sequence[object], text: str) -> str:
    """A title, a line of what is known, and a text, a paragraph a line."""
    line = " · ".join(escape(str(one)) for one in under if one)
    paragraphs = "".join(f"<p dir=auto>{escape(one)}</p>" for one in text.splitlines())
    return f"<article><h3 dir=auto>{escape(title)}</h3><p>{line}</p>{paragraphs}</article>"


def _cell(value: object) -> str:
    return f"<td dir=auto>{escape('' if value is None else str(value))}</td>"
