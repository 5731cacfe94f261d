"""`/pages`, `/page`, `/memento`, `/history`, `/snapshots/ID`, `/blame`, `/first-seen`: pages and what they said."""

from typing import Any

from storage import page_views
from storage.entries import pages_of_source
from storage.errors import PageNotFound
from web.api import values
from web.api.operation import Asked, Operation
from web.api.parameters import CURSOR, LIMIT, SINCE, SOURCE, UNTIL, URL, BadParameter, moment, number, text

NUMBER = number("number", "A snapshot's number.", place="path")
AT = moment("at", "What it said then, else what it says now:", end=True)
PHRASE = text("phrase", "One or more words that stand next to each other.", required=True)


def _pages(asked: Asked) -> dict[str, Any]:
    source, since, until = asked.get(SOURCE), asked.get(SINCE), asked.get(UNTIL)
    if not source:
        found, place = asked.archive.pages_part(limit=asked.get(LIMIT), since=since, until=until, after=asked.place)
    else:
        if since is not None or until is not None:
            raise BadParameter("A source's pages are listed as they came in. Leave since and until out, or search for "
                               "source:NAME after:DATE.")  # fmt: skip
        part = pages_of_source(asked.archive, source, limit=asked.get(LIMIT), after=asked.place)
        found, place = asked.archive.snapshots_by_numbers([one.snapshot for one in part.entries]), part.next
    return asked.part([one.as_json(whole=False) for one in found], place)


def _page(asked: Asked) -> dict[str, Any]:
    return values.page(page_views.page(asked.archive, asked.get(URL), limit=1))


def _memento(asked: Asked) -> dict[str, Any]:
    url, at = asked.get(URL), asked.get(AT)
    # A number would name a snapshot here, and no page.
    if url.isdecimal():
        raise PageNotFound(url)
    view = asked.archive.snapshot(url) if at is None else asked.archive.memento_at(url, at)
    return view.as_json(removed=asked.archive.removed(view))


def _snapshot(asked: Asked) -> dict[str, Any]:
    view = asked.archive.snapshot(asked.get(NUMBER) or 0)
    return view.as_json(removed=asked.archive.removed(view))


def _history(asked: Asked) -> dict[str, Any]:
    url = asked.get(URL)
    versions, place = asked.archive.history_part(url, limit=asked.get(LIMIT), after=asked.place)
    items = [view.as_json(whole=False) | {"change": change.as_json() if change else None} for view, change in versions]
    return asked.part(items, place, events=[one.as_json() for one in asked.archive.events(url)])


def _blame(asked: Asked) -> dict[str, Any]:
    return {"items": [one.as_json() for one in asked.archive.blame(asked.get(URL))], "next": None}


def _first_seen(asked: Asked) -> dict[str, Any]:
    found = asked.archive.first_seen(asked.get(PHRASE), asked.get(URL))
    return {"items": [one.as_json() for one in found], "next": None}


OPERATIONS = (
    Operation(
        name="pages",
        path="/pages",
        summary="Pages by their newest snapshots, the latest first; a source's in the order "
        "in which they came in, the latest first.",
        parameters=(SOURCE, SINCE, UNTIL, LIMIT, CURSOR),
        answer="Snapshots",
        work=_pages,
        not_found=True,
    ),
    Operation(
        name="page",
        path="/page",
        summary="A page at a glance.",
        parameters=(URL,),
        answer="Page",
        work=_page,
        not_found=True,
    ),
    Operation(
        name="memento",
        path="/memento",
        summary="A page's snapshot at a time, with its text.",
        parameters=(URL, AT),
        answer="WholeSnapshot",
        work=_memento,
        not_found=True,
    ),
    Operation(
        name="history",
        path="/history",
        summary="A page's snapshots, oldest first, each with the change to the one "
        "before; and when it was gone or back.",
        parameters=(URL, LIMIT, CURSOR),
        answer="History",
        work=_history,
        not_found=True,
    ),
    Operation(
        name="snapshot",
        path="/snapshots/{number}",
        summary="A snapshot with its text and what was cut.",
        parameters=(NUMBER,),
        answer="WholeSnapshot",
        work=_snapshot,
        not_found=True,
    ),
    Operation(
        name="blame",
        path="/blame",
        summary="Since when each sentence of a page's latest text stands there.",
        parameters=(URL,),
        answer="Sentences",
        work=_blame,
        not_found=True,
    ),
    Operation(
        name="first-seen",
        path="/first-seen",
        summary="When a phrase entered and left a page.",
        parameters=(URL, PHRASE),
        answer="Phrases",
        work=_first_seen,
        not_found=True,
    ),
)
