"""An archive for readers: what it holds, as frozen values. Never writes."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import attrs
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from storage import comparable, compare, database, pages
from storage.article import APART
from storage.change_tables import ChangeRow
from storage.clock import Clock, iso
from storage.errors import InvalidURL, PageNotFound, SourceNotFound
from storage.folder import Folder
from storage.tables import (
    AliasRow,
    BlockRow,
    CutRow,
    ExtractionRow,
    FrontierRow,
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
        fields |= {"digest": self.digest, "rendition": self.rendition, "story": None}
        if whole:
            fields["removed"] = removed or []
        fields["warc"] = {"file": self.warc[0], "offset": self.warc[1]}
        return fields


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened to a page: `gone` or `back`."""

    event: str
    at: datetime
    status: int | None


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
        )
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
        .join(RenditionRow, RenditionRow.id == newest_rendition)
        .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
        .join(RecordRow, RecordRow.id == SnapshotRow.record_id)
        .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
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
        self, *, all_versions: bool = False, source: str | None = None, limit: int | None = None
    ) -> Iterator[SnapshotView]:
        """The newest snapshot of each page, or every one. Oldest first; newest first where limited.

        Raises SourceNotFound, at the first step.
        """
        query = snapshots(all_versions=all_versions)
        if source is not None:
            query = query.where(SourceRow.name == source)
        order = (SnapshotRow.captured_at, SnapshotRow.id)
        query = query.order_by(*order) if limit is None else query.order_by(*(c.desc() for c in order)).limit(limit)
        with database.reading(self.engine) as connection:
            if source is not None:
                known = connection.execute(select(SourceRow.name).order_by(SourceRow.name)).scalars().all()
                if source not in known:
                    raise SourceNotFound(source, list(known))
            for row in connection.execution_options(yield_per=500).execute(query):
                yield _view(row)

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
            visits = (
                select(VisitRow.captured_at, VisitRow.outcome, VisitRow.status)
                .join(AliasRow, AliasRow.id == VisitRow.alias_id)
                .where(AliasRow.page_id == page)
                .order_by(VisitRow.captured_at, VisitRow.id)
            )
            events = _events(connection.execute(visits).all())
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

    def status(self) -> dict[str, Any]:
        """Runs, sources, what is due, and what looks wrong, as `status --json` prints it."""
        now = Clock().now()
        runs = self.runs()
        with database.reading(self.engine) as connection:
            sources = [
                {"source": row.name, "home": row.home, "pages": row.pages}
                for row in connection.execute(
                    select(SourceRow.name, SourceRow.home, func.count(PageRow.id).label("pages"))
                    .outerjoin(PageRow, PageRow.source_id == SourceRow.id)
                    .group_by(SourceRow.id)
                    .order_by(SourceRow.name)
                )
            ]
            due = connection.execute(
                select(func.count())
                .select_from(FrontierRow)
                .where(
                    FrontierRow.kind == "article",
                    FrontierRow.scope.like("source:%"),
                    (FrontierRow.state != "done") | (FrontierRow.due_at <= now),
                )
            ).scalar_one()
            totals = {
                "pages": connection.execute(select(func.count()).select_from(PageRow)).scalar_one(),
                "snapshots": connection.execute(select(func.count()).select_from(SnapshotRow)).scalar_one(),
            }
        alarms = [
            {"source": run.source, "run": run.run, "sign": run.error or f"the run ended as {run.state}"}
            for run in runs
            if run.state in ("failed", "interrupted")
        ]
        return {
            **totals,
            "bytes": sum(f.stat().st_size for f in self.folder.path.rglob("*") if f.is_file()),
            "runs": [run.as_json() for run in runs],
            "sources": sources,
            "due": due,
            "alarms": alarms,
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


def has_watched_pages(folder: Folder) -> bool:
    """Whether `archive --watch` has put a page on the list; False where there is no archive yet."""
    if not folder.database.is_file():
        return False
    engine = database.open_engine(folder.database, write=False)
    try:
        if database.revision(engine) is None:
            return False
        with database.reading(engine) as connection:
            query = select(SourceRow.id).where(SourceRow.name == "watch")
            return connection.execute(query).first() is not None
    finally:
        engine.dispose()


def _page(connection: Connection, url: str) -> int:
    try:
        alias = pages.find_alias(connection, url)
    except InvalidURL as error:
        raise PageNotFound(url) from error
    if alias is None:
        raise PageNotFound(url)
    return alias.page_id


def _events(visits: Any) -> list[Event]:
    events: list[Event] = []
    gone = False
    for visit in visits:
        if visit.outcome == "gone" and not gone:
            events.append(Event(event="gone", at=visit.captured_at, status=visit.status))
            gone = True
        elif gone and visit.outcome in ("new", "changed", "unchanged", "not_modified"):
            events.append(Event(event="back", at=visit.captured_at, status=visit.status))
            gone = False
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
    )
