"""Keeps the site memory: closes a generation when runs have ended, and has what it concerns cleaned again."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

import attrs
from sqlalchemy import Connection, Engine

from pipelines.memory.ahead import ahead
from pipelines.memory.learning import Counted, count_window
from pipelines.memory.recleaning import Recleaned, reclean
from pipelines.memory.teaching import teach
from pipelines.stories.linking import Linking
from pipelines.workers import Workers
from storage import generations
from storage.database import reading
from storage.errors import BackissueError
from storage.generations import Pending, State
from storage.lessons import Lesson, lesson
from storage.memory import newest_generation
from storage.record import add_rendition, confirm_renditions
from storage.recorder import Recorder

OnProgress = Callable[[str, int, int], None]
"""Takes what is being done, how many of it are done, and how many there are."""

# Snapshots that a worker cleans between two answers: about a quarter of a second.
BATCH = 40

# Other processes close generations too, at most one at a time; each of them makes one attempt vain.
ATTEMPTS = 10


@attrs.define(kw_only=True)
class Upkept:
    """What was learnt, and what it changed."""

    generation: int | None = None
    """The generation that was closed. None: there was nothing to learn from."""
    sites: int = 0
    """Sites whose captures were cleaned again."""
    cleaned: int = 0
    """Snapshots that were cleaned again."""
    differ: int = 0
    """Of these, those whose text differs."""
    stopped: bool = False
    """It was told to leave the rest for the next run."""
    problems: list[str] = attrs.field(factory=list)
    """One line for each snapshot that could not be cleaned."""


@attrs.frozen(kw_only=True)
class Upkeep:
    """The memory's keeper in one process."""

    recorder: Recorder
    reader: Engine
    workers: Workers
    on_progress: OnProgress = lambda what, done, total: None
    stopping: Callable[[], bool] = lambda: False
    """Whether to leave the rest for the next run."""

    async def learn(self, run: int | None) -> Upkept:
        """Learn from all snapshots that no generation has seen, close one, and clean again what it concerns, also what
        an earlier, interrupted call left. Nothing is lost and nothing done twice, whenever it is stopped."""
        kept = Upkept()
        for _ in range(ATTEMPTS):
            with reading(self.reader) as connection:
                at = generations.state(connection)
            if at.newest_snapshot <= at.last_snapshot or self.stopping():
                break
            kept.generation = await self._close(at, run)
            if kept.generation is not None:
                break
        await self.clean_again(kept)
        if not self.stopping() and await self._teach(run, kept):
            await self.clean_again(kept)
        await self.link(kept)
        kept.stopped = self.stopping()
        return kept

    async def link(self, kept: Upkept) -> None:
        """Link what has come or was cleaned again since the last time."""
        if not self.stopping():
            linking = Linking(
                recorder=self.recorder, reader=self.reader, workers=self.workers, on_progress=self.on_progress,
                stopping=self.stopping,
            )  # fmt: skip
            kept.problems += await linking.link()

    async def _teach(self, run: int | None, kept: Upkept) -> bool:
        """Train the classifier where there is enough more to learn from, as a generation of its own."""
        taught = await self.workers.run(teach, "the archive's own lines", self.recorder.folder.database)
        if taught is None:
            return False
        with reading(self.reader) as connection:
            at = generations.state(connection)
        now = self.recorder.clock.now()
        # What came in meanwhile is for the next generation of lines.
        at = attrs.evolve(at, newest_snapshot=at.last_snapshot)
        number = await self.recorder.transact(
            lambda connection: generations.close(
                connection, [], {}, expected=at, run=run, model=taught.model, model_lines=taught.lines, now=now
            )
        )
        kept.generation = number or kept.generation
        return number is not None

    async def _close(self, at: State, run: int | None) -> int | None:
        with reading(self.reader) as connection:
            sites = generations.sites_with_new(connection, at.last_snapshot)
        lessons: list[Lesson] = []
        kin: dict[str, dict[str, int]] = {}
        done = 0
        jobs = (self._lesson(site, at) for site in sites)
        async with aclosing(ahead(jobs, 2 * self.workers.count)) as found:
            async for learnt, template in found:
                if self.stopping():
                    return None
                with reading(self.reader) as connection:
                    related = generations.kin_of(connection, learnt.site, template)
                if learnt.since is not None or learnt.seen or related:
                    lessons.append(learnt)
                if related:
                    kin[learnt.site] = related
                done += 1
                self.on_progress("learning", done, len(sites))
        now = self.recorder.clock.now()
        return await self.recorder.transact(
            lambda connection: generations.close(
                connection, lessons, kin, expected=at, run=run, model=None, model_lines=0, now=now
            )
        )

    async def _lesson(self, site: str, at: State) -> tuple[Lesson, list[int]]:
        with reading(self.reader) as connection:
            windows = list(generations.windows(connection, site, at.last_snapshot))
            known, pages = generations.known_articles(connection, site)
            standing = generations.standing(connection, site, at.generation)
        if not windows:
            return Lesson(site=site, since=None, known=known, pages=tuple(pages) if pages is not None else None), []
        database = self.recorder.folder.database
        jobs = (
            self.workers.run(count_window, site, database, site, snapshots, at.generation) for _, snapshots in windows
        )
        counted: list[Counted] = [one async for one in ahead(jobs, 2 * self.workers.count)]
        texts: dict[int, str] = {}
        for one in reversed(counted):
            texts |= one.texts
        learnt = lesson(
            site,
            known=known,
            pages=pages,
            standing=standing,
            counts=[one.count for one in counted],
            texts=texts,
            newest_counted=windows[0][0],
        )
        return learnt, sorted({key for one in counted for key in one.template} | standing.keys())

    async def overrule(self, site: str, key: int, text: str | None, *, cut: bool | None) -> Upkept:
        """Decide about a line of a site (None: lift what was decided), and clean the site's captures again."""
        now = self.recorder.clock.now()
        number = await self.recorder.transact(
            lambda connection: generations.overrule(connection, site, key, text, cut=cut, now=now)
        )
        kept = Upkept(generation=number)
        await self.clean_again(kept)
        await self.link(kept)
        kept.stopped = self.stopping()
        return kept

    async def clean_again(self, kept: Upkept) -> None:
        """Clean what the generations closed so far concern, and add what came of it to `kept`."""
        with reading(self.reader) as connection:
            newest = newest_generation(connection)
            waiting = generations.pending(connection)
        for one in waiting:
            await self._clean_site(one, newest, kept)
            if self.stopping():
                return
            kept.sites += 1

    async def _clean_site(self, pending: Pending, newest: int, kept: Upkept) -> None:
        with reading(self.reader) as connection:
            snapshots = generations.snapshots_since(connection, pending.site, pending.since)
        what, done = f"cleaning {pending.site} again", 0
        self.on_progress(what, done, len(snapshots))
        async with aclosing(self._cleaned(snapshots, newest)) as batches:
            async for some, made, problems in batches:
                await self.recorder.transact(partial(self._keep, made))
                done += some
                kept.cleaned += len(made)
                kept.differ += sum(one.confirms is None for one in made)
                kept.problems += problems
                self.on_progress(what, done, len(snapshots))
                if self.stopping():
                    return
        await self.recorder.transact(
            lambda connection: generations.recleaned(connection, pending.site, pending.generation)
        )

    def _cleaned(
        self, snapshots: Sequence[int], newest: int
    ) -> AsyncGenerator[tuple[int, list[Recleaned], list[str]], None]:
        def jobs() -> Iterator[Coroutine[Any, Any, tuple[int, list[Recleaned], list[str]]]]:
            for start in range(0, len(snapshots), BATCH):
                yield self._clean_batch(snapshots[start : start + BATCH], newest)

        return ahead(jobs(), 2 * self.workers.count)

    async def _clean_batch(self, batch: Sequence[int], newest: int) -> tuple[int, list[Recleaned], list[str]]:
        """Clean a batch; where that fails, each by itself, so that one bad snapshot does not hold up the others."""
        database, name = self.recorder.folder.database, f"snapshot {batch[0]}"
        try:
            return len(batch), await self.workers.run(reclean, name, database, newest, batch), []
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a rule raises on a page is that page's failure
            if len(batch) == 1:
                why = str(error) if isinstance(error, BackissueError) else f"{name} could not be cleaned: {error!r}."
                return 1, [], [why]
        made: list[Recleaned] = []
        problems: list[str] = []
        for snapshot in batch:
            _, one, why_not = await self._clean_batch([snapshot], newest)
            made += one
            problems += why_not
        return len(batch), made, problems

    def _keep(self, made: Sequence[Recleaned], connection: Connection) -> None:
        now = self.recorder.clock.now()
        confirm_renditions(connection, {one.confirms: one.generation for one in made if one.confirms is not None})
        for one in made:
            if one.rendition is not None and one.content is not None:
                add_rendition(connection, one.snapshot, one.extraction, one.rendition, one.content, now=now)
