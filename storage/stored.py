"""Articles as the database has them: what cleaning needs to be done again, without bytes."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, bindparam, select

from storage.article import NOT_IN_ROW, Access, Article, Block, BlockKind, Pager, Rendition
from storage.tables import AliasRow, BlockRow, CutRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow

# Put together once, as in `storage.pages`.
_NEWEST = (
    select(*ExtractionRow.__table__.columns, AliasRow.url, PageRow.site, SnapshotRow.captured_at)
    .join(SnapshotRow, SnapshotRow.id == ExtractionRow.snapshot_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .join(PageRow, PageRow.id == AliasRow.page_id)
    .where(ExtractionRow.snapshot_id == bindparam("snapshot"))
    .order_by(ExtractionRow.id.desc())
    .limit(1)
)
_BY_EXTRACTOR = _NEWEST.where(ExtractionRow.extractor == bindparam("extractor"))
_BLOCKS = (
    select(BlockRow.kind, BlockRow.text, BlockRow.box, BlockRow.links, BlockRow.signs)
    .where(BlockRow.extraction_id == bindparam("extraction"))
    .order_by(BlockRow.position)
)
_RENDITION = (
    select(RenditionRow.id, RenditionRow.confirmed, RenditionRow.text)
    .where(RenditionRow.extraction_id == bindparam("extraction"), RenditionRow.rules == bindparam("rules"))
    .order_by(RenditionRow.generation.desc())
    .limit(1)
)
_RENDITION_OF_GENERATION = _RENDITION.where(
    RenditionRow.generation <= bindparam("generation"), RenditionRow.confirmed >= bindparam("generation")
)
_CUTS = select(CutRow.position).where(CutRow.rendition_id == bindparam("rendition")).order_by(CutRow.position)


@attrs.frozen(kw_only=True)
class Stored:
    """One extraction of a snapshot."""

    snapshot: int
    extraction: int
    url: str
    """The URL that answered."""
    site: str
    """Its page's site."""
    captured_at: datetime
    article: Article


def stored_article(connection: Connection, snapshot: int, extractor: str | None = None) -> Stored | None:
    """What one extractor version read out of a snapshot, or the newest that did. None where that one did not."""
    query, wanted = (_NEWEST, {}) if extractor is None else (_BY_EXTRACTOR, {"extractor": extractor})
    row = connection.execute(query, {"snapshot": snapshot, **wanted}).first()
    if row is None:
        return None
    return Stored(
        snapshot=snapshot,
        extraction=row.id,
        url=row.url,
        site=row.site,
        captured_at=row.captured_at,
        article=_article(row, blocks_of(connection, row.id)),
    )


def blocks_of(connection: Connection, extraction: int) -> tuple[Block, ...]:
    """The blocks of an extraction, in order."""
    return tuple(
        Block(kind=BlockKind(kind), text=text, box=box, links=links, signs=tuple(signs or ()))
        for kind, text, box, links, signs in connection.execute(_BLOCKS, {"extraction": extraction})
    )


def _article(row: Any, blocks: tuple[Block, ...]) -> Article:
    fields = {field.name: getattr(row, field.name) for field in attrs.fields(Article) if field.name not in NOT_IN_ROW}
    return Article(
        **fields
        | {
            "authors": tuple(row.authors),
            "tags": tuple(row.tags),
            "signs": tuple(row.signs),
            "access": Access(row.access),
            "pager": Pager(**row.pager) if row.pager else None,
            "blocks": blocks,
        }
    )


@attrs.frozen(kw_only=True)
class Kept:
    """A rendition that the archive has."""

    id: int
    confirmed: int
    """The newest generation that was found to give the same text."""
    text: str
    cut: tuple[int, ...]
    """Positions of the blocks that it leaves out, ascending."""


def kept_rendition(connection: Connection, extraction: int, rules: str, generation: int | None = None) -> Kept | None:
    """The rendition of an extraction by these rules, and a generation; None for the newest that made one."""
    query, wanted = _RENDITION, {"extraction": extraction, "rules": rules}
    if generation is not None:
        query, wanted = _RENDITION_OF_GENERATION, wanted | {"generation": generation}
    row = connection.execute(query, wanted).first()
    if row is None:
        return None
    cuts = tuple(connection.execute(_CUTS, {"rendition": row.id}).scalars())
    return Kept(id=row.id, confirmed=row.confirmed, text=row.text, cut=cuts)


@attrs.frozen(kw_only=True)
class Shown:
    """The rendition of a snapshot that readers see."""

    text: str
    words: int


def shown_rendition(connection: Connection, snapshot: int) -> Shown:
    """What readers see of a snapshot."""
    query = select(RenditionRow.text, RenditionRow.words).where(RenditionRow.snapshot_id == snapshot)
    row = connection.execute(query.order_by(RenditionRow.generation.desc(), RenditionRow.id.desc()).limit(1)).one()
    return Shown(text=row.text, words=row.words)


def same_text(kept: Kept, rendition: Rendition) -> bool:
    """Whether a rendition cuts what another does. The reasons may differ: they tell how often a line was seen."""
    return kept.text == rendition.text and kept.cut == tuple(sorted(cut.position for cut in rendition.cuts))
