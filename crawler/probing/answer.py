"""What came of asking one URL for a listing."""

from collections.abc import Awaitable
from typing import Literal, Protocol

import attrs

from crawler.discovery.listing import FurtherKind, Listing

AnswerState = Literal["ok", "changed", "dead", "blocked"]


@attrs.frozen(kw_only=True)
class Answer:
    """What came of asking one URL for a listing."""

    url: str
    """As asked."""

    final_url: str
    """The URL that answered, after redirects; the one that was asked where none did."""

    kind: FurtherKind
    """What it was asked for."""

    state: AnswerState
    """"ok": it is what it was asked for. "changed": something else came. "dead": nothing did, or an error.
    "blocked": the site, or its robots.txt, keeps us out."""

    moved_for_good: bool = False
    """Whether every redirect on the way was a permanent one (301, 308)."""

    listing: Listing | None = None
    """What it names. None unless the state is "ok"."""

    body: bytes = attrs.field(default=b"", repr=False)
    problem: str | None = None
    """One line. None where the state is "ok"."""


class Ask(Protocol):
    """Asks a URL for a listing. Never raises: what goes wrong is in the answer."""

    def __call__(self, url: str, kind: FurtherKind, /) -> Awaitable[Answer]: ...
