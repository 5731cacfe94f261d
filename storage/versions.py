"""Finds two snapshots in one version: only so can they be compared, since an edit is the publisher's, never ours."""

from datetime import datetime

import attrs
from sqlalchemy import Connection, select

from storage.tables import ExtractionRow, RenditionRow


@attrs.frozen(kw_only=True)
class ComparedText:
    """What is compared of a snapshot, in one of its renditions."""

    title: str | None
    authors: tuple[str, ...]
    text: str
    modified_at: datetime | None


def of_one_version(connection: Connection, earlier: int, later: int) -> tuple[ComparedText, ComparedText] | None:
    """Two snapshots in the newest version that both have; None where they have none in common."""
    query = (
        select(
            RenditionRow.snapshot_id,
            ExtractionRow.extractor,
            RenditionRow.rules,
            RenditionRow.generation,
            ExtractionRow.title,
            ExtractionRow.authors,
            ExtractionRow.modified_at,
            RenditionRow.text,
        )
        .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
        .where(RenditionRow.snapshot_id.in_([earlier, later]))
        .order_by(RenditionRow.id.desc())
    )
    found: dict[tuple[str, str, int], dict[int, ComparedText]] = {}
    for row in connection.execute(query):
        compared = ComparedText(title=row.title, authors=tuple(row.authors), text=row.text, modified_at=row.modified_at)
        pair = found.setdefault((row.extractor, row.rules, row.generation), {})
        pair.setdefault(row.snapshot_id, compared)
    # In the order of their newest rendition: the first that both have is the newest.
    return next(((pair[earlier], pair[later]) for pair in found.values() if len(pair) == 2), None)
