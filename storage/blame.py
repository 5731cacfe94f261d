"""When each sentence of a page's latest text came in."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection

from storage import page_history
from storage.clock import iso
from storage.compare.sentences import sentence_starts
from storage.compare.words import words_of
from storage.errors import PageNotFound
from storage.finding import page_of


@attrs.frozen(kw_only=True)
class Sentence:
    """A sentence of a page's latest text, and when it came in."""

    text: str
    snapshot: int
    since: datetime

    def as_json(self) -> dict[str, Any]:
        """The fields that `blame --json` prints."""
        return {"text": self.text, "snapshot": self.snapshot, "since": iso(self.since)}


def blame(connection: Connection, url: str) -> list[Sentence]:
    """For each sentence of the latest text the snapshot that had it first, without a break, as far as readers are shown
    them. Raises PageNotFound, and Withheld."""
    views = page_history.views(connection, page_of(connection, url), url)
    if not views:
        raise PageNotFound(url)
    latest = _sentences(views[-1].text)
    since = dict.fromkeys((form for form, _ in latest), views[-1])
    open_ones = set(since)
    for view in reversed(views[:-1]):
        open_ones &= {form for form, _ in _sentences(view.text)}
        for form in open_ones:
            since[form] = view
    return [Sentence(text=text, snapshot=since[form].snapshot, since=since[form].captured_at) for form, text in latest]


def _sentences(text: str) -> list[tuple[str, str]]:
    words = words_of(text)
    starts = sentence_starts(words)
    return [
        (" ".join(words.forms[a:b]), words.quote(a, b)) for a, b in zip(starts, [*starts[1:], len(words)], strict=True)
    ]
