"""Finds which pages tell the same story, when runs have ended: the stage that deduplicates, over what was archived.

It comes after the site memory: what cleaning changes again would have to be linked twice.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, TypeVar

import attrs
from sqlalchemy import Connection, Engine

from pipelines.memory.ahead import ahead
from pipelines.stories.reading import find_like, read_bodies
from pipelines.workers import Workers
from storage import links
from storage.database import reading
from storage.errors import BackissueError
from storage.recorder import Recorder

S = TypeVar("S")
T = TypeVar("T")
Job = Coroutine[Any, Any, tuple[int, list[str]]]
"""Gives how many it has done, and a line for each that failed."""

# Texts that a worker reads between two answers: about a fifth of a second.
BATCH = 100
# Texts that are placed in one transaction.
PLACED = 500


@attrs.frozen(kw_only=True)
class Linking:
    """Links the texts of an archive in one process."""

    recorder: Recorder
    reader: Engine
    workers: Workers
    on_progress: Callable[[str, int, int], None] = lambda what, done, total: None
    stopping: Callable[[], bool] = lambda: False

    async def link(self) -> list[str]:
        """Link what has not been linked. Nothing is lost and nothing done twice, whenever it is stopped.

        Returns a line for each snapshot that could not be read.
        """
        problems: list[str] = []
        with reading(self.reader) as connection:
            # Those that an earlier, interrupted call left.
            left = links.unlinked(connection)
            snapshots, newest = links.waiting(connection)
        jobs = (self._like(part) for part in _parts(left))
        whole = await self._run("links", jobs, len(left), problems)
        if whole and snapshots:
            jobs = (self._snapshots(part) for part in _parts(snapshots))
            whole = await self._run("fingerprints", jobs, len(snapshots), problems)
            if whole:
                await self.recorder.transact(lambda connection: links.advance(connection, newest))
        while whole and not self.stopping():
            if not await self.recorder.transact(lambda connection: links.place(connection, PLACED)):
                break
        return problems

    async def _run(self, what: str, jobs: Iterator[Job], count: int, problems: list[str]) -> bool:
        """Run jobs, some ahead. Returns whether all were run."""
        done = 0
        async with aclosing(ahead(jobs, 2 * self.workers.count)) as batches:
            async for some, why in batches:
                problems += why
                done += some
                self.on_progress(what, done, count)
                if self.stopping():
                    return done == count
        return True

    async def _snapshots(self, part: Sequence[int]) -> tuple[int, list[str]]:
        """Give snapshots' texts their fingerprints, and then look for their likes: of two texts that come at once, at
        least the one that is kept later finds the other."""
        reads, problems = await self._one_by_one(read_bodies, "snapshot", part)
        bodies = await self.recorder.transact(partial(_keep_bodies, reads))
        _, more = await self._like(bodies)
        return len(part), problems + more

    async def _like(self, bodies: Sequence[links.Body]) -> tuple[int, list[str]]:
        if not bodies:
            return 0, []
        found, problems = await self._one_by_one(find_like, "text", bodies)
        await self.recorder.transact(partial(_keep_edges, found))
        return len(bodies), problems

    async def _one_by_one(
        self, work: Callable[[Any, Sequence[S]], list[T]], name: str, part: Sequence[S]
    ) -> tuple[list[T], list[str]]:
        """Do a part; where that fails, each by itself, so that a bad one does not hold up the others."""
        first = f"{name} {part[0]}"
        try:
            return await self.workers.run(work, first, self.recorder.folder.database, part), []
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with a text is that text's failure
            if len(part) == 1:
                why = str(error) if isinstance(error, BackissueError) else f"{error!r}"
                return [], [f"{first} could not be linked: {why}"]
        made: list[T] = []
        problems: list[str] = []
        for one in part:
            some, why_not = await self._one_by_one(work, name, [one])
            made += some
            problems += why_not
        return made, problems


def _keep_bodies(reads: Sequence[links.Read], connection: Connection) -> list[links.Body]:
    return links.keep_bodies(connection, reads)


def _keep_edges(found: Sequence[links.Found], connection: Connection) -> None:
    links.keep_edges(connection, found)


def _parts(values: Sequence[S]) -> Iterator[Sequence[S]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
