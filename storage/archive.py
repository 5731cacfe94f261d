"""An archive for readers: what it holds, as frozen values. Never writes."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import attrs
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from storage import comparable, compare, database, hosts, ledger, pages, posts, takedowns
from storage.aliasing import AliasView, aliases_of
from storage.article import APART
from storage.change_tables import ChangeRow
from storage.clock import Clock, iso
from storage.disk import disk
from storage.errors import InvalidURL, PageNotFound, SourceNotFound
from storage.folder import Folder
from storage.health import health
from storage.links import pages_of
from storage.story_tables import BodyRow, SnapshotBodyRow
from storage.tables import (
    AliasRow,
    BlockRow,
    CutRow,
    ExtractionRow,
    PageRow,
    RecordRow,
    RenditionRow,
    RunRow,
    SnapshotRow,
    SourceRow,
    VisitRow,
    WarcFileRow,
)
from storage.taught import Taught, find_site, taught
from storage.urls import use_rules_of

if TYPE_CHECKING:
    from storage.stories import Story

# More digits than this may be more than a 64-bit column holds, which the database's driver would refuse to compare.
MAX_ID_DIGITS = 18


@attrs.frozen(kw_only=True)
class SnapshotView:
    """A snapshot in its newest rendition."""

    snapshot: int
    url: str
    """As captured."""
    canonical_url: str
    source: str | None
    title: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    published_raw: str | None
    modified_at: datetime | None
    captured_at: datetime
    last_seen_at: datetime
    language: str | None
    section: str | None
    access: str
    words: int
    text: str
    digest: str
    rendition: str
    """The versions that made it."""
    rendition_id: int
    extraction_id: int
    warc: tuple[str, int]
    """File and offset."""
    memento: str | None
    """Where it was taken from (URI-M), where another web archive captured it."""
    story: str | None
    """The story that its text belongs to; None where no other page has it or one like it."""

    def as_json(self, *, removed: list[dict[str, Any]] | None = None, whole: bool = True) -> dict[str, Any]:
        """The fields that other programs may rely on; `whole` with the text."""
        fields: dict[str, Any] = {
            "snapshot": self.snapshot,
            "url": self.url,
            "canonical_url": self.canonical_url,
            "source": self.source,
            "title": self.title,
            "authors": list(self.authors),
            "published_at": iso(self.published_at),
            "published_raw": self.published_raw,
            "modified_at": iso(self.modified_at),
            "captured_at": iso(self.captured_at),
            "last_seen_at": iso(self.last_seen_at),
            "language": self.language,
            "access": self.access,
            "words": self.words,
        }
        if whole:
            fields["text"] = self.text
        fields |= {"digest": self.digest, "rendition": self.rendition, "story": self.story}
        if whole:
            fields["removed"] = removed or []
        fields |= {"warc": {"file": self.warc[0], "offset": self.warc[1]}, "memento": self.memento}
        return fields


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened to a page: `gone` or `back`."""

    event: str
    at: datetime
    status: int | None
    sign: str | None = None
    """Of `gone`: by what it was seen (`storage.takedowns.Sign`)."""
    confirmed_at: datetime | None = None
    """Of `gone`: when a second visit confirmed it. None: it is, or was, only suspected."""
    snapshot: int | None = None
    """Of `gone`: the last good one before."""

    def as_json(self) -> dict[str, Any]:
        """As `history --json` prints it."""
        fields: dict[str, Any] = {"event": self.event, "at": iso(self.at), "status": self.status}
        if self.event == "gone":
            fields |= {
                "sign": self.sign,
                "suspected": self.confirmed_at is None,
                "confirmed_at": iso(self.confirmed_at),
                "snapshot": self.snapshot,
            }
        return fields


@attrs.frozen(kw_only=True)
class RunView:
    """A run, with its outcomes counted."""

    run: int
    kind: str
    source: str | None
    state: str
    started_at: datetime
    ended_at: datetime | None
    taken_up: int
    outcomes: dict[str, int]
    skipped: dict[str, int]
    listings: int
    listings_failed: int
    error: str | None

    def as_json(self) -> dict[str, Any]:
        """Dates in ISO 8601."""
        return attrs.asdict(self) | {"started_at": iso(self.started_at), "ended_at": iso(self.ended_at)}


def snapshots(*, all_versions: bool = False) -> Any:
    """One row per page, with its newest snapshot, or one per snapshot; each in its newest rendition. No order."""
    newest = aliased(RenditionRow)
    # By generation first: a page may have been cleaned once more by an older one, to be compared with another.
    newest_rendition = (
        select(newest.id)
        .where(newest.snapshot_id == SnapshotRow.id)
        .order_by(newest.generation.desc(), newest.id.desc())
        .limit(1)
        .correlate(SnapshotRow)
        .scalar_subquery()
    )
    memento = (
        select(VisitRow.memento)
        .where(VisitRow.snapshot_id == SnapshotRow.id, VisitRow.captured_at == SnapshotRow.captured_at)
        .order_by(VisitRow.id)
        .limit(1)
        .correlate(SnapshotRow)
        .scalar_subquery()
    )
    last_seen = select(func.max(VisitRow.captured_at)).where(VisitRow.snapshot_id == SnapshotRow.id).scalar_subquery()
    query: Any = (
        select(
            SnapshotRow.id,
            AliasRow.url,
            PageRow.url.label("canonical_url"),
            SourceRow.name.label("source"),
            ExtractionRow.title,
            ExtractionRow.authors,
            ExtractionRow.published_at,
            ExtractionRow.published_raw,
            ExtractionRow.modified_at,
            SnapshotRow.captured_at,
            last_seen.label("last_seen_at"),
            ExtractionRow.language,
            ExtractionRow.section,
            SnapshotRow.access,
            RenditionRow.words,
            RenditionRow.text,
            RenditionRow.digest,
            ExtractionRow.extractor,
            RenditionRow.rules,
            RenditionRow.generation,
            RenditionRow.id.label("rendition_id"),
            ExtractionRow.id.label("extraction_id"),
            WarcFileRow.name.label("file"),
            RecordRow.offset,
            memento.label("memento"),
            BodyRow.story,
        )
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
        .join(RenditionRow, RenditionRow.id == newest_rendition)
        .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
        .join(RecordRow, RecordRow.id == SnapshotRow.record_id)
        .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
        .outerjoin(SnapshotBodyRow, SnapshotBodyRow.snapshot_id == SnapshotRow.id)
        .outerjoin(BodyRow, BodyRow.id == SnapshotBodyRow.body_id)
    )
    if not all_versions:
        later_alias, later = aliased(AliasRow), aliased(SnapshotRow)
        newer = (
            select(later.id)
            .join(later_alias, later_alias.id == later.alias_id)
            .where(later_alias.page_id == PageRow.id)
            .order_by(later.captured_at.desc(), later.id.desc())
            .limit(1)
            .correlate(PageRow)
            .scalar_subquery()
        )
        query = query.where(SnapshotRow.id == newer)
    return query


class Archive:
    """An archive, open for reading."""

    def __init__(self, folder: Folder):
        self.folder = folder
        use_rules_of(folder.path)
        self.engine = database.open_engine(folder.database, write=False)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open the archive in a folder. Raises ArchiveNotFound, NewerDatabase, OlderDatabase, DatabaseFailed."""
        folder = Folder(Path(path))
        folder.must_exist()
        archive = cls(folder)
        database.check(archive.engine)
        return archive

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def snapshots(
        self,
        *,
        all_versions: bool = False,
        source: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[SnapshotView]:
        """The newest snapshot of each page, or every one. Oldest first; newest first where limited.

        Raises SourceNotFound, at the first step.
        """
        query = snapshots(all_versions=all_versions)
        if source is not None:
            query = query.where(SourceRow.name == source)
        order = (SnapshotRow.captured_at, SnapshotRow.id)
        if limit is not None or newest_first:
            query = query.order_by(*(column.desc() for column in order)).limit(limit)
        else:
            query = query.order_by(*order)
        with database.reading(self.engine) as connection:
            if source is not None:
                _must_know(connection, source)
            for row in connection.execution_options(yield_per=500).execute(query):
                yield _view(row)

    def folded(
        self, *, all_versions: bool, source: str | None, limit: int, fold: bool
    ) -> Iterator[tuple[SnapshotView, int]]:
        """Like `snapshots`, newest first, each with 0; or one for each story, its latest, with the number of its other
        pages."""
        if not fold:
            yield from ((view, 0) for view in self.snapshots(all_versions=all_versions, source=source, limit=limit))
            return
        seen: Counter[str] = Counter()
        kept: list[SnapshotView] = []
        for view in self.snapshots(all_versions=all_versions, source=source, newest_first=True):
            if view.story is None or not seen[view.story]:
                if len(kept) == limit:
                    break
                kept.append(view)
            if view.story is not None:
                seen[view.story] += 1
        with database.reading(self.engine) as connection:
            for view in kept:
                yield view, pages_of(connection, view.story) - 1 if view.story is not None else 0

    def snapshot(self, what: str) -> SnapshotView:
        """A snapshot by its number, or the newest of a URL's page. Raises PageNotFound."""
        with database.reading(self.engine) as connection:
            query = snapshots(all_versions=True).order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
            if what.isdecimal() and len(what) <= MAX_ID_DIGITS:
                row = connection.execute(query.where(SnapshotRow.id == int(what)).limit(1)).first()
            else:
                row = connection.execute(query.where(AliasRow.page_id == _page(connection, what)).limit(1)).first()
        if row is None:
            raise PageNotFound(what)
        return _view(row)

    def stories(
        self, url: str | None = None, *, source: str | None = None, limit: int | None = None
    ) -> "Iterator[Story]":
        """The stories with a page, or all; those whose origin was captured last first. Raises PageNotFound and
        SourceNotFound."""
        # It brings numpy along, which no other reading command needs.
        from storage.stories import stories

        with database.reading(self.engine) as connection:
            if source is not None:
                _must_know(connection, source)
            page = _page(connection, url) if url is not None else None
            yield from stories(connection, page=page, source=source, limit=limit)

    def aliases(self, url: str) -> list[AliasView]:
        """The URLs that lead to a URL's page. Raises PageNotFound."""
        with database.reading(self.engine) as connection:
            return aliases_of(connection, _page(connection, url))

    def removed(self, view: SnapshotView) -> list[dict[str, Any]]:
        """What a rendition leaves out, in order: of each block its reason, text and number, from 1."""
        query = (
            select(CutRow.reason, BlockRow.text, BlockRow.position)
            .join(BlockRow, BlockRow.position == CutRow.position)
            .where(CutRow.rendition_id == view.rendition_id, BlockRow.extraction_id == view.extraction_id)
            .order_by(CutRow.position)
        )
        with database.reading(self.engine) as connection:
            return [
                {"reason": row.reason, "text": row.text, "block": row.position + 1} for row in connection.execute(query)
            ]

    def taught(self, site: str) -> Taught:
        """What a site, by its domain, a URL of it or its source's name, has taught. Raises UnknownSite."""
        with database.reading(self.engine) as connection:
            return taught(connection, find_site(connection, site))

    def raw_text(self, view: SnapshotView) -> str:
        """A snapshot's text with nothing cut."""
        query = (
            select(BlockRow.text)
            .where(
                BlockRow.extraction_id == view.extraction_id,
                BlockRow.kind.not_in([kind.value for kind in APART]),
            )
            .order_by(BlockRow.position)
        )
        with database.reading(self.engine) as connection:
            return "\n".join(connection.execute(query).scalars())

    def history(self, url: str) -> tuple[list[tuple[SnapshotView, compare.Change | None]], list[Event]]:
        """A page's snapshots, oldest first, each with the change to the one before, and its events.

        Raises PageNotFound.
        """
        with database.reading(self.engine) as connection:
            page = _page(connection, url)
            query = snapshots(all_versions=True).where(AliasRow.page_id == page)
            views = [_view(row) for row in connection.execute(query.order_by(SnapshotRow.captured_at, SnapshotRow.id))]
            events = _events(takedowns.of_page(connection, page))
            made = comparable.renditions(connection, page)
            changes: list[tuple[SnapshotView, compare.Change | None]] = []
            for index, view in enumerate(views):
                before = views[index - 1] if index else None
                changes.append((view, _change(connection, made, before, view) if before else None))
        return changes, events

    def runs(self, limit: int = 20) -> list[RunView]:
        """The latest runs, newest first."""
        with database.reading(self.engine) as connection:
            rows = connection.execute(
                select(
                    RunRow.id,
                    RunRow.kind,
                    SourceRow.name.label("source"),
                    RunRow.state,
                    RunRow.started_at,
                    RunRow.ended_at,
                    RunRow.skipped,
                    RunRow.listings,
                    RunRow.listings_failed,
                    RunRow.error,
                    RunRow.tally,
                )
                .select_from(RunRow)
                .outerjoin(SourceRow, SourceRow.id == RunRow.source_id)
                .order_by(RunRow.id.desc())
                .limit(limit)
            ).all()
            return [self._run(connection, row) for row in rows]

    @staticmethod
    def _run(connection: Connection, row: Any) -> RunView:
        counted = select(VisitRow.outcome, func.count()).where(VisitRow.run_id == row.id).group_by(VisitRow.outcome)
        outcomes = Counter({str(outcome): int(count) for outcome, count in connection.execute(counted)})
        outcomes.update(row.tally or {})
        return RunView(
            run=row.id,
            kind=row.kind,
            source=row.source,
            state=row.state,
            started_at=row.started_at,
            ended_at=row.ended_at,
            taken_up=outcomes.total(),
            outcomes=dict(sorted(outcomes.items())),
            skipped=row.skipped,
            listings=row.listings,
            listings_failed=row.listings_failed,
            error=row.error,
        )

    def posts(self) -> dict[str, posts.Post]:
        """What there is of the notices of each rule that ever had one."""
        with database.reading(self.engine) as connection:
            return {post.rule: post for post in posts.posts(connection)}

    def status(self, clock: Clock | None = None) -> dict[str, Any]:
        """Runs, sources, what is due, and what looks wrong, as `status --json` prints it."""
        now = (clock or Clock()).now()
        runs, taken = self.runs(), disk(self.folder)
        with database.reading(self.engine) as connection:
            found = health(connection)
            unconfirmed = takedowns.unconfirmed(connection)
            return {
                "pages": connection.execute(select(func.count()).select_from(PageRow)).scalar_one(),
                "snapshots": connection.execute(select(func.count()).select_from(SnapshotRow)).scalar_one(),
                "bytes": taken.total,
                "disk": attrs.asdict(taken),
                "runs": [run.as_json() for run in runs],
                "totals": ledger.totals(connection),
                "sources": ledger.sources_of(connection, found, now),
                "due": sum(ledger.due_by_scope(connection, now).values()),
                "takedowns": {
                    "unconfirmed": len(unconfirmed),
                    "oldest": {"url": unconfirmed[0].url, "gone_at": iso(unconfirmed[0].takedown.suspected_at)}
                    if unconfirmed
                    else None,
                },
                "distrusted": [
                    {"host": one.origin, "until": iso(one.until), "lies": one.lies, "audits": one.audits}
                    for one in hosts.distrusted(connection, now)
                ],
                "notices": ledger.notices(connection),
                "alarms": [one.as_json() for one in ledger.alarms(connection, self.folder, found, taken, now)],
            }


def _change(
    connection: Connection, made: dict[int, list[comparable.Made]], old: SnapshotView, new: SnapshotView
) -> compare.Change | None:
    """From one snapshot to another, as it was worked out, else in the newest version that both have. None where they
    have none in common: what differs may be ours."""
    pair = comparable.same_version(made[old.snapshot], made[new.snapshot])
    if pair is None:
        return None
    stored = connection.execute(
        select(*ChangeRow.__table__.columns).where(
            ChangeRow.new_snapshot_id == new.snapshot,
            ChangeRow.old_snapshot_id == old.snapshot,
            ChangeRow.old_rendition_id == pair[0],
            ChangeRow.new_rendition_id == pair[1],
        )
    ).first()
    if stored is not None:
        return compare.Change(**{field.name: getattr(stored, field.name) for field in attrs.fields(compare.Change)})
    return compare.change_between(*(comparable.version(connection, rendition) for rendition in pair))


def _must_know(connection: Connection, source: str) -> None:
    known = connection.execute(select(SourceRow.name).order_by(SourceRow.name)).scalars().all()
    if source not in known:
        raise SourceNotFound(source, list(known))


def _page(connection: Connection, url: str) -> int:
    try:
        alias = pages.find_alias(connection, url)
    except InvalidURL as error:
        raise PageNotFound(url) from error
    if alias is None:
        raise PageNotFound(url)
    return alias.page_id


def _events(of_page: list[takedowns.Takedown]) -> list[Event]:
    events: list[Event] = []
    for one in of_page:
        events.append(
            Event(
                event="gone",
                at=one.suspected_at,
                status=one.status,
                sign=one.sign,
                confirmed_at=one.confirmed_at,
                snapshot=one.snapshot,
            )
        )
        if one.back_at is not None:
            events.append(Event(event="back", at=one.back_at, status=one.back_status))
    return events


def _view(row: Any) -> SnapshotView:
    return SnapshotView(
        snapshot=row.id,
        url=row.url,
        canonical_url=row.canonical_url,
        source=row.source,
        title=row.title,
        authors=tuple(row.authors),
        published_at=row.published_at,
        published_raw=row.published_raw,
        modified_at=row.modified_at,
        captured_at=row.captured_at,
        last_seen_at=row.last_seen_at or row.captured_at,
        language=row.language,
        section=row.section,
        access=row.access,
        words=row.words,
        text=row.text,
        digest=row.digest,
        rendition=f"{row.extractor}; {row.rules}; memory {row.generation}",
        rendition_id=row.rendition_id,
        extraction_id=row.extraction_id,
        warc=(row.file, row.offset),
        memento=row.memento,
        story=row.story,
    )
