"""Cleans snapshots again by what has been learnt since: from the database, without WARC and without HTML."""

from collections.abc import Sequence
from pathlib import Path

import attrs

from pipelines.clean import RULES, clean
from pipelines.memory.learning import memory_of, reader_of
from storage.article import Rendition, content_digest
from storage.database import reading
from storage.stored import kept_rendition, same_text, stored_article


@attrs.frozen(kw_only=True)
class Recleaned:
    """What cleaning a snapshot again gave."""

    snapshot: int
    extraction: int
    generation: int
    confirms: int | None = None
    """The rendition that has this very text. None: it is a new one."""
    rendition: Rendition | None = None
    content: str | None = None
    """The new rendition's content digest."""


def reclean(database: Path, generation: int, snapshots: Sequence[int]) -> list[Recleaned]:
    """Clean the newest extraction of these snapshots by a generation of the memory, where that has not been done.

    Runs in a worker process. One answer for each snapshot that was cleaned.
    """
    memory, made = memory_of(database, generation), []
    with reading(reader_of(database)) as connection:
        for snapshot in snapshots:
            stored = stored_article(connection, snapshot)
            if stored is None:
                continue
            knowledge = memory.knowledge(stored.url, stored.captured_at, site=stored.site)
            kept = kept_rendition(connection, stored.extraction, RULES)
            if kept is not None and kept.confirmed >= knowledge.generation:
                continue
            rendition = clean(stored.article, knowledge)
            same = kept is not None and same_text(kept, rendition)
            made.append(
                Recleaned(
                    snapshot=snapshot,
                    extraction=stored.extraction,
                    generation=knowledge.generation,
                    confirms=kept.id if kept is not None and same else None,
                    rendition=None if same else rendition,
                    content=None if same else content_digest(stored.article, rendition),
                )
            )
    return made
