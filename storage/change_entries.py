"""Changes as a list shows them, with the page's title: bounded, and by an index."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Text, bindparam, cast, select, tuple_
from sqlalchemy.orm import aliased

from storage import database
from storage.archive import Archive
from storage.change_tables import ChangeRow
from storage.compare import Change
from storage.cursor import Cursor
from storage.entries import AT, ID, LIMIT, SINCE, UNTIL, Part, part_of, window
from storage.finding import source_id
from storage.page_versions import stored_change
from storage.tables import AliasRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow, SourceRow
from storage.withholding import visible

# A filter may fit few changes: so many are looked at for one part of the list, whatever they are.
LOOKED_AT = 20_000


@attrs.frozen(kw_only=True)
class ChangeEntry:
    """A change in a list."""

    url: str
    """The page's."""
    source: str | None
    title: str | None
    """As it is now."""
    old_title: str | None
    old: int
    old_captured_at: datetime
    new: int
    captured_at: datetime
    """Of the new snapshot."""
    returns_to: int | None
    """The earlier snapshot that it goes back to."""
    change: Change


_old_snapshot, _old_alias, _old_page = aliased(SnapshotRow), aliased(AliasRow), aliased(PageRow)
_old_rendition, _old_extraction = aliased(RenditionRow), aliased(ExtractionRow)
_looked_at = (
    select(ChangeRow.id)
    .where(
        ChangeRow.captured_at >= SINCE,
        ChangeRow.captured_at < UNTIL,
        tuple_(ChangeRow.captured_at, ChangeRow.id) < tuple_(AT, ID),
    )
    .order_by(ChangeRow.captured_at.desc(), ChangeRow.id.desc())
    .limit(LOOKED_AT)
)
# No edit where nothing differs in renditions of one version, and the modified date neither.
_EDIT = (
    (ChangeRow.words_added > 0)
    | (ChangeRow.words_removed > 0)
    | ChangeRow.redated
    | (cast(ChangeRow.kinds, Text) != "{}")
)
_CHANGES = (
    select(
        *ChangeRow.__table__.columns,
        PageRow.url,
        SourceRow.name.label("source"),
        ExtractionRow.title,
        _old_extraction.title.label("old_title"),
        _old_snapshot.captured_at.label("old_captured_at"),
    )
    .join(SnapshotRow, SnapshotRow.id == ChangeRow.new_snapshot_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .join(PageRow, PageRow.id == AliasRow.page_id)
    .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
    .join(_old_snapshot, _old_snapshot.id == ChangeRow.old_snapshot_id)
    # A URL may have been split off since, so that the two are of two pages.
    .join(_old_alias, _old_alias.id == _old_snapshot.alias_id)
    .join(_old_page, _old_page.id == _old_alias.page_id)
    .join(RenditionRow, RenditionRow.id == ChangeRow.new_rendition_id)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .join(_old_rendition, _old_rendition.id == ChangeRow.old_rendition_id)
    .join(_old_extraction, _old_extraction.id == _old_rendition.extraction_id)
    .where(ChangeRow.id.in_(_looked_at), _EDIT, visible(), visible(_old_page, _old_snapshot.id))
    .order_by(ChangeRow.captured_at.desc(), ChangeRow.id.desc())
    .limit(LIMIT)
)
_LAST_LOOKED_AT = (
    select(ChangeRow.captured_at, ChangeRow.id)
    .where(
        ChangeRow.captured_at >= SINCE,
        ChangeRow.captured_at < UNTIL,
        tuple_(ChangeRow.captured_at, ChangeRow.id) < tuple_(AT, ID),
    )
    .order_by(ChangeRow.captured_at.desc(), ChangeRow.id.desc())
    .limit(1)
    .offset(LOOKED_AT - 1)
)


def changes(
    archive: Archive,
    *,
    limit: int,
    source: str | None = None,
    substantive: bool = False,
    headline: bool = False,
    stealth: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    after: Cursor | None = None,
) -> Part[ChangeEntry]:
    """Changes between successive snapshots, newest first. A part may have few entries, and yet a next one: of a list
    that is filtered, so many are looked at and no more. Raises SourceNotFound."""
    query: Any = _CHANGES
    columns = (ChangeRow.substantive, ChangeRow.headline, ChangeRow.stealth)
    for wanted, column in zip((substantive, headline, stealth), columns, strict=True):
        if wanted:
            query = query.where(column)
    values = dict(window(since, until, after, limit))
    with database.reading(archive.engine) as connection:
        if source is not None:
            query = query.where(PageRow.source_id == bindparam("source"))
            values["source"] = source_id(connection, source)
        rows = connection.execute(query, values).all()
        part = part_of(rows, limit, _as_entry, lambda row: Cursor(row.captured_at, row.id))
        if part.next is None:
            last = connection.execute(_LAST_LOOKED_AT, values).first()
            if last is not None:
                return attrs.evolve(part, next=Cursor(last.captured_at, last.id))
        return part


def _as_entry(row: Any) -> ChangeEntry:
    return ChangeEntry(
        url=row.url, source=row.source, title=row.title, old_title=row.old_title, old=row.old_snapshot_id,
        old_captured_at=row.old_captured_at, new=row.new_snapshot_id, captured_at=row.captured_at,
        returns_to=row.returns_to, change=stored_change(row),
    )  # fmt: skip
