"""How long after publication a source edits its articles."""

from collections import Counter
from datetime import timedelta

import attrs
from sqlalchemy import Text, bindparam, cast, select

from storage import database
from storage.archive import Archive
from storage.change_tables import ChangeRow
from storage.finding import source_id
from storage.tables import AliasRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow
from storage.withholding import visible_page, visible_snapshot

# The habit of today: of the source's latest pages.
PAGES = 2_000

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Each twice as long as the one before it, since edits get rarer at about that rate.
SPANS = (
    ("1 h", HOUR), ("2 h", 2 * HOUR), ("4 h", 4 * HOUR), ("8 h", 8 * HOUR), ("16 h", 16 * HOUR), ("1 day", DAY),
    ("2 days", 2 * DAY), ("4 days", 4 * DAY), ("8 days", 8 * DAY), ("16 days", 16 * DAY), ("32 days", 32 * DAY),
)  # fmt: skip
LATER = "later"

_latest = (
    select(PageRow.id)
    .where(PageRow.source_id == bindparam("source"), visible_page())
    .order_by(PageRow.id.desc())
    .limit(PAGES)
    .subquery()
)
_EDITS = (
    select(ChangeRow.captured_at, ExtractionRow.published_at)
    .select_from(_latest)
    .join(AliasRow, AliasRow.page_id == _latest.c.id)
    .join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
    .join(ChangeRow, ChangeRow.new_snapshot_id == SnapshotRow.id)
    .join(RenditionRow, RenditionRow.id == ChangeRow.new_rendition_id)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .where(
        visible_snapshot(),
        visible_snapshot(ChangeRow.old_snapshot_id),
        ExtractionRow.published_at.is_not(None),
        cast(ChangeRow.kinds, Text) != "{}",
    )
)


@attrs.frozen(kw_only=True)
class EditHours:
    """Edits that were seen within a span of the publication, and after the span before."""

    within: str
    edits: int


def edit_hours(archive: Archive, source: str) -> list[EditHours]:
    """The edits of a source's latest pages by how long after publication they were seen. Raises SourceNotFound, and
    Withheld."""
    counted: Counter[str] = Counter()
    with database.reading(archive.engine) as connection:
        for row in connection.execute(_EDITS, {"source": source_id(connection, source)}):
            age = row.captured_at - row.published_at
            counted[next((name for name, end in SPANS if age < end), LATER)] += 1
    return [EditHours(within=name, edits=counted[name]) for name in (*(name for name, _ in SPANS), LATER)]
