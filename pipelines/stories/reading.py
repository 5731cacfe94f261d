"""Reads texts for the index of fingerprints, and looks for those like them: what worker processes do of it."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, select

from pipelines.memory.learning import memory_of, reader_of
from pipelines.stories.agencies import agency
from storage.database import reading
from storage.links import Body, Found, Read, candidates, months
from storage.memory import in_parts
from storage.relations import ENOUGH_TOKENS
from storage.tables import AliasRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow

if TYPE_CHECKING:
    from storage.fingerprints import Tokens

# A line on so many articles of a site is the site's, also where cleaning leaves it in.
REPEATED = 3

# Texts whose words a process remembers: the next ones are compared with the last, mostly.
_REMEMBERED = 512

_COLUMNS = (
    RenditionRow.id,
    RenditionRow.snapshot_id,
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
_RENDITION = _RENDITIONS.where(RenditionRow.id == bindparam("rendition"))
_MADE = select(RenditionRow.snapshot_id, RenditionRow.generation, RenditionRow.id)
_LINES = (
    "SELECT extraction_id, text FROM block WHERE extraction_id IN (SELECT value FROM json_each(?)) "
    "ORDER BY extraction_id, position"
)


def read_bodies(database: Path, snapshots: Sequence[int]) -> list[Read]:
    """The texts of snapshots, in the renditions that readers see."""
    made = []
    with reading(reader_of(database)) as connection:
        rows = _shown(connection, snapshots)
        lines: dict[int, list[str]] = {}
        for extraction, line in connection.exec_driver_sql(_LINES, (json.dumps([r.extraction_id for r in rows]),)):
            lines.setdefault(extraction, []).append(line)
        for row in rows:
            read = _remembered(database, row)
            made.append(
                Read(
                    snapshot=row.snapshot_id,
                    rendition=row.id,
                    captured_at=row.captured_at,
                    digest=read.digest,
                    tokens=read.count,
                    keys=tuple(read.keys()) if read.count >= ENOUGH_TOKENS else (),
                    agency=agency(lines.get(row.extraction_id, ()), row.authors),
                )
            )
    return made


def _shown(connection: Connection, snapshots: Sequence[int]) -> list[Any]:
    """The renditions of snapshots that readers see, in the order of the snapshots."""
    newest: dict[int, tuple[int, int]] = {}
    for part in in_parts(snapshots):
        for snapshot, generation, rendition in connection.execute(_MADE.where(RenditionRow.snapshot_id.in_(part))):
            newest[snapshot] = max(newest.get(snapshot, (-1, -1)), (generation, rendition))
    chosen = [rendition for _, rendition in newest.values()]
    found: dict[int, Any] = {}
    for part in in_parts(chosen):
        found |= {row.snapshot_id: row for row in connection.execute(_RENDITIONS.where(RenditionRow.id.in_(part)))}
    return [found[snapshot] for snapshot in snapshots]


def find_like(database: Path, bodies: Sequence[Body]) -> list[Found]:
    """What is like each of these texts, of all that have fingerprints."""
    # Imported by the workers alone: numpy takes the crawling process a tenth of a second at its start.
    from storage.fingerprints import alike

    made = []
    with reading(reader_of(database)) as connection:
        there = months(connection)
        for body in bodies:
            read = _tokens(database, connection, body.rendition)
            keys = body.keys
            if keys is None:
                keys = tuple(read.keys()) if read.count >= ENOUGH_TOKENS else ()
            some, full = candidates(connection, body.id, read.count, keys, body.month, there)
            edges = []
            if some:
                own = read.shingles()
                for other in some:
                    found = alike(own, _tokens(database, connection, other.rendition).shingles())
                    if found.relation is not None:
                        edges.append((other.body, found))
            made.append(Found(body=body.id, edges=tuple(edges), full=tuple(full)))
    return made


def _tokens(database: Path, connection: Connection, rendition: int) -> "Tokens":
    known = _cache(database).get(rendition)
    return known or _remembered(database, connection.execute(_RENDITION, {"rendition": rendition}).one())


def _remembered(database: Path, row: Any) -> "Tokens":
    """The words of a rendition. Its text never changes, so that what was read once holds."""
    from storage.fingerprints import tokens

    known = _cache(database)
    if row.id not in known:
        # The knowledge that the rendition was made with: the same whenever this is asked.
        knowledge = memory_of(database, row.generation).knowledge(row.url, row.captured_at, site=row.site)
        of_site = knowledge.repeated
        if len(known) >= _REMEMBERED:
            del known[next(iter(known))]
        known[row.id] = tokens(row.text, leave_out=(lambda key: of_site.get(key, 0) >= REPEATED) if of_site else None)
    return known[row.id]


@lru_cache(maxsize=1)
def _cache(database: Path) -> "dict[int, Tokens]":
    return {}
