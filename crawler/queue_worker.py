"""Works through the queue: what readers ask for is archived like what `archive` is given."""

import asyncio
from collections.abc import Callable

import attrs

from crawler.process import Process
from crawler.result import Result
from storage import database, queue
from storage.folder import Folder
from storage.outcome import Receipt
from storage.queue import Job
from storage.runs import RunLock

# A run's worth: what is asked for meanwhile does not wait for a hundred others to be learnt from.
BATCH = 16

# How soon what was asked for is begun.
POLL_SECONDS = 1.0


@attrs.define(kw_only=True)
class QueueWorker:
    """The one worker of an archive."""

    process: Process
    allow_private: bool
    delay: float
    once: bool
    """End when nothing waits."""
    on_receipt: Callable[[Receipt], None] = lambda receipt: None
    _open: dict[str, Job] = attrs.field(factory=dict, init=False)
    _ending: list["asyncio.Task[None]"] = attrs.field(factory=list, init=False)

    def run(self) -> list[Result]:
        """Work until it is told to stop, or nothing waits. Returns the runs. Raises WorkerUp."""
        lock = RunLock(self.process.folder.locks)
        self.process.folder.make()
        if not lock.take(queue.LOCK):
            raise queue.WorkerUp
        self.process.on_receipt = self._note
        try:
            return self.process.run(self._work)
        finally:
            lock.drop(queue.LOCK)

    async def _work(self) -> list[Result]:
        results: list[Result] = []
        clock = self.process.clock
        await self.process.transact(lambda connection: queue.recover(connection, now=clock.now()))
        engine = database.open_engine(self.process.folder.database, write=False)
        try:
            while not self.process.interrupted:
                with database.reading(engine) as connection:
                    waiting = queue.count_waiting(connection)
                if waiting:
                    results.append(await self._batch())
                elif self.once:
                    break
                else:
                    await asyncio.sleep(POLL_SECONDS)
        finally:
            engine.dispose()
        return results

    async def _batch(self) -> Result:
        clock = self.process.clock
        taken = await self.process.transact(lambda connection: queue.take(connection, limit=BATCH, now=clock.now()))
        self._open = {job.url: job for job in taken}
        result = await self.process.archive(
            list(self._open), allow_private=self.allow_private, delay=self.delay, watch=False
        )
        await asyncio.gather(*self._ending)
        self._ending.clear()
        left = [job.id for job in self._open.values()]
        if self.process.interrupted:
            await self.process.transact(lambda connection: queue.give_back(connection, left))
        elif left:
            await self.process.transact(lambda connection: queue.recover(connection, now=clock.now()))
        return result

    def _note(self, receipt: Receipt) -> None:
        self.on_receipt(receipt)
        job = self._open.pop(receipt.url, None)
        if job is not None:
            self._ending.append(asyncio.ensure_future(self._end(job, receipt)))

    async def _end(self, job: Job, receipt: Receipt) -> None:
        now = self.process.clock.now()
        await self.process.transact(lambda connection: queue.end(connection, job.id, receipt, now=now))


def is_at_work(folder: Folder) -> bool:
    """Whether a worker is up for an archive."""
    lock = RunLock(folder.locks)
    if not lock.take(queue.LOCK):
        return True
    lock.drop(queue.LOCK)
    return False
