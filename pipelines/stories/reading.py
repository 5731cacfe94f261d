"""Reads texts for the index of fingerprints, and looks for those like them: what worker processes do of it."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from pipelines.memory.learning import memory_of, reader_of
from pipelines.stories.agencies import agency
from storage.database import reading
from storage.fingerprints import Tokens, tokens
from storage.links import Found, Read, candidates, months
from storage.relations import ENOUGH_TOKENS, likeness
from storage.stored import blocks_of
from storage.story_tables import BodyRow
from storage.tables import AliasRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow

# A line on so many articles of a site is the site's, also where cleaning leaves it in.
REPEATED = 3

# Texts whose words a process remembers: the next ones are compared with the last, mostly.
_REMEMBERED = 512

_COLUMNS = (
    RenditionRow.id,
    RenditionRow.text,
    RenditionRow.generation,
    RenditionRow.extraction_id,
    AliasRow.url,
    PageRow.site,
    SnapshotRow.captured_at,
    ExtractionRow.authors,
)
_RENDITIONS = (
    select(*_COLUMNS)
    .join(SnapshotRow, SnapshotRow.id == RenditionRow.snapshot_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .join(PageRow, PageRow.id == AliasRow.page_id)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
)
_SHOWN = (
    _RENDITIONS.where(RenditionRow.snapshot_id == bindparam("snapshot"))
    .order_by(RenditionRow.generation.desc(), RenditionRow.id.desc())
    .limit(1)
)
_RENDITION = _RENDITIONS.where(RenditionRow.id == bindparam("rendition"))
_BODY = select(BodyRow.rendition_id, BodyRow.month).where(BodyRow.id == bindparam("body"))


def read_bodies(database: Path, snapshots: Sequence[int]) -> list[Read]:
    """The texts of snapshots, in the renditions that readers see."""
    made = []
    with reading(reader_of(database)) as connection:
        for snapshot in snapshots:
            row = connection.execute(_SHOWN, {"snapshot": snapshot}).one()
            read = _tokens(database, connection, row.id)
            lines = [block.text for block in blocks_of(connection, row.extraction_id)]
            made.append(
                Read(
                    snapshot=snapshot,
                    rendition=row.id,
                    captured_at=row.captured_at,
                    digest=read.digest,
                    tokens=read.count,
                    keys=tuple(read.keys()) if read.count >= ENOUGH_TOKENS else (),
                    agency=agency(lines, row.authors),
                )
            )
    return made


def find_like(database: Path, bodies: Sequence[int]) -> list[Found]:
    """What is like each of these texts, of all that have fingerprints."""
    made = []
    with reading(reader_of(database)) as connection:
        there = months(connection)
        for body in bodies:
            row = connection.execute(_BODY, {"body": body}).one()
            read = _tokens(database, connection, row.rendition_id)
            some, full = candidates(connection, body, read, read.keys(), row.month, there)
            own = read.shingles() if some else frozenset()
            edges = []
            for other in some:
                alike = likeness(own, _tokens(database, connection, other.rendition).shingles())
                if alike.relation is not None:
                    edges.append((other.body, alike))
            made.append(Found(body=body, edges=tuple(edges), full=tuple(full)))
    return made


def _tokens(database: Path, connection: Connection, rendition: int) -> Tokens:
    known = _cache(database)
    if rendition not in known:
        row = connection.execute(_RENDITION, {"rendition": rendition}).one()
        # The knowledge that the rendition was made with: the same whenever this is asked.
        knowledge = memory_of(database, row.generation).knowledge(row.url, row.captured_at, site=row.site)
        repeated = {key for key, articles in knowledge.repeated.items() if articles >= REPEATED}
        if len(known) >= _REMEMBERED:
            del known[next(iter(known))]
        known[rendition] = tokens(row.text, leave_out=repeated)
    return known[rendition]


@lru_cache(maxsize=1)
def _cache(database: Path) -> dict[int, Tokens]:
    """Renditions never change, so that what was read of one holds."""
    return {}
