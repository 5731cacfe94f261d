"""Reads texts for the index of fingerprints, and looks for those like them: what worker processes do of it."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, select

from pipelines.memory.learning import memory_of, reader_of
from pipelines.stories.agencies import agency
from storage.database import reading
from storage.fingerprints import Tokens, tokens
from storage.links import Body, Found, Read, candidates, months
from storage.relations import ENOUGH_TOKENS, likeness
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
_LINES = "SELECT text FROM block WHERE extraction_id = ? ORDER BY position"


def read_bodies(database: Path, snapshots: Sequence[int]) -> list[Read]:
    """The texts of snapshots, in the renditions that readers see."""
    made = []
    with reading(reader_of(database)) as connection:
        for snapshot in snapshots:
            row = connection.execute(_SHOWN, {"snapshot": snapshot}).one()
            read = _remembered(database, row)
            lines = [one for (one,) in connection.exec_driver_sql(_LINES, (row.extraction_id,))]
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


def find_like(database: Path, bodies: Sequence[Body]) -> list[Found]:
    """What is like each of these texts, of all that have fingerprints."""
    made = []
    with reading(reader_of(database)) as connection:
        there = months(connection)
        for body in bodies:
            read = _tokens(database, connection, body.rendition)
            keys = body.keys
            if keys is None:
                keys = tuple(read.keys()) if read.count >= ENOUGH_TOKENS else ()
            some, full = candidates(connection, body.id, read.count, keys, body.month, there)
            own = read.shingles() if some else frozenset()
            edges = []
            for other in some:
                alike = likeness(own, _tokens(database, connection, other.rendition).shingles())
                if alike.relation is not None:
                    edges.append((other.body, alike))
            made.append(Found(body=body.id, edges=tuple(edges), full=tuple(full)))
    return made


def _tokens(database: Path, connection: Connection, rendition: int) -> Tokens:
    known = _cache(database).get(rendition)
    return known or _remembered(database, connection.execute(_RENDITION, {"rendition": rendition}).one())


def _remembered(database: Path, row: Any) -> Tokens:
    """The words of a rendition. Its text never changes, so that what was read once holds."""
    known = _cache(database)
    if row.id not in known:
        # The knowledge that the rendition was made with: the same whenever this is asked.
        knowledge = memory_of(database, row.generation).knowledge(row.url, row.captured_at, site=row.site)
        repeated = {key for key, articles in knowledge.repeated.items() if articles >= REPEATED}
        if len(known) >= _REMEMBERED:
            del known[next(iter(known))]
        known[row.id] = tokens(row.text, leave_out=repeated)
    return known[row.id]


@lru_cache(maxsize=1)
def _cache(database: Path) -> dict[int, Tokens]:
    return {}
