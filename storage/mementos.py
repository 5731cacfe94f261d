"""What a backfill needs of the archive: its list, and whether a memento has been taken."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from storage import frontier, pages
from storage.outcome import ERRORS, Outcome
from storage.tables import AliasRow, FrontierRow, PageRow, SnapshotRow, SourceRow, VisitRow

# A memento's date is whole seconds; a visit of ours has fractions.
_SECOND = timedelta(seconds=1)


def scope_of(*parts: str) -> str:
    """The frontier's list of a backfill: the same for the same target, archive and range, so that it goes on."""
    return "backfill:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def begin(connection: Connection, scope: str, index_urls: Sequence[str], *, now: datetime) -> bool:
    """Make a backfill's list ready: what was under way when it was killed, or failed, is pending again; where nothing
    is, the index is read anew. Returns whether it goes on where it was. The caller holds the scope's lock.
    """
    here = FrontierRow.scope == scope
    left = connection.execute(select(func.count()).where(here, FrontierRow.state != "done")).scalar_one()
    again = (FrontierRow.state == "leased") | FrontierRow.outcome.in_(["failed", *(one.value for one in ERRORS)])
    connection.execute(update(FrontierRow).where(here, again).values(state="pending", outcome=None))
    if not left:
        frontier.add_again(connection, scope, "sitemap", index_urls, now=now)
    return bool(left)


def end(connection: Connection, entry: int, outcome: Outcome, *, error: str | None) -> None:
    """Note how a memento ended. It never becomes due: what another archive has does not change."""
    statement = update(FrontierRow).where(FrontierRow.id == entry)
    connection.execute(statement.values(state="done", outcome=outcome.value, error=error))


def leave_out(connection: Connection, entry: int, reason: str) -> None:
    """Note that a memento was not taken."""
    statement = update(FrontierRow).where(FrontierRow.id == entry)
    connection.execute(statement.values(state="done", outcome="left_out", error=reason))


def is_taken(connection: Connection, url: str, when: datetime) -> bool:
    """Whether the archive has a visit of a URL's page in that second, from whatever archive or its own."""
    alias = pages.find_alias(connection, url)
    if alias is None:
        return False
    query = (
        select(VisitRow.id)
        .join(AliasRow, AliasRow.id == VisitRow.alias_id)
        .where(AliasRow.page_id == alias.page_id, VisitRow.captured_at >= when, VisitRow.captured_at < when + _SECOND)
    )
    return connection.execute(query.limit(1)).first() is not None


def has_by_then(connection: Connection, url: str, when: datetime) -> bool:
    """Whether the archive has a snapshot of a URL's page that was captured by then."""
    alias = pages.find_alias(connection, url)
    return alias is not None and pages.newest_snapshot(connection, alias.page_id, when) is not None


def pages_of(connection: Connection, source: str) -> list[str]:
    """The URLs of a source's pages that have a snapshot, the newest first."""
    kept = select(SnapshotRow.id).join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    query = (
        select(PageRow.url)
        .join(SourceRow, SourceRow.id == PageRow.source_id)
        .where(SourceRow.name == source, kept.where(AliasRow.page_id == PageRow.id).exists())
        .order_by(PageRow.id.desc())
    )
    return list(connection.execute(query).scalars())
