"""Finds the renditions in which two snapshots can be compared: of the same version, so that no difference is ours."""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, bindparam, select

from storage.article import BlockKind
from storage.compare import Version
from storage.stored import blocks_of
from storage.tables import AliasRow, CutRow, ExtractionRow, RenditionRow, SnapshotRow


@attrs.frozen(kw_only=True)
class Made:
    """A rendition that a snapshot has."""

    id: int
    extractor: str
    rules: str
    generation: int
    confirmed: int
    """The newest generation that gives the same text."""


_RENDITIONS = (
    select(
        RenditionRow.id,
        RenditionRow.snapshot_id,
        ExtractionRow.extractor,
        RenditionRow.rules,
        RenditionRow.generation,
        RenditionRow.confirmed,
    )
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .order_by(RenditionRow.id)
)
_OF_PAGE = (
    _RENDITIONS.join(SnapshotRow, SnapshotRow.id == RenditionRow.snapshot_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == bindparam("page"))
)


def renditions(connection: Connection, page: int) -> dict[int, list[Made]]:
    """The renditions of a page's snapshots, by snapshot."""
    return _by_snapshot(connection.execute(_OF_PAGE, {"page": page}))


def renditions_of(connection: Connection, snapshots: Sequence[int]) -> dict[int, list[Made]]:
    """The renditions of some snapshots, by snapshot."""
    return _by_snapshot(connection.execute(_RENDITIONS.where(RenditionRow.snapshot_id.in_(snapshots))))


def _by_snapshot(rows: Iterable[Any]) -> dict[int, list[Made]]:
    found: dict[int, list[Made]] = {}
    for row in rows:
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
    columns = (
        ExtractionRow.id,
        ExtractionRow.title,
        ExtractionRow.authors,
        ExtractionRow.published_at,
        ExtractionRow.modified_at,
        ExtractionRow.section,
        ExtractionRow.image,
        ExtractionRow.access,
        RenditionRow.text,
    )
    query = select(*columns).join(RenditionRow, RenditionRow.extraction_id == ExtractionRow.id)
    row = connection.execute(query.where(RenditionRow.id == rendition)).one()
    cut = set(connection.execute(select(CutRow.position).where(CutRow.rendition_id == rendition)).scalars())
    kept = [block for i, block in enumerate(blocks_of(connection, row.id)) if i not in cut]
    standfirst = "\n".join(block.text for block in kept if block.kind is BlockKind.STANDFIRST)
    return Version(
        title=row.title,
        standfirst=standfirst if row.text.startswith(standfirst) else "",
        authors=tuple(row.authors),
        published_at=row.published_at,
        modified_at=row.modified_at,
        section=row.section,
        image=row.image,
        captions=tuple(block.text for block in kept if block.kind in (BlockKind.CAPTION, BlockKind.CREDIT)),
        access=row.access,
        text=row.text,
    )


def title(connection: Connection, rendition: int) -> str | None:
    """The headline of a rendition."""
    query = select(ExtractionRow.title).join(RenditionRow, RenditionRow.extraction_id == ExtractionRow.id)
    found: str | None = connection.execute(query.where(RenditionRow.id == rendition)).scalar_one()
    return found
