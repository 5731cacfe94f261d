"""Feeds out: Atom for new articles, changes and takedowns, whole or by source, search or page."""

import hashlib
from collections.abc import Callable, Sequence
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

import attrs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from storage import page_views
from storage.change_entries import changes
from storage.entries import new_pages, new_pages_of_source
from storage.takedown_entries import takedowns
from web import context
from web.api.operation import Asked, has_it
from web.api.parameters import SOURCE, URL, Parameter, flag, read_all, text
from web.feeds import entries
from web.feeds.atom import MEDIA_TYPE, Entry, Feed

MOST = 50
SUBSTANTIVE = flag("substantive", "Only what says something else now.")
HEADLINE = flag("headline", "Only new headlines.")
STEALTH = flag("stealth", "Only edits without a later modified date.")
Q = text("q", "What a search would find.", required=True)

Part = tuple[str, str, Sequence[Entry]]
"""A title, the page that shows the same, and the entries."""


def _of(asked: Asked, what: str) -> str:
    source = asked.get(SOURCE)
    return f"{what} of {source}" if source else what


def _query(asked: Asked, path: str, *parameters: Parameter[Any]) -> str:
    given = {one.name: asked.get(one) for one in parameters}
    said = {name: "1" if value is True else value for name, value in given.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


def _new_entries(asked: Asked) -> list[Entry]:
    source = asked.get(SOURCE)
    if not source:
        return list(map(entries.new, new_pages(asked.archive, limit=MOST).entries))
    return list(map(entries.new, new_pages_of_source(asked.archive, source, limit=MOST)))


def _change_entries(
    asked: Asked, *, substantive: bool = False, headline: bool = False, stealth: bool = False
) -> list[Entry]:
    part = changes(
        asked.archive, limit=MOST, source=asked.get(SOURCE) or None, substantive=substantive, headline=headline,
        stealth=stealth,
    )  # fmt: skip
    return [entries.change(one) for one in part.entries if one.returns_to is None]


def _takedown_entries(asked: Asked) -> list[Entry]:
    return list(map(entries.takedown, takedowns(asked.archive, limit=MOST, source=asked.get(SOURCE) or None).entries))


def _new(asked: Asked) -> Part:
    source = asked.get(SOURCE)
    return _of(asked, "New articles"), f"/sources/{quote(source)}" if source else "/new", _new_entries(asked)


def _changes(asked: Asked) -> Part:
    found = _change_entries(
        asked, substantive=asked.get(SUBSTANTIVE), headline=asked.get(HEADLINE), stealth=asked.get(STEALTH)
    )
    return _of(asked, "Changes"), _query(asked, "/changes", SOURCE, SUBSTANTIVE, HEADLINE, STEALTH), found


def _takedowns(asked: Asked) -> Part:
    return _of(asked, "Takedowns"), _query(asked, "/gone", SOURCE), _takedown_entries(asked)


def _all(asked: Asked) -> Part:
    found = [*_new_entries(asked), *_change_entries(asked), *_takedown_entries(asked)]
    source = asked.get(SOURCE)
    return _of(asked, "New articles, changes and takedowns"), f"/sources/{quote(source)}" if source else "/", found


def _search(asked: Asked) -> Part:
    query = asked.get(Q)
    found = asked.archive.search(query, limit=MOST).hits
    return f"Search: {query}", _query(asked, "/search", Q), list(map(entries.hit, found))


def _page(asked: Asked) -> Part:
    page = page_views.page(asked.archive, asked.get(URL), limit=MOST)
    return f"Page: {page.title or page.url}", _query(asked, "/page", URL), entries.of_page(page)


@attrs.frozen
class _Endpoint:
    """One feed."""

    name: str
    parameters: tuple[Parameter[Any], ...]
    work: Callable[[Asked], Part]

    def __call__(self, request: Request) -> Response:
        query = request.query_params.multi_items()
        asked = Asked(request, read_all(self.parameters, query, {}, context.now(request)))
        title, alternate, found = self.work(asked)
        path = _query(asked, request.url.path, *self.parameters)
        newest = sorted(found, key=lambda one: (one.updated, one.name), reverse=True)[:MOST]
        feed = Feed(
            name=f"{asked.archive.identity()}/{path.removeprefix('/feeds/')}", title=title,
            base=str(request.base_url), path=path, alternate=alternate, entries=newest,
        )  # fmt: skip
        return _answer(request, feed)


def _answer(request: Request, feed: Feed) -> Response:
    body = feed.as_xml()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(feed.updated.replace(microsecond=0), usegmt=True),
        "Cache-Control": "no-cache",
        # Its links begin with the host that it was asked of.
        "Vary": "Host",
    }
    if _has_it(request, feed, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=MEDIA_TYPE)


def _has_it(request: Request, feed: Feed, etag: str) -> bool:
    # RFC 9110 13.2.2: where there is a tag, the date says nothing.
    if "if-none-match" in request.headers:
        return has_it(request, etag)
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return feed.updated.replace(microsecond=0) <= since
    except (TypeError, ValueError):
        # No date, or one without a zone: it is answered as if there were none (RFC 9110 13.1.3).
        return False


_FEEDS = (
    _Endpoint("all", (SOURCE,), _all),
    _Endpoint("new", (SOURCE,), _new),
    _Endpoint("changes", (SOURCE, SUBSTANTIVE, HEADLINE, STEALTH), _changes),
    _Endpoint("takedowns", (SOURCE,), _takedowns),
    _Endpoint("search", (Q,), _search),
    _Endpoint("page", (URL,), _page),
)


def _route(feed: _Endpoint) -> Route:
    def endpoint(request: Request) -> Response:
        return feed(request)

    return Route(f"/feeds/{feed.name}.atom", endpoint)


ROUTES: list[BaseRoute] = list(map(_route, _FEEDS))
