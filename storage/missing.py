"""Looks in a visit for signs that its page was taken down. Functions run inside the caller's transaction."""

from sqlalchemy import Connection

from storage import pages, replaced_texts, takedowns
from storage.article import Access, Rendition
from storage.capture import Capture
from storage.directives import forbids_index
from storage.outcome import Outcome
from storage.replaced_texts import Replacement
from storage.takedowns import Sign
from storage.urls import site
from storage.visit import Visit

# How a page is called that was read and is no article.
_NO_ARTICLE = frozenset({"listing", "no_text"})


def leads_elsewhere(
    connection: Connection,
    visit: Visit,
    capture: Capture,
    answered: pages.Alias | None,
    asked: pages.Alias | None,
) -> bool:
    """Whether a page that the archive has redirects to one of the same site that is no article: a section, a search.

    `answered`: the alias of the URL that answered, `asked`: of that or the URL that was asked for.
    """
    return (
        visit.outcome is Outcome.NOT_ARTICLE
        and visit.kind in _NO_ARTICLE
        and bool(capture.redirects)
        and answered is None
        and asked is not None
        and site(capture.url) == site(capture.requested_url)
        and pages.has_snapshot(connection, asked.page_id)
    )


def noindex(visit: Visit, capture: Capture) -> bool | None:
    """Whether a visit saw that search engines are to leave the page out. None: it was not read."""
    if any(name.lower() == "x-robots-tag" and forbids_index(value) for name, value in capture.headers):
        return True if 200 <= capture.status < 300 else None
    return visit.article.noindex if visit.article is not None else None


def sign_of(
    connection: Connection, page: int, visit: Visit, outcome: Outcome, kind: str | None, *, noindex: bool | None
) -> Sign | None:
    """The sign that a visit of a known page gave, other than by comparing texts."""
    if outcome is Outcome.GONE:
        return Sign(kind) if kind in set(Sign) else Sign.SOFT_404
    if outcome is Outcome.NOT_ARTICLE and kind == "no_text" and pages.has_snapshot(connection, page):
        found = visit.found
        lost = takedowns.loses_text_everywhere(connection, site(found.url)) if isinstance(found, Capture) else True
        return None if lost else Sign.TEXT_GONE
    shown = visit.article is None or visit.article.access not in (Access.BLOCKED, Access.CONSENT, Access.LOGIN)
    if noindex and shown and isinstance(visit.found, Capture):
        return Sign.NOINDEX if takedowns.was_indexed(connection, page, visit.found.captured_at) else None
    return None


def compared(
    connection: Connection, page: int, url: str, before: int, rendition: Rendition
) -> tuple[Sign | None, Replacement | None]:
    """What the text of a page that changed says of it beside what it said: a sign, and the replacement that it is.

    `before`: the snapshot with the text that it had.
    """
    old, new = replaced_texts.text_of(connection, before), rendition.text
    if not replaced_texts.replaces(old, new):
        return None, None
    found = Replacement(site=site(url), page=page, digest=rendition.digest, before=before)
    if replaced_texts.is_known(connection, found, old):
        return Sign.LIKE_VANISHED, found
    gone = takedowns.text_gone(old, new) and not takedowns.loses_text_everywhere(connection, found.site)
    return (Sign.TEXT_GONE if gone else None), found
