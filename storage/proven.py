"""Lines that the site memory has proved to be boilerplate, and lines of articles: what a classifier can learn from."""

from sqlalchemy import Connection, func, select

from storage.article import APART
from storage.leaves import is_long, key_of
from storage.memory import ENOUGH
from storage.memory_tables import GenerationRow, MemoryRow, OverrulingRow, SiteGenerationRow
from storage.tables import AliasRow, BlockRow, CutRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow

# A paragraph of background stands on two or three articles; what stands on more is the site's.
PROVEN = 4

# More teach a linear model little; a thousand lines and eight times as many of articles take two seconds to train on.
MOST_LINES = 1000
MOST_TEXTS = 8000
# Of each site the newest, so that a large one does not speak for all.
SNAPSHOTS_A_SITE = 20


def proven_lines(connection: Connection) -> list[str]:
    """Samples of long lines that sites repeat on PROVEN articles and more, the most repeated first.

    Those that the archive's owner wants kept are not among them.
    """
    kept = select(OverrulingRow.key).where(OverrulingRow.cut.is_(False), OverrulingRow.lifted_in.is_(None))
    query = (
        select(MemoryRow.key, MemoryRow.text)
        .where(
            MemoryRow.articles >= PROVEN,
            MemoryRow.text.is_not(None),
            MemoryRow.superseded_in.is_(None),
            MemoryRow.key.not_in(kept),
        )
        .order_by(MemoryRow.articles.desc(), MemoryRow.key)
    )
    found = {row.key: row.text for row in connection.execute(query) if is_long(row.key)}
    return list(found.values())[:MOST_LINES]


def article_lines(connection: Connection) -> list[str]:
    """Long lines of articles, as they are shown, that their site does not repeat; of sites with a memory."""
    remembering = select(SiteGenerationRow.site).where(SiteGenerationRow.known >= ENOUGH)
    rank = func.row_number().over(partition_by=PageRow.site, order_by=SnapshotRow.id.desc()).label("rank")
    ranked = (
        select(SnapshotRow.id, PageRow.site, rank)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(PageRow.site.in_(remembering))
        .subquery()
    )
    chosen = select(ranked.c.id, ranked.c.site).where(ranked.c.rank <= SNAPSHOTS_A_SITE)
    repeated: dict[str, set[int]] = {}
    lines: dict[int, str] = {}
    for snapshot, site in connection.execute(chosen.order_by(ranked.c.rank, ranked.c.site)).all():
        if len(lines) >= MOST_TEXTS:
            break
        if site not in repeated:
            query = select(MemoryRow.key).where(MemoryRow.site == site)
            repeated[site] = set(connection.execute(query).scalars())
        for text in _shown(connection, snapshot):
            key = key_of(text)
            if is_long(key) and key not in repeated[site]:
                lines[key] = text
    return list(lines.values())


def _shown(connection: Connection, snapshot: int) -> list[str]:
    """The blocks of the text that readers see of a snapshot."""
    rendition = connection.execute(
        select(RenditionRow.id, RenditionRow.extraction_id)
        .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
        .where(RenditionRow.snapshot_id == snapshot)
        .order_by(RenditionRow.generation.desc(), RenditionRow.id.desc())
        .limit(1)
    ).one()
    cut = select(CutRow.position).where(CutRow.rendition_id == rendition.id)
    query = select(BlockRow.text).where(
        BlockRow.extraction_id == rendition.extraction_id,
        BlockRow.kind.not_in([kind.value for kind in APART]),
        BlockRow.position.not_in(cut),
    )
    return list(connection.execute(query).scalars())


def model_lines(connection: Connection) -> int:
    """How many boilerplate lines the classifier in force has learnt from; 0 for none."""
    query = select(GenerationRow.model_lines).where(GenerationRow.model.is_not(None))
    return connection.execute(query.order_by(GenerationRow.id.desc()).limit(1)).scalar() or 0
