"""Learns from the pages of a site what it repeats: what a worker process does of it."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import attrs
from sqlalchemy import Connection, Engine

from storage import generations
from storage.database import open_engine, reading
from storage.leaves import is_long, key_of
from storage.memory import EXACT, Memory
from storage.repeats import Count, Sheet, count
from storage.stored import blocks_of
from storage.urls import use_rules_of

# Pages that are looked through for a sample of what repeats; most of it stands on the first of them.
SAMPLED = 12


@attrs.frozen(kw_only=True)
class Counted:
    """What a window of a site's pages shows."""

    count: Count
    texts: dict[int, str]
    """Samples of the lines that are new, where they stand in an article's blocks."""
    template: tuple[int, ...]
    """Long lines by which sites with the same template may be known."""


@lru_cache(maxsize=1)
def reader_of(database: Path) -> Engine:
    """The engine of this worker process."""
    use_rules_of(database.parent)
    return open_engine(database, write=False)


@lru_cache(maxsize=1)
def memory_of(database: Path, generation: int) -> Memory:
    """A generation of the memory, with the sites that this worker process has met."""
    return Memory(reader_of(database), generation)


def count_window(database: Path, site: str, snapshots: Sequence[int], generation: int) -> Counted:
    """Count the lines of a window of a site's pages, beside what a generation knows of it."""
    with reading(reader_of(database)) as connection:
        known = generations.standing(connection, site, generation)
        found = generations.sheets(connection, snapshots)
        counted = count([sheet for sheet, _ in found], known)
        fresh = {key for key in counted.lines if key not in known}
        texts = _samples(connection, fresh, found)
    few = counted.articles <= EXACT
    candidates = {key for sheet, _ in found for key in sheet.keys} if few else counted.lines.keys()
    return Counted(count=counted, texts=texts, template=tuple(sorted(key for key in candidates if is_long(key))))


def _samples(connection: Connection, wanted: set[int], found: Sequence[tuple[Sheet, int]]) -> dict[int, str]:
    texts: dict[int, str] = {}
    looked = 0
    for sheet, extraction in found:
        if looked == SAMPLED:
            break
        if wanted.isdisjoint(sheet.keys):
            continue
        looked += 1
        for block in blocks_of(connection, extraction):
            key = key_of(block.text)
            if key in wanted:
                wanted.discard(key)
                texts[key] = block.text
    return texts
