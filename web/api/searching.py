"""`/search` and `/counts`: what stands in the texts."""

from typing import Any, cast

from storage.search import Options
from web.api.operation import Asked, Operation
from web.api.parameters import CURSOR, LIMIT, choice, flag, moment, text

Q = text("q", 'In the language of the search: words, "phrases", OR, -, prefix*, title:, source:, after: and so on.')
SCOPE = choice("scope", "The newest snapshot of each page, or all.", "newest", "all")
AS_OF = moment("as_of", "What the archive held then, in place of the scope:", end=True)
ORDER = choice("order", "The latest or the best first.", "date", "relevance")
FOLD = flag("fold", "One hit for a story, with the number of its others.")

# Of what is found so much is counted, the newest.
COUNTED = 10_000


def _options(asked: Asked) -> Options:
    as_of = asked.get(AS_OF)
    options: dict[str, Any] = {"scope": asked.get(SCOPE)} if as_of is None else {"as_of": as_of}
    return cast(Options, options)


def _search(asked: Asked) -> dict[str, Any]:
    options = _options(asked) | {"order": asked.get(ORDER), "limit": asked.get(LIMIT), "fold": asked.get(FOLD)}
    found = asked.archive.search(asked.get(Q), **cast(Options, options | {"cursor": asked.get(CURSOR) or None}))
    items = [hit.as_json() | {"folded": hit.others} for hit in found.hits]
    return {"items": items, "next": found.cursor, "bounded": found.bounded}


def _counts(asked: Asked) -> dict[str, Any]:
    return asked.archive.facets(asked.get(Q), at_most=COUNTED, **_options(asked)).as_json()


OPERATIONS = (
    Operation(
        name="search",
        path="/search",
        summary="Snapshots by their words and by much else, with where they say so.",
        parameters=(Q, SCOPE, AS_OF, ORDER, FOLD, LIMIT, CURSOR),
        answer="Hits",
        work=_search,
    ),
    Operation(
        name="counts",
        path="/counts",
        summary=f"How many a search finds, by source, month and language; of the newest {COUNTED:,}.",
        parameters=(Q, SCOPE, AS_OF),
        answer="Counts",
        work=_counts,
    ),
)
