"""What is asked of the search, and what it answers, as frozen values."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, TypedDict

import attrs

from storage import moments, notebook
from storage.clock import Clock, iso
from storage.snapshot_views import SnapshotView

# More than fits a screen or a page of the API. Whoever wants all of them exports, or follows the cursors.
MAX_LIMIT = 1000


@attrs.frozen(kw_only=True)
class Search:
    """One search."""

    query: str = ""
    """In the language of docs/search.md. Empty: everything."""
    scope: Literal["newest", "all", "as_of"] = "newest"
    """The newest snapshot of each page, all snapshots, or the newest of each page that the archive held at `as_of`."""
    as_of: datetime | None = None
    """Aware. Only with the scope `as_of`."""
    order: Literal["date", "relevance"] = "date"
    """By date: the latest capture first."""
    limit: int = 20
    """Hits at a time, 1 to 1000."""
    cursor: str | None = None
    """Go on after this place, which an earlier page of the same search named."""
    fold: bool = False
    """One hit for a story, with the number of its others."""


class Options(TypedDict, total=False):
    """The fields of a Search beside its query."""

    scope: Literal["newest", "all", "as_of"]
    as_of: str | datetime
    """Brings its scope along. A date may be cut short: `2026-03` is as of the end of that month."""
    order: Literal["date", "relevance"]
    limit: int
    cursor: str | None
    fold: bool


def asked(query: Search | str, options: Options) -> Search:
    """A search, out of a query or another search, and what is to be otherwise. Raises NotADate."""
    search = query if isinstance(query, Search) else Search(query=query)
    changed: dict[str, Any] = dict(options)
    if "as_of" in options:
        changed = {"scope": "as_of"} | changed | {"as_of": moments.moment(options["as_of"], Clock().now())}
    return attrs.evolve(search, **changed)


@attrs.frozen(kw_only=True)
class Snippet:
    """A piece of a text, with what was searched for."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    """Where matches begin and end in it, in characters. None: it matched elsewhere (title, byline, a field)."""
    starts: bool = True
    """It begins where the text begins."""
    ends: bool = True
    """It ends where the text ends."""

    def as_json(self) -> dict[str, Any]:
        """As `search --json` prints it."""
        return {"text": self.text, "marks": [list(mark) for mark in self.marks]}


@attrs.frozen(kw_only=True)
class Hit:
    """A snapshot that was found."""

    view: SnapshotView
    snippet: Snippet
    title_marks: tuple[tuple[int, int], ...] = ()
    """Where matches begin and end in the title."""
    score: float | None = None
    """By relevance: higher is better; comes from one search, and means nothing beside another's. None: by date."""
    others: int = 0
    """Folded: how many other snapshots of its story were found."""

    def as_json(self) -> dict[str, Any]:
        """As `search --json` prints it."""
        fields = self.view.as_json(whole=False)
        return fields | {"snippet": self.snippet.as_json(), "score": self.score}


@attrs.frozen(kw_only=True)
class Found:
    """A page of hits."""

    hits: tuple[Hit, ...]
    cursor: str | None
    """For the next page. None: these were the last."""
    bounded: bool = False
    """By relevance: there were more matches than are weighed, and these are the best of the newest."""

    def _repr_html_(self) -> str:
        return notebook.table(
            ("captured", "title", "where", "page"),
            [
                (iso(one.view.captured_at), one.view.title, one.snippet.text, one.view.canonical_url)
                for one in self.hits
            ],
        )


@attrs.frozen(kw_only=True)
class Facets:
    """What was found, counted."""

    total: int
    by_source: dict[str | None, int]
    """Most first. None: pages of no source."""
    by_month: dict[str, int]
    """"2026-03", by capture, the latest first."""
    by_language: dict[str | None, int]
    """Most first. None: not known."""
    complete: bool = True
    """False: only the newest were counted, as many as the caller asked for."""

    @classmethod
    def counted(cls, counts: Iterable[tuple[str | None, str, str | None, int]], *, complete: bool = True) -> "Facets":
        """Out of how often each source, month and language was found together."""
        sources: Counter[str | None] = Counter()
        months: Counter[str] = Counter()
        languages: Counter[str | None] = Counter()
        for source, month, language, count in counts:
            sources[source] += count
            months[month] += count
            languages[language] += count
        return cls(
            total=sources.total(),
            by_source=dict(sources.most_common()),
            by_month=dict(sorted(months.items(), reverse=True)),
            by_language=dict(languages.most_common()),
            complete=complete,
        )

    @classmethod
    def of_hits(cls, hits: "Iterable[Hit]") -> "Facets":
        """Of a search whose first page has all that it found, without looking for it again. Not of a folded one."""
        views = (hit.view for hit in hits)
        return cls.counted((one.source, f"{one.captured_at:%Y-%m}", one.language, 1) for one in views)

    def as_json(self) -> dict[str, Any]:
        """As `search --counts --json` prints it."""
        return {
            "total": self.total,
            "complete": self.complete,
            "by_source": [{"source": name, "count": count} for name, count in self.by_source.items()],
            "by_month": [{"month": month, "count": count} for month, count in self.by_month.items()],
            "by_language": [{"language": code, "count": count} for code, count in self.by_language.items()],
        }
