"""Takedowns as a list shows them, with the page's last good title."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import bindparam, select, tuple_

from storage import database
from storage.archive import Archive
from storage.cursor import Cursor
from storage.entries import AT, ID, LIMIT, SINCE, UNTIL, Part, part_of, window
from storage.finding import source_id
from storage.snapshot_views import NEWEST_RENDITION
from storage.tables import ExtractionRow, PageRow, RenditionRow, SnapshotRow, SourceRow
from storage.takedown_tables import TakedownRow
from storage.withholding import visible_page, visible_snapshot


@attrs.frozen(kw_only=True)
class TakedownEntry:
    """A takedown in a list."""

    url: str
    """The page's."""
    source: str | None
    title: str | None
    """Of the last good snapshot before."""
    snapshot: int | None
    """The last good one before."""
    sign: str
    status: int | None
    suspected_at: datetime
    confirmed_at: datetime | None
    back_at: datetime | None


_TAKEDOWNS = (
    select(*TakedownRow.__table__.columns, PageRow.url, SourceRow.name.label("source"), ExtractionRow.title)
    .join(PageRow, PageRow.id == TakedownRow.page_id)
    .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
    # Without the title where that snapshot is withheld.
    .outerjoin(SnapshotRow, (SnapshotRow.id == TakedownRow.snapshot_id) & visible_snapshot())
    .outerjoin(RenditionRow, RenditionRow.id == NEWEST_RENDITION)
    .outerjoin(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .where(
        TakedownRow.suspected_at >= SINCE,
        TakedownRow.suspected_at < UNTIL,
        tuple_(TakedownRow.suspected_at, TakedownRow.id) < tuple_(AT, ID),
        visible_page(),
    )
    .order_by(TakedownRow.suspected_at.desc(), TakedownRow.id.desc())
    .limit(LIMIT)
)


def takedowns(
    archive: Archive,
    *,
    limit: int,
    source: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: Cursor | None = None,
) -> Part[TakedownEntry]:
    """Pages that were there and then were not, by the visit that saw it first. Newest first. Raises SourceNotFound."""
    query: Any = _TAKEDOWNS
    values = dict(window(since, until, after, limit))
    with database.reading(archive.engine) as connection:
        if source is not None:
            query = query.where(PageRow.source_id == bindparam("source"))
            values["source"] = source_id(connection, source)
        rows = connection.execute(query, values).all()
    return part_of(rows, limit, _as_entry, lambda row: Cursor(row.suspected_at, row.id))


def _as_entry(row: Any) -> TakedownEntry:
    return TakedownEntry(
        url=row.url, source=row.source, title=row.title, snapshot=row.snapshot_id, sign=row.sign, status=row.status,
        suspected_at=row.suspected_at, confirmed_at=row.confirmed_at, back_at=row.back_at,
    )  # fmt: skip
