"""`/search`: what stands in the texts, with filters, and by month."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import attrs
from starlette.requests import Request
from starlette.responses import Response

from storage.search.query import NotADate, period
from storage.search.request import Facets, Search
from web.cache import kept
from web.context import archive, cache, render, source_names
from web.fitting import fitting
from web.plots.months import months_plot

A_PART = 20

# Of what is found so much is counted, the newest: enough to see when it was written of.
COUNTED = 1_000

# A reader's question is a line; longer ones are other programs'.
LONGEST_QUERY = 1_000

# What stands in the other fields of the form is a name or a date.
LONGEST_FIELD = 200


@attrs.frozen(kw_only=True)
class Asked:
    """What the form holds, as it was typed."""

    q: str
    source: str
    lang: str
    since: str
    until: str
    every: bool
    """All versions of a page, and not the newest alone."""
    best: bool
    """The best matches first, and not the newest."""
    fold: bool

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Asked":
        """What stands in an address."""
        return cls(
            q=values.get("q", "")[:LONGEST_QUERY],
            source=values.get("source", "")[:LONGEST_FIELD],
            lang=values.get("lang", "")[:LONGEST_FIELD],
            since=values.get("from", "").strip()[:LONGEST_FIELD],
            until=values.get("to", "").strip()[:LONGEST_FIELD],
            every=values.get("scope") == "all",
            best=values.get("order") == "relevance",
            fold=values.get("fold") == "1",
        )

    @property
    def query(self) -> str:
        """In the language of the search. What was typed stands last: an open quotation mark takes nothing along."""
        parts = []
        if self.source:
            parts.append(f"source:{_quoted(self.source)}")
        if self.lang:
            parts.append(f"lang:{_quoted(self.lang)}")
        if self.since:
            parts.append(f"after:{_quoted(self.since)}")
        if self.until:
            covered = period(self.until)
            if covered is None:
                raise NotADate("to ", self.until)
            parts.append(f"before:{covered[1]:%Y-%m-%d}")
        return " ".join([*parts, f"({_balanced(self.q)})" if parts and self.q.strip() else self.q])

    def search(self, cursor: str | None = None, *, limit: int = A_PART) -> Search:
        """As the library takes it."""
        return Search(
            query=self.query,
            scope="all" if self.every else "newest",
            order="relevance" if self.best else "date",
            fold=self.fold,
            limit=limit,
            cursor=cursor or None,
        )

    def path(self, **other: str) -> str:
        """The address of this search, with some of it otherwise."""
        values = {
            "q": self.q, "source": self.source, "lang": self.lang, "from": self.since, "to": self.until,
            "scope": "all" if self.every else "", "order": "relevance" if self.best else "",
            "fold": "1" if self.fold else "",
        }  # fmt: skip
        values |= other
        return "/search?" + urlencode({name: value for name, value in values.items() if value})

    @property
    def anything(self) -> bool:
        """Whether there is anything to search for."""
        return bool(self.q.strip() or self.source or self.lang or self.since or self.until)


@kept
def search(request: Request) -> Response:
    """The form, and what was found."""
    opened = archive(request)
    asked = Asked.of(request.query_params)
    names = source_names(request)
    if not asked.anything:
        return render(request, "search.html", asked=asked, sources=names, found=None, facets=None, plot=None)
    cursor = request.query_params.get("after")
    found = opened.search(asked.search(cursor))
    counted: Facets
    if not cursor and found.cursor is None and not asked.fold and not found.bounded:
        counted = Facets.of_hits(found.hits)
    else:
        counted = cache(request).get(
            f"facets {asked.path(order='', fold='')}",
            lambda: opened.facets(asked.search(), at_most=COUNTED),
            steady=True,
        )
    plot = months_plot(counted.by_month, lambda start, end: asked.path(**{"from": start, "to": end}))

    def values(limit: int) -> dict[str, object]:
        shown = found if limit == A_PART else opened.search(asked.search(cursor, limit=limit))
        return {"asked": asked, "sources": names, "found": shown, "facets": counted, "plot": plot}

    return fitting(request, "search.html", values, most=A_PART)


_PHRASE = re.compile(r'"[^"]*(?:"|$)')


def _balanced(query: str) -> str:
    """A query as it is, or without its parentheses where one of them has no other: it would undo what stands around."""
    depth = 0
    for sign in _PHRASE.sub("", query):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            break
    return query if depth == 0 else query.replace("(", " ").replace(")", " ")


def _quoted(value: str) -> str:
    return '"' + value.replace('"', " ") + '"'
