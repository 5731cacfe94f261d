"""Stories as a list shows them: by their origins, without the texts."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, bindparam, func, select

from storage import database
from storage.archive import Archive
from storage.cursor import Cursor
from storage.entries import END, ID, LIMIT, Part, part_of
from storage.relations import Relation
from storage.story_tables import BodyRow, SnapshotBodyRow
from storage.tables import AliasRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow, SourceRow
from storage.withholding import visible


@attrs.frozen(kw_only=True)
class StoryEntry:
    """A story in a list."""

    story: str
    title: str | None
    """Of its origin, as the address and the source."""
    url: str
    source: str | None
    captured_at: datetime
    pages: int
    sites: int


_ORIGINS = (
    select(
        BodyRow.id.label("body"),
        BodyRow.story,
        PageRow.url,
        SourceRow.name.label("source"),
        ExtractionRow.title,
        SnapshotRow.captured_at,
    )
    .join(RenditionRow, RenditionRow.id == BodyRow.rendition_id)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .join(SnapshotRow, SnapshotRow.id == RenditionRow.snapshot_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .join(PageRow, PageRow.id == AliasRow.page_id)
    .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
    .where(BodyRow.relation == Relation.ORIGIN, BodyRow.id < ID, visible())
    .order_by(BodyRow.id.desc())
    .limit(LIMIT)
)
_SPREAD = (
    select(
        func.count(AliasRow.page_id.distinct()).label("pages"),
        func.count(PageRow.site.distinct()).label("sites"),
    )
    .select_from(BodyRow)
    .join(SnapshotBodyRow, SnapshotBodyRow.body_id == BodyRow.id)
    .join(SnapshotRow, SnapshotRow.id == SnapshotBodyRow.snapshot_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .join(PageRow, PageRow.id == AliasRow.page_id)
    .where(BodyRow.story == bindparam("story"), visible())
)


def story_entries(archive: Archive, *, limit: int, after: Cursor | None = None) -> Part[StoryEntry]:
    """The stories; those whose origin was met last first."""
    with database.reading(archive.engine) as connection:
        rows = connection.execute(_ORIGINS, {"id": (after or END).id, "limit": limit + 1}).all()
        return part_of(
            rows, limit, lambda row: _as_entry(connection, row), lambda row: Cursor(row.captured_at, row.body)
        )


def _as_entry(connection: Connection, row: Any) -> StoryEntry:
    spread = connection.execute(_SPREAD, {"story": row.story}).one()
    return StoryEntry(
        story=row.story, title=row.title, url=row.url, source=row.source, captured_at=row.captured_at,
        pages=spread.pages, sites=spread.sites,
    )  # fmt: skip
