"""Finds which pages tell the same story, when runs have ended: the stage that deduplicates, over what was archived.

It comes after the site memory: what cleaning changes again would have to be linked twice.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, TypeVar

import attrs
from sqlalchemy import Engine

from pipelines.memory.ahead import ahead
from pipelines.stories.reading import find_like, read_bodies
from pipelines.workers import Workers
from storage import links
from storage.database import reading
from storage.errors import BackissueError
from storage.recorder import Recorder

T = TypeVar("T")

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
            snapshots, newest = links.waiting(connection)
        jobs = (self._read(part) for part in _parts(snapshots))
        done = 0
        async with aclosing(ahead(jobs, 2 * self.workers.count)) as batches:
            async for some, reads, why in batches:
                await self.recorder.transact(partial(_keep, reads))
                problems += why
                done += some
                self.on_progress("fingerprints", done, len(snapshots))
                if self.stopping():
                    return problems
        if snapshots:
            await self.recorder.transact(lambda connection: links.advance(connection, newest))
        return problems + await self._find() + await self._place()

    async def _find(self) -> list[str]:
        with reading(self.reader) as connection:
            bodies = links.unlinked(connection)
        problems: list[str] = []
        done = 0
        async with aclosing(ahead((self._like(part) for part in _parts(bodies)), 2 * self.workers.count)) as batches:
            async for some, found, why in batches:
                await self.recorder.transact(partial(_keep_edges, found))
                problems += why
                done += some
                self.on_progress("links", done, len(bodies))
                if self.stopping():
                    break
        return problems

    async def _place(self) -> list[str]:
        while not self.stopping():
            if not await self.recorder.transact(lambda connection: links.place(connection, PLACED)):
                break
        return []

    async def _read(self, part: Sequence[int]) -> tuple[int, list[links.Read], list[str]]:
        return await self._one_by_one(read_bodies, "snapshot", part)

    async def _like(self, part: Sequence[int]) -> tuple[int, list[links.Found], list[str]]:
        return await self._one_by_one(find_like, "text", part)

    async def _one_by_one(
        self, work: Callable[[Any, Sequence[int]], list[T]], name: str, part: Sequence[int]
    ) -> tuple[int, list[T], list[str]]:
        """Do a part; where that fails, each by itself, so that a bad one does not hold up the others."""
        try:
            return len(part), await self.workers.run(work, f"{name} {part[0]}", self.recorder.folder.database, part), []
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with a text is that text's failure
            if len(part) == 1:
                why = str(error) if isinstance(error, BackissueError) else f"{error!r}"
                return 1, [], [f"{name} {part[0]} could not be linked: {why}"]
        made: list[T] = []
        problems: list[str] = []
        for one in part:
            _, some, why_not = await self._one_by_one(work, name, [one])
            made += some
            problems += why_not
        return len(part), made, problems


def _keep(reads: Sequence[links.Read], connection: Any) -> None:
    links.keep_bodies(connection, reads)


def _keep_edges(found: Sequence[links.Found], connection: Any) -> None:
    links.keep_edges(connection, found)


def _parts(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
