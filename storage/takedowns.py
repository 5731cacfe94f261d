"""Takedowns: pages that were there and are not any more, suspected by one visit and confirmed by another.

The state of a page is a pure function of its visits in their order (`spells`), so that an import of older captures
changes it as if they had come in time. The table holds its result. Functions that take a connection run inside the
caller's transaction.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import attrs
from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, func, insert, select, update

from storage.outcome import Outcome
from storage.tables import AliasRow, PageRow, UTCDateTime, VisitRow, table
from storage.takedown_tables import TakedownRow
from storage.withholding import visible_page


class Sign(StrEnum):
    """What makes a page look taken down."""

    HTTP_404 = "http_404"
    HTTP_410 = "http_410"
    FRONT_PAGE = "to_front_page"
    """It leads to the front page."""
    SECTION = "to_section"
    """It leads to a section page, or to another that is no article."""
    SOFT_404 = "soft_404"
    """A 200 that says that there is no such page."""
    LIKE_VANISHED = "like_vanished"
    """A 200 with the text that the site has put in the place of other pages too."""
    NOINDEX = "noindex"
    """It asks search engines to leave it out, which it did not before."""
    TEXT_GONE = "text_gone"
    """The page is there without its text."""


# Google's crawler holds a page for 24 hours after a 404 before it believes it, since sites misconfigure themselves so
# often (Matt Cutts, Google Webmaster Help, April 2014). Less what two nightly crawls may lie closer than a day.
CONFIRM_AFTER = timedelta(hours=20)

# How often a page that is gone is looked for: at twice its absence each time, monthly at last.
LONGEST_RECHECK = timedelta(days=30)

# A text of which so little is left was taken out. An edit that cuts nine tenths of an article and leaves no line of it
# is none that an archive may call an edit.
LEFT_OF_TEXT = 0.1

# A site where most pages lose their text at once has been redesigned, or asks for a browser: that is no takedown. Of
# its latest visits.
LATEST_VISITS, MOST_TEXT_GONE, ENOUGH_VISITS = 20, 0.5, 4

_STANDS = frozenset(
    outcome.value for outcome in (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED)
)


@attrs.frozen(kw_only=True)
class Observation:
    """What one visit saw of a page."""

    at: datetime
    outcome: str
    status: int | None
    sign: str | None
    snapshot: int | None
    """The one that it made or saw again."""
    noindex: bool | None
    """None: it was not looked for."""


@attrs.frozen(kw_only=True)
class Takedown:
    """A time in which a page was not there."""

    sign: str
    """Of the first visit."""
    status: int | None
    suspected_at: datetime
    confirmed_at: datetime | None = None
    """None: it is only suspected, or was back before it was confirmed."""
    back_at: datetime | None = None
    """None: it is gone still."""
    back_status: int | None = None
    snapshot: int | None = None
    """The last good one before."""
    stub: int | None = attrs.field(default=None, eq=False)
    """The snapshot of what stands in its place, where that is one."""

    def after(self, seen: Observation) -> "Takedown":
        """The same after one more visit."""
        if seen.sign is not None or self._stays(seen):
            if self.confirmed_at is None and seen.at - self.suspected_at >= CONFIRM_AFTER:
                return attrs.evolve(self, confirmed_at=seen.at)
            return self
        if seen.outcome in _STANDS:
            return attrs.evolve(self, back_at=seen.at, back_status=seen.status)
        return self  # A host that is down or keeps us out says nothing of its pages.

    def _stays(self, seen: Observation) -> bool:
        """Whether a visit without a sign saw what the first one saw: a 304, or the same text in place of another."""
        same = self.stub is not None and seen.snapshot == self.stub
        return same and (self.sign != Sign.NOINDEX or seen.noindex is None)

    def recheck_at(self, now: datetime) -> datetime:
        """When to look again."""
        if self.confirmed_at is None and now < self.suspected_at + CONFIRM_AFTER:
            return self.suspected_at + CONFIRM_AFTER
        return now + min(max(now - self.suspected_at, CONFIRM_AFTER), LONGEST_RECHECK)


def spells(visits: Iterable[Observation]) -> list[Takedown]:
    """The takedowns of a page from all of its visits, oldest first. The last may be open."""
    found: list[Takedown] = []
    good: int | None = None
    for seen in visits:
        if found and found[-1].back_at is None:
            found[-1] = found[-1].after(seen)
        elif seen.sign is not None and good is not None:
            found.append(
                Takedown(sign=seen.sign, status=seen.status, suspected_at=seen.at, snapshot=good, stub=seen.snapshot)
            )
        if seen.sign is None and seen.snapshot is not None and not (found and found[-1].back_at is None):
            good = seen.snapshot
    return found


def text_gone(before: str, after: str) -> bool:
    """Whether hardly any of a page's text is left, and no line of it."""
    left = len(after.split()) <= LEFT_OF_TEXT * len(before.split())
    return left and not set(before.splitlines()) & set(after.splitlines())


# Put together once, as in `storage.pages`.
_PAGE: BindParameter[int] = bindparam("page")
_SITE: BindParameter[str] = bindparam("site")
_takedown = table(TakedownRow)
_OPEN = select(TakedownRow.id).where(TakedownRow.page_id == _PAGE, TakedownRow.back_at.is_(None)).limit(1)
_VISITS = (
    select(
        VisitRow.captured_at,
        VisitRow.outcome,
        VisitRow.status,
        VisitRow.sign,
        VisitRow.snapshot_id,
        VisitRow.noindex,
    )
    .join(AliasRow, AliasRow.id == VisitRow.alias_id)
    .where(AliasRow.page_id == _PAGE)
    .order_by(VisitRow.captured_at, VisitRow.id)
)
_INDEXED_BEFORE = (
    select(VisitRow.id)
    .join(AliasRow, AliasRow.id == VisitRow.alias_id)
    .where(
        AliasRow.page_id == _PAGE,
        VisitRow.noindex.is_(False),
        VisitRow.captured_at < bindparam("at", type_=UTCDateTime()),
    )
    .limit(1)
)
_LATEST_SIGNS = (
    select(VisitRow.sign)
    .join(AliasRow, AliasRow.id == VisitRow.alias_id)
    .join(PageRow, PageRow.id == AliasRow.page_id)
    .where(PageRow.site == _SITE, VisitRow.status.is_not(None))
    .order_by(VisitRow.id.desc())
    .limit(LATEST_VISITS)
)


def is_open(connection: Connection, page: int) -> bool:
    """Whether a page is gone, as far as is known, or suspected to be."""
    return connection.execute(_OPEN, {"page": page}).first() is not None


def note(connection: Connection, page: int, sign: Sign | None, *, now: datetime, imported: bool) -> datetime | None:
    """Take in the visit of a page that was recorded last; returns when to look again where the page is gone.

    `imported`: it may be older than others of the page.
    """
    if sign is None and not imported and not is_open(connection, page):
        return None
    found = rebuild(connection, page)
    return found[-1].recheck_at(now) if found and found[-1].back_at is None else None


def rebuild(connection: Connection, page: int) -> list[Takedown]:
    """Work a page's takedowns out again from its visits."""
    rows = connection.execute(_VISITS, {"page": page})
    found = spells(
        Observation(
            at=row.captured_at,
            outcome=row.outcome,
            status=row.status,
            sign=row.sign,
            snapshot=row.snapshot_id,
            noindex=row.noindex,
        )
        for row in rows
    )
    # One that is there keeps its number: notices go by it.
    query = select(TakedownRow.id, TakedownRow.suspected_at).where(TakedownRow.page_id == page)
    known = {row.suspected_at: row.id for row in connection.execute(query)}
    for one in found:
        values = {
            "sign": one.sign,
            "status": one.status,
            "confirmed_at": one.confirmed_at,
            "back_at": one.back_at,
            "back_status": one.back_status,
            "snapshot_id": one.snapshot,
        }
        number = known.pop(one.suspected_at, None)
        if number is None:
            connection.execute(insert(_takedown).values(page_id=page, suspected_at=one.suspected_at, **values))
        else:
            connection.execute(update(_takedown).where(_takedown.c.id == number).values(**values))
    if known:
        connection.execute(delete(_takedown).where(_takedown.c.id.in_(known.values())))
    return found


def was_indexed(connection: Connection, page: int, before: datetime) -> bool:
    """Whether an earlier visit of a page saw that search engines might have it."""
    return connection.execute(_INDEXED_BEFORE, {"page": page, "at": before}).first() is not None


def loses_text_everywhere(connection: Connection, site: str) -> bool:
    """Whether most of a site's latest visits found pages without their text."""
    signs = list(connection.execute(_LATEST_SIGNS, {"site": site}).scalars())
    return len(signs) >= ENOUGH_VISITS and signs.count(Sign.TEXT_GONE) > MOST_TEXT_GONE * len(signs)


@attrs.frozen(kw_only=True)
class Listed:
    """A takedown with its page's URL."""

    id: int
    url: str
    takedown: Takedown


def takedowns() -> Select[tuple[TakedownRow, str]]:
    """One row per takedown of a page that is not withheld, with its URL. No order."""
    query = select(TakedownRow.__table__, PageRow.url).join(PageRow, PageRow.id == TakedownRow.page_id)
    return query.where(visible_page())


def unconfirmed(connection: Connection) -> list[Listed]:
    """The takedowns that are suspected and neither confirmed nor over, the one suspected for longest first."""
    waiting = takedowns().where(TakedownRow.confirmed_at.is_(None), TakedownRow.back_at.is_(None))
    return _listed(connection, waiting.order_by(TakedownRow.suspected_at, TakedownRow.id))


def confirmed_since(connection: Connection, when: datetime) -> list[Listed]:
    """The takedowns that were confirmed, or whose pages came back after that, since a moment. By number."""
    query = takedowns().where(
        TakedownRow.confirmed_at.is_not(None),
        func.coalesce(TakedownRow.back_at, TakedownRow.confirmed_at) >= when,
    )
    return _listed(connection, query.order_by(TakedownRow.id))


# Put together once: that takes longer than to look them up.
_OF_PAGE = (
    takedowns().where(TakedownRow.page_id == bindparam("page")).order_by(TakedownRow.suspected_at, TakedownRow.id)
)


def of_page(connection: Connection, page: int) -> list[Takedown]:
    """A page's takedowns, oldest first."""
    return [one.takedown for one in _listed(connection, _OF_PAGE, page=page)]


def _listed(connection: Connection, query: Select[tuple[TakedownRow, str]], **values: int) -> list[Listed]:
    return [
        Listed(
            id=row.id,
            url=row.url,
            takedown=Takedown(
                sign=row.sign,
                status=row.status,
                suspected_at=row.suspected_at,
                confirmed_at=row.confirmed_at,
                back_at=row.back_at,
                back_status=row.back_status,
                snapshot=row.snapshot_id,
            ),
        )
        for row in connection.execute(query, values)
    ]
