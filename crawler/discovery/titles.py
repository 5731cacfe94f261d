"""Headlines of a listing as plain text."""

import html
import re

# A headline is a hint here; the article's own is kept. Longer ones are cut so that a listing stays small.
MAX_TITLE_LENGTH = 500

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
# Controls and lone surrogates, which neither a terminal nor a database takes.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def plain(title: str | None) -> str | None:
    """A headline without markup and entities, on one line, of at most 500 characters. None where nothing is left."""
    if not title:
        return None
    text = html.unescape(_TAG.sub("", title[: 10 * MAX_TITLE_LENGTH]))
    return " ".join(_UNPRINTABLE.sub(" ", text).split())[:MAX_TITLE_LENGTH].strip() or None
