"""Reads the archive's WARC records again by the current version, in parallel, and goes on where it was killed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Literal

import attrs
from sqlalchemy import Connection

from pipelines.clean import RULES
from pipelines.extract import EXTRACTOR
from pipelines.memory.ahead import ahead
from pipelines.memory.rereading import PROBLEMS, Found, Reread, reread, unreadable
from pipelines.memory.upkeep import Upkeep, Upkept
from pipelines.rules.apply import versioned
from storage import reextraction
from storage.database import reading
from storage.errors import BackissueError
from storage.memory import newest_generation
from storage.record import keep_rendition
from storage.reextraction import Reextract, Selection, Wanted
from storage.rule_book import RuleBook
from storage.rules import SiteRules
from storage.stored import shown_rendition

# Pages that a worker reads between two answers: some 0.4 s. One that takes too long is read again by itself.
BATCH = 8


@attrs.define(kw_only=True)
class Reextracted:
    """How a run of `reextract` ended."""

    run: int
    resumed: bool
    state: Literal["done", "interrupted"] = "done"
    tally: Counter[str] = attrs.field(factory=Counter)
    """Outcome -> snapshots, those from before it was interrupted among them."""
    problems: list[str] = attrs.field(factory=list)
    """One line for each text that could not be linked."""

    @property
    def exit_code(self) -> int:
        """0 done, 1 something could not be read, 130 interrupted."""
        if self.state == "interrupted":
            return 130
        return 1 if self.problems or any(self.tally[found.value] for found in PROBLEMS) else 0


def selection(*, source: str | None, page: str | None, everything: bool) -> Selection:
    """What to read again, by the version that this process is of."""
    return Selection(source=source, page=page, everything=everything, extractor=EXTRACTOR, rules=RULES)


async def reextract(upkeep: Upkeep, wanted: Selection, on_snapshot: Callable[[Reread], None]) -> Reextracted:
    """Read the snapshots that are wanted, in the order they were added, and keep what the current version lacks."""
    recorder, now = upkeep.recorder, upkeep.recorder.clock.now()
    run: Reextract = await recorder.transact(
        lambda connection: reextraction.begin(connection, recorder.lock, wanted, now=now)
    )
    book = RuleBook.of(recorder.folder)
    result = Reextracted(run=run.id, resumed=run.resumed, tally=Counter(run.tally))
    with reading(upkeep.reader) as connection:
        again = reextraction.snapshots(connection, wanted, run.reached, partial(_extractor_for, book))
        generation = newest_generation(connection)
    done = 0
    upkeep.on_progress("reading again", 0, len(again))
    async with aclosing(ahead(_jobs(upkeep, again, book, generation), 2 * upkeep.workers.count)) as batches:
        async for batch in batches:
            result.tally.update(one.found.value for one in batch)
            await recorder.transact(partial(_keep, upkeep, run.id, batch, dict(result.tally)))
            for one in batch:
                on_snapshot(one)
            done += len(batch)
            upkeep.on_progress("reading again", done, len(again))
            if upkeep.stopping():
                result.state = "interrupted"
                break
    kept = Upkept()
    await upkeep.link(kept)
    result.problems += kept.problems
    now = recorder.clock.now()
    await recorder.transact(lambda connection: reextraction.close(connection, run.id, result.state, now=now))
    recorder.lock.drop(reextraction.LOCK)
    return result


def _extractor_for(book: RuleBook, url: str, source: str | None) -> str:
    rules = book.rules_for(url, source)
    return versioned(EXTRACTOR, rules) if rules else EXTRACTOR


def _jobs(
    upkeep: Upkeep, again: Sequence[Wanted], book: RuleBook, generation: int
) -> Iterator[Coroutine[Any, Any, list[Reread]]]:
    for start in range(0, len(again), BATCH):
        batch = again[start : start + BATCH]
        yield _read(upkeep, [(one, book.rules_for(one.url, one.source)) for one in batch], generation)


async def _read(upkeep: Upkeep, batch: Sequence[tuple[Wanted, SiteRules | None]], generation: int) -> list[Reread]:
    """Read a batch; where a worker is lost over it, each by itself."""
    folder = upkeep.recorder.folder
    first = batch[0][0]
    given = [(one.snapshot, rules) for one, rules in batch]
    try:
        return await upkeep.workers.run(reread, first.url, folder.database, folder.warc, generation, given)
    except asyncio.CancelledError:
        raise
    except BackissueError as error:
        if len(batch) == 1:
            with reading(upkeep.reader) as connection:
                words = shown_rendition(connection, first.snapshot).words
            return [unreadable(first.snapshot, first.url, words, str(error))]
    return [one for single in batch for one in await _read(upkeep, [single], generation)]


def _keep(upkeep: Upkeep, run: int, batch: Sequence[Reread], tally: dict[str, int], connection: Connection) -> None:
    now = upkeep.recorder.clock.now()
    for one in batch:
        if one.reading is not None:
            keep_rendition(connection, one.snapshot, one.reading.article, one.reading.rendition, now=now)
    reextraction.advance(connection, run, batch[-1].snapshot, tally)


__all__ = ["Found", "Reextracted", "reextract", "selection"]
