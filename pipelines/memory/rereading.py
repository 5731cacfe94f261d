"""Reads snapshots again from their WARC records: what a worker process does of `reextract`."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import attrs
from sqlalchemy import Connection

from pipelines.answers import part_bytes
from pipelines.clean import RULES
from pipelines.memory.learning import memory_of, reader_of
from pipelines.page import NotArticle, PageBytes
from pipelines.reading import Reading, read
from storage import snapshots
from storage.database import reading
from storage.errors import BackissueError
from storage.rules import SiteRules
from storage.stored import kept_rendition, shown_rendition, stored_article


class Found(StrEnum):
    """What reading a snapshot again gave."""

    SAME = "same"
    DIFFERS = "differs"
    """Another text than the one that was shown: by a newer version."""
    UNSTABLE = "unstable"
    """Another text by the very version that made the one that is kept, which must not be."""
    NO_ARTICLE = "no_article"
    """The current version finds no article there. What was kept stays."""
    UNREADABLE = "unreadable"
    """The record is damaged, or the page broke the parser. What was kept stays."""


PROBLEMS = frozenset({Found.UNSTABLE, Found.NO_ARTICLE, Found.UNREADABLE})


@attrs.frozen(kw_only=True)
class Reread:
    """One snapshot, read again."""

    snapshot: int
    url: str
    found: Found
    words_before: int
    words: int | None
    """None where there is no article."""
    rendition: str | None
    """The versions that read it now."""
    error: str | None = None
    reading: Reading | None = None
    """What is to be kept. None: it is there already, or there is nothing."""


def reread(database: Path, warc: Path, generation: int, wanted: Sequence[tuple[int, SiteRules | None]]) -> list[Reread]:
    """Read these snapshots again by the current version, their publishers' own rules and a generation of the memory."""
    return [_reread(database, warc, generation, snapshot, rules) for snapshot, rules in wanted]


def _reread(database: Path, warc: Path, generation: int, snapshot: int, rules: SiteRules | None) -> Reread:
    engine = reader_of(database)
    seen = snapshots.seen(engine, snapshot)
    with reading(engine) as connection:
        shown = shown_rendition(connection, snapshot)
    try:
        page = attrs.evolve(PageBytes.of(snapshots.exchange_of(engine, warc, snapshot)), url=seen.url)
        knowledge = memory_of(database, generation).knowledge(seen.url, seen.captured_at, site=seen.site)
        parts = [part_bytes(capture) for capture in snapshots.parts_of(engine, warc, snapshot)]
        result = read(page, knowledge, rules, parts)
    except Exception as error:  # noqa: BLE001 - whatever a parser raises on a page is that page's failure
        why = str(error) if isinstance(error, BackissueError) else f"{seen.url} could not be read: {error!r}."
        return unreadable(snapshot, seen.url, shown.words, why)
    if isinstance(result, NotArticle):
        return Reread(
            snapshot=snapshot, url=seen.url, found=Found.NO_ARTICLE, words_before=shown.words, words=None,
            rendition=None, error=result.why,
        )  # fmt: skip
    with reading(engine) as connection:
        kept = _kept(connection, snapshot, result)
    if kept is None:
        found = Found.SAME if shown.text == result.rendition.text else Found.DIFFERS
    else:
        found = Found.SAME if kept == result.rendition.text else Found.UNSTABLE
    return Reread(
        snapshot=snapshot,
        url=seen.url,
        found=found,
        words_before=shown.words,
        words=result.rendition.words,
        rendition=result.rendition.version,
        reading=result if kept is None else None,
        error=f"Snapshot {snapshot} was read anew by the version that made it, and differs. Please report this page."
        if found is Found.UNSTABLE
        else None,
    )


def _kept(connection: Connection, snapshot: int, result: Reading) -> str | None:
    """The text that the same version made before; None where it has not."""
    stored = stored_article(connection, snapshot, result.article.extractor)
    if stored is None:
        return None
    kept = kept_rendition(connection, stored.extraction, RULES, result.rendition.generation)
    return kept.text if kept is not None else None


def unreadable(snapshot: int, url: str, words: int, why: str) -> Reread:
    """What becomes of a snapshot that cannot be read."""
    return Reread(
        snapshot=snapshot, url=url, found=Found.UNREADABLE, words_before=words, words=None, rendition=None, error=why
    )  # fmt: skip
