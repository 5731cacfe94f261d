"""The one writer of a process: a thread that commits in groups, WARC records first and rows second."""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import attrs
from sqlalchemy import Connection, Engine, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DatabaseError

from storage import assets, captures, database
from storage.capture import Capture, Exchange, Memento
from storage.capture_tables import CaptureRow
from storage.clock import Clock
from storage.endings import Endings
from storage.errors import BackissueError, DatabaseFailed
from storage.folder import Folder
from storage.outcome import Outcome, Receipt
from storage.record import Ledger, RenditionMissing, insert_records, record_visit
from storage.rekeying import is_current, rekey
from storage.runs import RunLock
from storage.search import index
from storage.surt import surt
from storage.tables import RecordRow, UTCDateTime, WarcFileRow
from storage.urls import use_rules_of
from storage.visit import Visit
from storage.warc_files import Place, WarcFiles, mend_tails
from storage.warc_records import Earlier, Record, payload_digest, response_records

T = TypeVar("T")

# An fsync costs 4 ms and is shared by all captures of a group. What comes after a pause is committed at once, and what
# follows closely is gathered: nobody waits noticeably for a fifth of a second.
GROUP_SECONDS = 0.2
GROUP_SIZE = 64

# Put together once, as in `storage.pages`.
_EARLIER = (
    select(RecordRow.record_id, RecordRow.url, RecordRow.captured_at).where(RecordRow.type == "response").limit(1)
)
_EARLIER_OF_URL = (
    # The index of captures has the key, not the URL.
    _EARLIER.join(CaptureRow, CaptureRow.record_id == RecordRow.id)
    .where(CaptureRow.urlkey == bindparam("urlkey"), RecordRow.url == bindparam("url"))
    .order_by(RecordRow.id.desc())
)
_EARLIER_OF_DATE = (
    _EARLIER_OF_URL.where(RecordRow.captured_at <= bindparam("until", type_=UTCDateTime()))
    .order_by(None)
    .order_by(RecordRow.captured_at.desc())
)
_EARLIER_OF_PAYLOAD = _EARLIER.where(RecordRow.payload_digest == bindparam("digest")).order_by(RecordRow.id)
_RECORD = select(RecordRow.id).where(RecordRow.record_id == bindparam("record"))

SOFTWARE = "backissue (https://github.com/backissue/backissue)"


@attrs.frozen
class _Asset:
    """What a snapshot's page names, to be kept beside it."""

    snapshot: int
    url: str
    capture: Capture


@attrs.define(kw_only=True)
class _Job:
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    work: Callable[[Connection], Any] | None = None
    visit: Visit | None = None
    ledger: Ledger | None = None
    asset: "_Asset | None" = None
    last: bool = False
    """Tried although an earlier job failed for good."""
    records: tuple[int, ...] = ()
    """Row ids of the records of the capture and of its article's further parts, once they are written."""
    rows: list[dict[str, object]] = attrs.field(factory=list)
    """Of the records written in this group."""


class _OneFailed(Exception):
    """A visit of a group could not be recorded; the others are to be recorded without it."""


class Recorder:
    """Takes visits and short transactions from coroutines, and answers when they are committed.

    A WARC or database failure is final: every later call but `conclude` raises it too, so that a run ends instead of
    losing pages.
    """

    def __init__(
        self,
        folder: Folder,
        *,
        clock: Clock,
        group_seconds: float = GROUP_SECONDS,
        on_progress: index.OnProgress = lambda what, done, total: None,
    ):
        """Make the archive where it is missing, bring it up to date, mend what a crash left. Raises BackissueError.

        `group_seconds`: how long a visit that follows closely waits for others; 0 where each is waited for in turn.
        `on_progress`: told of what takes long in bringing it up to date.
        """
        folder.make()
        use_rules_of(folder.path)
        self.folder = folder
        self.clock = clock
        self.group_seconds = group_seconds
        self.lock = RunLock(folder.locks)
        self.engine = database.open_engine(folder.database, write=True)
        self._migrate(on_progress)
        self._warc = WarcFiles(folder.warc, clock=clock, software=SOFTWARE)
        self._mend()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._broken: BackissueError | None = None
        self._files: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def _migrate(self, on_progress: index.OnProgress) -> None:
        # Two processes that start on a new folder at once would both create the tables.
        gate = RunLock(self.folder.locks)
        while not gate.take("migration"):
            threading.Event().wait(0.05)
        try:
            database.migrate(self.engine)
            with database.writing(self.engine) as connection:
                # Another file of rules than last time.
                if not is_current(connection):
                    rekey(connection)
                    index.move_all(connection)
            index.catch_up(self.engine, on_progress)
        finally:
            gate.drop("migration")

    def _mend(self) -> None:
        ends = (
            select(WarcFileRow.name, func.max(RecordRow.offset + RecordRow.length))
            .join(RecordRow, RecordRow.file_id == WarcFileRow.id)
            .group_by(WarcFileRow.name)
        )
        with database.reading(self.engine) as connection:
            known = {str(row[0]): int(row[1]) for row in connection.execute(ends)}
        mend_tails(self.folder.warc, known)

    def set_clock(self, clock: Clock) -> None:
        """Move the time, for the demo and for tests."""
        self.clock = clock

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Run a short function in a transaction, at once; returns what it returns when it is committed."""
        loop = asyncio.get_running_loop()
        job = _Job(loop=loop, future=loop.create_future(), work=work)
        self._jobs.put(job)
        result: T = await job.future
        return result

    async def conclude(self, work: Callable[[Connection], T]) -> T:
        """Like `transact`, and tried even after a failure: a run's last word, which may say why it ended."""
        loop = asyncio.get_running_loop()
        job = _Job(loop=loop, future=loop.create_future(), work=work, last=True)
        self._jobs.put(job)
        result: T = await job.future
        return result

    async def record(self, visit: Visit, ledger: Ledger, *, written: tuple[int, ...] = ()) -> Receipt:
        """Keep a visit: its WARC records, then its rows. Answers when both are safe.

        `written`: the records' rows where an earlier call wrote them and then raised RenditionMissing.
        """
        loop = asyncio.get_running_loop()
        job = _Job(loop=loop, future=loop.create_future(), visit=visit, ledger=ledger, records=written)
        self._jobs.put(job)
        receipt: Receipt = await job.future
        return receipt

    async def keep_asset(self, snapshot: int, url: str, capture: Capture) -> None:
        """Keep an image, a style sheet or a font that a snapshot's page names; it is no visit. Answers when it is
        safe."""
        loop = asyncio.get_running_loop()
        job = _Job(loop=loop, future=loop.create_future(), asset=_Asset(snapshot, url, capture))
        self._jobs.put(job)
        await job.future

    def close(self) -> None:
        """Commit what is waiting and close the files."""
        self._jobs.put(None)
        self._thread.join()
        self._warc.close()
        self.engine.dispose()

    def _run(self) -> None:
        closing, committed = False, 0.0
        while not closing:
            group: list[_Job] = []
            job = self._jobs.get()
            deadline = committed + self.group_seconds
            while True:
                if job is None:
                    closing = True
                    break
                group.append(job)
                if job.work is not None or len(group) >= GROUP_SIZE:
                    break
                try:
                    job = self._jobs.get(timeout=max(0.0, deadline - time.monotonic()))
                except queue.Empty:
                    break
            if self._broken is None and group:
                self._commit(group)
            else:
                for job in group:
                    self._commit([job])
            if any(job.visit is not None for job in group):
                committed = time.monotonic()

    def _commit(self, group: Sequence[_Job]) -> None:
        results: list[tuple[_Job, Any, BaseException | None]] = []
        try:
            if self._broken is not None and not all(job.last for job in group):
                raise self._broken
            self._write_records(group)
            try:
                results = self._together(group)
            except _OneFailed:
                results = self._each(group)
        except BackissueError as error:
            self._broken = error
            results = [(job, None, error) for job in group]
        except Exception as error:  # noqa: BLE001 - handed to every waiting coroutine, and to those that come later
            self._broken = DatabaseFailed(str(error))
            results = [(job, None, error) for job in group]
        for job, result, failure in results:
            # The loop may be gone after an interrupt; then nobody waits.
            with contextlib.suppress(RuntimeError):
                job.loop.call_soon_threadsafe(_answer, job.future, result, failure)

    def _together(self, group: Sequence[_Job]) -> list[tuple[_Job, Any, BaseException | None]]:
        """A group without savepoints, each of which would have the full-text index write down what it has gathered.

        Raises _OneFailed where a visit fails, and then nothing of the group is kept. A function of a caller's has its
        savepoint, as it may not be called twice.
        """
        files = dict(self._files)
        results: list[tuple[_Job, Any, BaseException | None]] = []
        try:
            with _gathering(self.engine, group) as (connection, endings):
                for job in group:
                    if job.work is not None:
                        results.append((job, *self._apart(connection, job, endings)))
                        continue
                    try:
                        results.append((job, self._one(connection, job, endings), None))
                    except DatabaseError:
                        raise
                    except Exception as error:
                        raise _OneFailed from error
        except _OneFailed:
            self._files = files
            for job in group:
                if job.rows:
                    job.records = ()
            raise
        return results

    def _each(self, group: Sequence[_Job]) -> list[tuple[_Job, Any, BaseException | None]]:
        """Every job of a group in a savepoint of its own, so that what is wrong with one does not undo the others."""
        with _gathering(self.engine, group) as (connection, endings):
            return [(job, *self._apart(connection, job, endings)) for job in group]

    def _apart(self, connection: Connection, job: _Job, endings: Endings) -> tuple[Any, BaseException | None]:
        """One job in a savepoint; its records stay where it fails."""
        try:
            self._insert_records(connection, job)
            if job.work is not None:
                # It may ask the frontier, and its failure does not undo what came before.
                endings.write()
            with connection.begin_nested():
                return self._one(connection, job, endings), None
        except DatabaseError:
            raise
        except RenditionMissing as error:
            error.written = job.records
            return None, error
        except Exception as error:  # noqa: BLE001 - handed to the coroutine that waits for it
            return None, error

    def _one(self, connection: Connection, job: _Job, endings: Endings) -> Any:
        self._insert_records(connection, job)
        if job.work is not None:
            return job.work(connection)
        if job.asset is not None:
            return assets.link(connection, job.asset.snapshot, job.asset.url, job.records[0])
        if job.visit is None or job.ledger is None:
            raise ValueError("a job without work")
        now = self.clock.now()
        return record_visit(connection, job.visit, job.ledger, endings, records=job.records, now=now)

    def _insert_records(self, connection: Connection, job: _Job) -> None:
        """The rows of what was written for a job, unless they are there."""
        if job.rows and not job.records:
            rows = [{**row, "file_id": self._file_id(connection, str(row["file"]))} for row in job.rows]
            job.records = self._insert_rows(connection, rows)

    def _file_id(self, connection: Connection, name: str) -> int:
        known = self._files.get(name)
        if known is None:
            statement = sqlite_insert(WarcFileRow).values(name=name, added_at=self.clock.now())
            statement = statement.on_conflict_do_update(index_elements=["name"], set_={"name": name})
            known = connection.execute(statement.returning(WarcFileRow.id)).scalar_one()
            self._files[name] = known
        return known

    @staticmethod
    def _insert_rows(connection: Connection, rows: list[dict[str, object]]) -> tuple[int, ...]:
        """Insert a capture's records; returns the ids of those that answered."""
        answers = [row.pop("answers") for row in rows]
        for row in rows:
            del row["file"]
        ids: list[int] = []
        own: dict[object, int] = {}
        for row in rows:
            refers_to, exchange = row.pop("refers_to"), row.pop("exchange")
            if refers_to is None or refers_to in own:
                row["refers_to_id"] = own.get(refers_to)
            else:
                row["refers_to_id"] = connection.execute(_RECORD, {"record": refers_to}).scalar()
            ids += insert_records(connection, [row])
            if isinstance(exchange, Exchange):
                captures.enter(connection, ids[-1], exchange)
            own[row["record_id"]] = ids[-1]
        return tuple(i for i, answered in zip(ids, answers, strict=True) if answered)

    def _write_records(self, group: Sequence[_Job]) -> None:
        """Append the records of every capture in the group, and sync them once."""
        seen: dict[str, Earlier] = {}
        batch: list[tuple[_Job, Record, bool]] = []
        with database.reading(self.engine) as connection:
            for job in group:
                if job.visit is not None and not job.records:
                    for record, answers in self._records(connection, job.visit, seen):
                        batch.append((job, record, answers))
                if job.asset is not None:
                    one = job.asset.capture
                    for record, answers in self._made(connection, (*one.redirects, one), seen):
                        batch.append((job, record, answers))
        if not batch:
            return
        places = self._warc.append([record for _, record, _ in batch])
        for (job, record, answers), place in zip(batch, places, strict=True):
            job.rows.append(_row(record, place) | {"answers": answers})

    def _records(self, connection: Connection, visit: Visit, seen: dict[str, Earlier]) -> list[tuple[Record, bool]]:
        """The records of a visit, each with whether it is the answer of a capture, and no redirect or request."""
        found = visit.found
        if isinstance(found, Capture) and found.record is not None:
            copied = Record(
                record_id=found.record.record_id,
                type=found.record.type,
                url=found.url,
                captured_at=found.captured_at,
                gzipped=found.record.gzipped,
                payload_digest=found.record.payload_digest or payload_digest(found.body),
                refers_to=_referred(connection, found) if found.record.type == "revisit" else None,
                exchange=found,
            )
            rendered = found.conversion
            if rendered is None or visit.same_as is not None:
                return [(copied, True)]
            beside = Record(
                record_id=rendered.record_id,
                type=rendered.type,
                url=found.url,
                captured_at=found.captured_at,
                gzipped=rendered.gzipped,
                payload_digest=rendered.payload_digest or payload_digest(found.rendered or b""),
                refers_to=found.record.record_id,
            )
            return [(copied, True), (beside, False)]
        exchanges: list[Exchange] = []
        for one in (found, *visit.parts):
            exchanges += one.redirects
            if isinstance(one, Capture):
                exchanges.append(one)
        not_modified = visit.outcome is Outcome.NOT_MODIFIED
        # The same markup as that of the snapshot need not be kept again.
        return self._made(connection, exchanges, seen, not_modified=not_modified, rendered=visit.same_as is None)

    def _made(
        self,
        connection: Connection,
        exchanges: Sequence[Exchange],
        seen: dict[str, Earlier],
        *,
        not_modified: bool = False,
        rendered: bool = False,
    ) -> list[tuple[Record, bool]]:
        """The records of exchanges, each with whether it is the answer of a capture. `rendered`: with what a browser
        made of them."""
        records: list[tuple[Record, bool]] = []
        for exchange in exchanges:
            earlier = self._earlier(connection, exchange, seen, not_modified=not_modified)
            with_markup = rendered and exchange.rendered is not None
            made = response_records(exchange, earlier=earlier, memento=_memento_of(exchange), rendered=with_markup)
            first = made[0]
            if earlier is None and first.payload_digest and exchange.body:
                seen[first.payload_digest] = Earlier(
                    record_id=first.record_id, url=first.url, captured_at=first.captured_at
                )
            records += [(record, isinstance(exchange, Capture) and record is first) for record in made]
        return records

    def _earlier(
        self, connection: Connection, exchange: Exchange, seen: dict[str, Earlier], *, not_modified: bool
    ) -> Earlier | None:
        if exchange.status == 304 and not_modified:
            given = {"url": exchange.url, "urlkey": surt(exchange.url)}
            row = connection.execute(_EARLIER_OF_URL, given).first()
        elif exchange.body:
            digest = payload_digest(exchange.body)
            if digest in seen and (_memento_of(exchange) is None or seen[digest].captured_at <= exchange.captured_at):
                return seen[digest]
            row = connection.execute(_EARLIER_OF_PAYLOAD, {"digest": digest}).first()
        else:
            return None
        if row is None or (_memento_of(exchange) is not None and row.captured_at > exchange.captured_at):
            # A memento may be older than the same payload that the archive has: a revisit is of what was there before.
            return None
        return Earlier(record_id=row.record_id, url=row.url, captured_at=row.captured_at)


@contextlib.contextmanager
def _gathering(engine: Engine, group: Sequence[_Job]) -> Iterator[tuple[Connection, Endings]]:
    """A transaction, and what gathers the ends of a group's visits in it."""
    with database.writing(engine) as connection:
        endings = Endings(connection, filter(None, map(_entry_of, group)))
        yield connection, endings
        endings.write()


def _entry_of(job: _Job) -> int | None:
    """The frontier's row that a visit answers. None: it is none, or a memento's, which has another list."""
    found = job.visit.found if job.visit is not None else None
    return found.entry if found is not None and found.memento is None else None


def _memento_of(exchange: Exchange) -> Memento | None:
    return exchange.memento if isinstance(exchange, Capture) else None


def _referred(connection: Connection, capture: Capture) -> str | None:
    """The response record with the payload that an imported revisit record refers to."""
    if capture.status == 304:
        # Its digest is that of nothing; what had not changed is what the same URL had said last.
        given = {"url": capture.url, "urlkey": surt(capture.url), "until": capture.captured_at}
        return connection.execute(_EARLIER_OF_DATE, given).scalar()
    digest = (capture.record and capture.record.payload_digest) or payload_digest(capture.body)
    return connection.execute(_EARLIER_OF_PAYLOAD, {"digest": digest}).scalar()


def _row(record: Record, place: Place) -> dict[str, object]:
    return {
        "record_id": record.record_id,
        "type": record.type,
        "url": record.url,
        "captured_at": record.captured_at,
        "file": place.file,
        "offset": place.offset,
        "length": place.length,
        "sha256": record.sha256,
        "payload_digest": record.payload_digest,
        "refers_to": record.refers_to,
        "exchange": record.exchange,
    }


def _answer(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
