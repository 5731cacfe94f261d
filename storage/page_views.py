"""A page as a reader sees it at a glance: its versions without their texts, its edits, visits and next visit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import BindParameter, Connection, Text, bindparam, case, cast, func, literal, select, tuple_

from storage import database, takedowns, withholding
from storage.aliasing import AliasView, aliases_of
from storage.archive import Archive
from storage.change_tables import ChangeRow
from storage.compare import Change
from storage.cursor import Cursor
from storage.entries import AT, ID, LIMIT, window
from storage.errors import PageNotFound
from storage.finding import page_of
from storage.page_versions import stored_change
from storage.snapshot_views import NEWEST_RENDITION
from storage.story_tables import BodyRow, SnapshotBodyRow
from storage.tables import (
    AliasRow,
    ExtractionRow,
    FrontierRow,
    PageRow,
    RenditionRow,
    SnapshotRow,
    SourceRow,
    VisitRow,
)
from storage.takedowns import Takedown
from storage.withholding import visible_snapshot

# What an outline of a page's life can show, and a reader can pick from: with its table and two lists they take 45 KB.
MOST_POINTS = 100


@attrs.frozen(kw_only=True)
class Version:
    """A snapshot of a page."""

    snapshot: int
    captured_at: datetime
    title: str | None
    access: str
    words: int
    before: int | None
    """The snapshot before it. None: it is the first."""
    change: Change | None
    """From the one before. None: it is the first, no version of Backissue has read both, or the one before is
    withheld."""
    returns_to: int | None
    """The earlier snapshot that it goes back to."""


@attrs.frozen(kw_only=True)
class Point:
    """A snapshot on the line of a page's life."""

    snapshot: int
    captured_at: datetime
    words_added: int
    words_removed: int
    stealth: bool


@attrs.frozen(kw_only=True)
class PageView:
    """A page over time."""

    url: str
    site: str
    source: str | None
    added_at: datetime
    title: str | None
    """Of its newest snapshot, as the fields below."""
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    language: str | None
    section: str | None
    access: str
    words: int
    story: str | None
    aliases: tuple[AliasView, ...]
    snapshots: int
    visits: Mapping[str, int]
    """By outcome."""
    withheld: tuple[withholding.HiddenSnapshot, ...]
    """Its snapshots that no reader is shown, oldest first; they are not among the others."""
    first_seen_at: datetime
    last_seen_at: datetime
    """The last visit of any outcome."""
    next_visit_at: datetime | None
    """None: none is planned. In the past: it is due, with its source's next crawl."""
    takedowns: tuple[Takedown, ...]
    points: tuple[Point, ...]
    """The latest of its snapshots, oldest first."""
    versions: tuple[Version, ...]
    """A part of its snapshots, newest first."""
    next: Cursor | None
    """Where the next part begins."""


_PAGE: BindParameter[int] = bindparam("page")
_HEAD = (
    select(PageRow.url, PageRow.key, PageRow.site, PageRow.added_at, SourceRow.name.label("source"))
    .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
    .where(PageRow.id == _PAGE)
)
_NEWEST = (
    select(
        ExtractionRow.title,
        ExtractionRow.authors,
        ExtractionRow.published_at,
        ExtractionRow.modified_at,
        ExtractionRow.language,
        ExtractionRow.section,
        SnapshotRow.access,
        RenditionRow.words,
        BodyRow.story,
    )
    .select_from(SnapshotRow)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .join(RenditionRow, RenditionRow.id == NEWEST_RENDITION)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .outerjoin(SnapshotBodyRow, SnapshotBodyRow.snapshot_id == SnapshotRow.id)
    .outerjoin(BodyRow, BodyRow.id == SnapshotBodyRow.body_id)
    .where(AliasRow.page_id == _PAGE, visible_snapshot())
    .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    .limit(1)
)
_VERSIONS = (
    select(
        SnapshotRow.id.label("snapshot"),
        SnapshotRow.captured_at.label("seen_at"),
        ExtractionRow.title,
        SnapshotRow.access,
        RenditionRow.words,
        *ChangeRow.__table__.columns,
    )
    .select_from(SnapshotRow)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .join(RenditionRow, RenditionRow.id == NEWEST_RENDITION)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .outerjoin(ChangeRow, (ChangeRow.new_snapshot_id == SnapshotRow.id) & visible_snapshot(ChangeRow.old_snapshot_id))
    .where(
        AliasRow.page_id == _PAGE, visible_snapshot(), tuple_(SnapshotRow.captured_at, SnapshotRow.id) < tuple_(AT, ID)
    )
    .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    .limit(LIMIT)
)
_POINTS = (
    select(
        SnapshotRow.id,
        SnapshotRow.captured_at,
        ChangeRow.words_added,
        ChangeRow.words_removed,
        ChangeRow.stealth,
    )
    .select_from(SnapshotRow)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .outerjoin(ChangeRow, (ChangeRow.new_snapshot_id == SnapshotRow.id) & visible_snapshot(ChangeRow.old_snapshot_id))
    .where(AliasRow.page_id == _PAGE, visible_snapshot())
    .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    .limit(MOST_POINTS)
)
_COUNT = (
    select(func.count(), func.min(SnapshotRow.captured_at).label("first"))
    .select_from(SnapshotRow)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == _PAGE, visible_snapshot())
)
_VISITS = (
    select(VisitRow.outcome, func.count().label("visits"), func.max(VisitRow.captured_at).label("last"))
    .join(AliasRow, AliasRow.id == VisitRow.alias_id)
    .where(AliasRow.page_id == _PAGE)
    .group_by(VisitRow.outcome)
    .order_by(VisitRow.outcome)
)

_PLACE = (
    select(AliasRow.page_id, SnapshotRow.captured_at)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(SnapshotRow.id == bindparam("snapshot"))
)
_BESIDE = (
    select(SnapshotRow.id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == _PAGE, visible_snapshot())
)
_BEFORE = (
    _BESIDE.where(tuple_(SnapshotRow.captured_at, SnapshotRow.id) < tuple_(AT, ID))
    .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    .limit(1)
)
_AFTER = (
    _BESIDE.where(tuple_(SnapshotRow.captured_at, SnapshotRow.id) > tuple_(AT, ID))
    .order_by(SnapshotRow.captured_at, SnapshotRow.id)
    .limit(1)
)
# Every source has a list of its own, and so do the watched pages.
_SCOPES = select(literal("source:").concat(cast(SourceRow.id, Text)))
_NEXT_VISIT = (
    # What is pending is due with its source's next crawl.
    select(case((FrontierRow.state == "done", FrontierRow.due_at), else_=FrontierRow.found_at).label("due_at"))
    .where(FrontierRow.scope.in_(_SCOPES), FrontierRow.kind == "article", FrontierRow.key == bindparam("key"))
    .where((FrontierRow.state != "done") | FrontierRow.due_at.is_not(None))
    .order_by("due_at")
    .limit(1)
)


def page(archive: Archive, url: str, *, limit: int, after: Cursor | None = None) -> PageView:
    """A URL's page, with at most `limit` of its versions. Raises PageNotFound, and Withheld where readers are not
    shown it."""
    with database.reading(archive.engine) as connection:
        number = {"page": page_of(connection, url)}
        head = connection.execute(_HEAD, number).one()
        newest = connection.execute(_NEWEST, number).first()
        if newest is None:
            raise withholding.none_to_show(connection, number["page"], url) or PageNotFound(url)
        rows = connection.execute(_VERSIONS, {**window(None, None, after, limit), **number}).all()
        more = len(rows) > limit
        last = rows[limit - 1] if more else None
        count, first = connection.execute(_COUNT, number).one()
        visits = connection.execute(_VISITS, number).all()
        points = connection.execute(_POINTS, number).all()
        return PageView(
            url=head.url, site=head.site, source=head.source, added_at=head.added_at,
            title=newest.title, authors=tuple(newest.authors), published_at=newest.published_at,
            modified_at=newest.modified_at, language=newest.language, section=newest.section, access=newest.access,
            words=newest.words, story=newest.story,
            aliases=tuple(aliases_of(connection, number["page"])),
            snapshots=count, visits={row.outcome: row.visits for row in visits},
            withheld=tuple(withholding.snapshots_of(connection, number["page"])), first_seen_at=first,
            last_seen_at=max((row.last for row in visits), default=first),
            next_visit_at=_next_visit(connection, head.key),
            takedowns=tuple(takedowns.of_page(connection, number["page"])),
            points=tuple(map(_point, reversed(points))),
            versions=tuple(
                _version(row, earlier.snapshot if earlier else None)
                for row, earlier in zip(rows[:limit], [*rows[1:], None], strict=False)
            ),
            next=Cursor(last.seen_at, last.snapshot) if last is not None else None,
        )  # fmt: skip


def versions(archive: Archive, url: str) -> tuple[Point, ...]:
    """The latest snapshots of a URL's page, to pick from; oldest first. Raises PageNotFound."""
    with database.reading(archive.engine) as connection:
        rows = connection.execute(_POINTS, {"page": page_of(connection, url)}).all()
    return tuple(map(_point, reversed(rows)))


def around(archive: Archive, snapshot: int) -> tuple[int | None, int | None]:
    """The snapshots of the same page before and after one; None where it is the first or the last."""
    with database.reading(archive.engine) as connection:
        own = connection.execute(_PLACE, {"snapshot": snapshot}).one()
        values = {"page": own.page_id, "at": own.captured_at, "id": snapshot}
        before, after = (connection.execute(query, values).scalar() for query in (_BEFORE, _AFTER))
        return before, after


def _point(row: Any) -> Point:
    return Point(
        snapshot=row.id, captured_at=row.captured_at, words_added=row.words_added or 0,
        words_removed=row.words_removed or 0, stealth=bool(row.stealth),
    )  # fmt: skip


def _version(row: Any, before: int | None) -> Version:
    return Version(
        snapshot=row.snapshot, captured_at=row.seen_at, title=row.title, access=row.access, words=row.words,
        before=before,
        change=stored_change(row) if row.kinds is not None else None, returns_to=row.returns_to,
    )  # fmt: skip


def _next_visit(connection: Connection, key: str) -> datetime | None:
    return connection.execute(_NEXT_VISIT, {"key": key}).scalar()
