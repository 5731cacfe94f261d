"""What has happened in the archive that somebody may want to be told of: changes, takedowns and what came back of them,
drift, failed runs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, and_, func, or_, select

from storage.clock import iso
from storage.health import health
from storage.notice_file import On, Rule
from storage.tables import AliasRow, FireRow, PageRow, RunRow, SourceRow, VisitRow
from storage.takedown_tables import TakedownRow
from storage.withholding import visible


@attrs.frozen(kw_only=True)
class Happening:
    """Something that happened."""

    event: str
    """Tells it from everything else that ever happens in this archive."""
    on: On
    at: datetime
    source: str | None
    url: str | None
    """The page, at its canonical address. None: it concerns a source or the archive."""
    snapshot: int | None
    """The one that the change led to."""
    message: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """What phrases are looked for in: titles and texts, before and after."""

    def as_json(self) -> dict[str, Any]:
        """The fields that a notice carries."""
        return {
            "on": self.on,
            "at": iso(self.at),
            "source": self.source,
            "url": self.url,
            "snapshot": self.snapshot,
            "title": self.title,
            "authors": list(self.authors),
            "message": self.message,
        }


def fits(rule: Rule, happening: Happening, page_keys: frozenset[str], key_of: Callable[[str], str]) -> bool:
    """Whether a rule asks for it. `page_keys`: those of the rule's pages; `key_of`: makes the key of an address."""
    if happening.on not in rule.on or (rule.sources and happening.source not in rule.sources):
        return False
    if happening.url is None:
        return not rule.about_pages
    if page_keys and key_of(happening.url) not in page_keys:
        return False
    wanted = {author.casefold() for author in rule.authors}
    if wanted and not any(author.casefold() in wanted for author in happening.authors):
        return False
    phrases = [phrase.casefold() for phrase in rule.phrases]
    return not phrases or any(phrase in text.casefold() for text in happening.texts for phrase in phrases)


def last_visit(connection: Connection) -> int:
    """The number of the newest visit; 0 where there is none."""
    return connection.execute(select(func.max(VisitRow.id))).scalar() or 0


def of_pages(connection: Connection, after: int, until: int) -> list[Any]:
    """One row per visit that found a page changed, confirmed its takedown, or found it there again after that: `id`,
    `outcome`, `gone`, `back`, `captured_at`, `snapshot_id`, `url` and `source`; nothing that is withheld. Oldest
    first."""
    # What was only suspected was told to nobody, and its end is no news.
    told = and_(TakedownRow.page_id == PageRow.id, TakedownRow.confirmed_at.is_not(None))
    gone, back = (
        select(TakedownRow.id).where(told, when == VisitRow.captured_at).correlate(PageRow, VisitRow).exists()
        for when in (TakedownRow.confirmed_at, TakedownRow.back_at)
    )
    query = (
        select(
            VisitRow.id,
            VisitRow.outcome,
            gone.label("gone"),
            back.label("back"),
            VisitRow.captured_at,
            VisitRow.snapshot_id,
            PageRow.url,
            SourceRow.name.label("source"),
        )
        .join(AliasRow, AliasRow.id == VisitRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
        .where(VisitRow.id > after, VisitRow.id <= until, or_(gone, back, VisitRow.outcome == "changed"))
        .where(visible(snapshot=VisitRow.snapshot_id))
        .order_by(VisitRow.id)
    )
    return list(connection.execute(query).all())


def failed_runs(connection: Connection, since: datetime) -> list[Happening]:
    """Runs that failed since then, and fires that came to nothing. By run, then by fire."""
    query = (
        select(RunRow.id, RunRow.kind, RunRow.error, RunRow.ended_at, SourceRow.name.label("source"))
        .outerjoin(SourceRow, SourceRow.id == RunRow.source_id)
        .where(RunRow.state == "failed", RunRow.ended_at >= since)
        .order_by(RunRow.id)
    )
    runs = [
        _failed(f"run:{row.id}", row.source, row.ended_at, f"The {row.kind} failed: {row.error or 'see `status`'}")
        for row in connection.execute(query).all()
    ]
    lost = select(FireRow).where(FireRow.state == "failed", FireRow.run_id.is_(None), FireRow.ended_at >= since)
    return runs + [
        _failed(f"fire:{row.id}", row.source, row.ended_at, f"The {row.kind} came to nothing: {row.error}")
        for row in connection.execute(lost.order_by(FireRow.id)).all()
    ]


def _failed(event: str, source: str | None, at: datetime, message: str) -> Happening:
    return Happening(event=event, on="failed_run", at=at, source=source, url=None, snapshot=None, message=message)


def drifts(connection: Connection, since: datetime) -> list[Happening]:
    """The signs of the sources with a crawl that ended since then, an event a day each. By source."""
    return [
        Happening(
            event=f"drift:{one.source}:{sign.name}:{one.last_run_at:%Y-%m-%d}",
            on="drift",
            at=one.last_run_at,
            source=one.source,
            url=None,
            snapshot=None,
            message=f"{sign.name}: {sign.message}",
        )
        for one in health(connection, since=since)
        for sign in one.signs
    ]
