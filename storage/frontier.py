"""The crawl frontier: which URLs are pending, leased and done. Every function runs inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import attrs
from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import aliasing
from storage.errors import InvalidURL
from storage.revisit_plans import take_due
from storage.tables import FrontierRow, table
from storage.urls import key

Kind = Literal["article", "feed", "sitemap", "section"]

# Listings before articles: what they name is taken newest first.
LISTING_PRIORITY = 1_000_000


# Put together once, as in `storage.pages`.
_AGAIN = (FrontierRow.kind == "article", FrontierRow.due_at.is_not(None))
_END = update(table(FrontierRow)).where(table(FrontierRow).c.id == bindparam("entry"))


@attrs.frozen(kw_only=True)
class Entry:
    """A URL to fetch, on lease."""

    id: int
    kind: Kind
    url: str
    attempts: int


@attrs.frozen(kw_only=True)
class Added:
    """What became of URLs that were offered to the frontier."""

    new: int
    known: int
    invalid: int


def add(
    connection: Connection,
    scope: str,
    kind: Kind,
    urls: Iterable[str],
    *,
    now: datetime,
    found_in: str | None = None,
    priority: int = 0,
) -> Added:
    """Put URLs on a scope's list; one that is there already stays as it is.

    The first of the URLs gets the highest priority. URLs that are none are counted, not raised.
    """
    rows, invalid = [], 0
    own = aliasing.apart(connection)
    for index, url in enumerate(urls):
        try:
            identity = url if url in own else key(url)
        except InvalidURL:
            invalid += 1
            continue
        rows.append(
            {
                "scope": scope,
                "kind": kind,
                "key": identity,
                "url": url,
                "state": "pending",
                "priority": priority - index,
                "found_in": found_in,
                "found_at": now,
                "attempts": 0,
            }
        )
    if not rows:
        return Added(new=0, known=0, invalid=invalid)
    before = _size(connection, scope, kind)
    connection.execute(sqlite_insert(FrontierRow).on_conflict_do_nothing(), rows)
    new = _size(connection, scope, kind) - before
    return Added(new=new, known=len(rows) - new, invalid=invalid)


def _size(connection: Connection, scope: str, kind: str) -> int:
    query = select(func.count()).select_from(FrontierRow).where(FrontierRow.scope == scope, FrontierRow.kind == kind)
    return connection.execute(query).scalar_one()


def add_again(connection: Connection, scope: str, kind: Kind, urls: Sequence[str], *, now: datetime) -> None:
    """Put listings on the list for a new run, also those that are done."""
    for index, url in enumerate(urls):
        identity = key(url)
        values = {"state": "pending", "priority": LISTING_PRIORITY - index, "url": url}
        statement = sqlite_insert(FrontierRow).values(
            scope=scope, kind=kind, key=identity, found_at=now, attempts=0, **values
        )
        connection.execute(statement.on_conflict_do_update(index_elements=["scope", "kind", "key"], set_=values))


def offer_listing(
    connection: Connection,
    scope: str,
    kind: Kind,
    url: str,
    run_id: int,
    *,
    now: datetime,
    found_in: str,
    again: bool,
) -> bool:
    """Put a listing that another one names on the list, before all articles. Returns whether a run will read it anew.

    `again`: also where an earlier run has read it. This run reads nothing twice, so that two indexes that name each
    other come to an end. What is no URL is left out.
    """
    try:
        identity = key(url)
    except InvalidURL:
        return False
    values = {"state": "pending", "priority": LISTING_PRIORITY, "url": url}
    statement = sqlite_insert(FrontierRow).values(
        scope=scope, kind=kind, key=identity, found_at=now, found_in=found_in, attempts=0, **values
    )
    if not again:
        statement = statement.on_conflict_do_nothing()
    else:
        others = or_(FrontierRow.run_id.is_(None), FrontierRow.run_id != run_id)
        statement = statement.on_conflict_do_update(
            index_elements=["scope", "kind", "key"], set_=values, where=others & (FrontierRow.state == "done")
        )
    return connection.execute(statement).rowcount > 0


def make_due(connection: Connection, scope: str, *, now: datetime) -> int:
    """Make the done articles pending whose time has come, as far as the scope's budget goes, the likeliest to have been
    edited first. Returns how many."""
    due = take_due(connection, scope, now=now)
    # Below what is new, which begins at 0.
    rows = [{"entry": entry, "state": "pending", "priority": -1 - place} for place, entry in enumerate(due)]
    if rows:
        connection.execute(_END, rows)
    return len(rows)


def lease(
    connection: Connection,
    scope: str,
    run_id: int,
    count: int,
    *,
    avoid: Iterable[str] = (),
    only_again: bool = False,
) -> list[Entry]:
    """Take the next pending URLs for a run, listings first, then by priority and age. May give fewer than `count`.

    `avoid`: URLs whose hosts are left alone; theirs stay pending. `only_again`: only articles that were due again.
    """
    query = (
        select(FrontierRow.id, FrontierRow.kind, FrontierRow.url, FrontierRow.attempts)
        .where(FrontierRow.scope == scope, FrontierRow.state == "pending")
        .where(*(~_on_host(url) for url in avoid), *(_AGAIN if only_again else ()))
        .order_by(FrontierRow.priority.desc(), FrontierRow.id)
        .limit(count)
    )
    rows = connection.execute(query).all()
    if rows:
        statement = update(FrontierRow).where(FrontierRow.id.in_([row.id for row in rows]))
        connection.execute(statement.values(state="leased", run_id=run_id))
    return [Entry(id=row.id, kind=row.kind, url=row.url, attempts=row.attempts) for row in rows]


def _on_host(url: str) -> ColumnElement[bool]:
    where = key(url).partition("/")[0]
    column = FrontierRow.key
    return or_(column == where, *(column.startswith(where + sign, autoescape=True) for sign in "/?#"))


def count_left(connection: Connection, scope: str, *, only_again: bool = False) -> int:
    """How many URLs of a scope are pending or on lease. `only_again`: of the articles that were due again."""
    query = select(func.count()).select_from(FrontierRow).where(*(_AGAIN if only_again else ()))
    return connection.execute(query.where(FrontierRow.scope == scope, FrontierRow.state != "done")).scalar_one()


def give_back(connection: Connection, run_id: int) -> int:
    """Make a run's leased URLs pending again. Returns how many."""
    statement = update(FrontierRow).where(FrontierRow.run_id == run_id, FrontierRow.state == "leased")
    return connection.execute(statement.values(state="pending")).rowcount


def end_listing(connection: Connection, entry: int, *, error: str | None) -> None:
    """Note that a listing was read, or why not."""
    statement = update(FrontierRow).where(FrontierRow.id == entry)
    connection.execute(statement.values(state="done", outcome="failed" if error else "read", error=error))


def watch(connection: Connection, scope: str, url: str, *, now: datetime) -> None:
    """Put a page on the watch list, due with the next crawl of it."""
    statement = sqlite_insert(FrontierRow).values(
        scope=scope, kind="article", key=key(url), url=url, state="done", due_at=now, found_at=now, attempts=0
    )
    connection.execute(statement.on_conflict_do_nothing())
