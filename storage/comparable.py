"""Finds the renditions in which two snapshots can be compared: of the same version, so that no difference is ours."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from sqlalchemy import Connection, select

from storage.tables import AliasRow, ExtractionRow, RenditionRow, SnapshotRow


@attrs.frozen(kw_only=True)
class Made:
    """A rendition that a snapshot has."""

    id: int
    extractor: str
    rules: str
    generation: int
    confirmed: int
    """The newest generation that gives the same text."""


@attrs.frozen(kw_only=True)
class Version:
    """What of a rendition is compared."""

    title: str | None
    authors: tuple[str, ...]
    text: str
    modified_at: datetime | None


def renditions(connection: Connection, page: int) -> dict[int, list[Made]]:
    """The renditions of a page's snapshots, by snapshot."""
    query = (
        select(
            RenditionRow.id,
            RenditionRow.snapshot_id,
            ExtractionRow.extractor,
            RenditionRow.rules,
            RenditionRow.generation,
            RenditionRow.confirmed,
        )
        .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
        .join(SnapshotRow, SnapshotRow.id == RenditionRow.snapshot_id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .where(AliasRow.page_id == page)
        .order_by(RenditionRow.id)
    )
    found: dict[int, list[Made]] = {}
    for row in connection.execute(query):
        made = Made(
            id=row.id, extractor=row.extractor, rules=row.rules, generation=row.generation, confirmed=row.confirmed
        )
        found.setdefault(row.snapshot_id, []).append(made)
    return found


def same_version(old: Sequence[Made], new: Sequence[Made]) -> tuple[int, int] | None:
    """The newest version that both have; None where they have none in common.

    Two renditions are of one version where a generation of the memory gives both.
    """
    pairs = [
        (min(one.confirmed, other.confirmed), one.id, other.id)
        for one in old
        for other in new
        if (one.extractor, one.rules) == (other.extractor, other.rules)
        and max(one.generation, other.generation) <= min(one.confirmed, other.confirmed)
    ]
    if not pairs:
        return None
    # A newer extractor comes with a later row, and never with an older generation.
    _, first, second = max(pairs, key=lambda pair: (pair[0], pair[1] + pair[2]))
    return first, second


def version(connection: Connection, rendition: int) -> Version:
    """What of a rendition is compared."""
    columns = (ExtractionRow.title, ExtractionRow.authors, RenditionRow.text, ExtractionRow.modified_at)
    query = select(*columns).join(RenditionRow, RenditionRow.extraction_id == ExtractionRow.id)
    row = connection.execute(query.where(RenditionRow.id == rendition)).one()
    return Version(title=row.title, authors=tuple(row.authors), text=row.text, modified_at=row.modified_at)
