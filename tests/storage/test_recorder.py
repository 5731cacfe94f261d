"""Visits that are recorded together: what is wrong with one does not touch the others, and nothing is kept twice."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, func, select

from storage import runs
from storage.archive import Archive
from storage.clock import Clock
from storage.database import reading
from storage.folder import Folder
from storage.outcome import Outcome, Receipt
from storage.record import Ledger, RenditionMissing
from storage.recorder import Recorder
from storage.search_tables import SearchRow
from storage.tables import RecordRow, SnapshotRow, VisitRow
from storage.visit import Visit
from tests.kept import LINES, Seen, visit

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def story(n: int) -> Visit:
    lines = [f"Of boat number {n}: {line}" for line in LINES]
    return visit(Seen(url=f"https://brackwater.example/news/boat-{n}", day=0, title=f"Boat {n}", lines=lines))


def recorded_together(folder: Path, visits: Sequence[Visit], *, after: Sequence[Visit] = ()) -> list[Any]:
    """What each visit comes to, in one group; `after`: in one of their own that follows."""

    async def record(recorder: Recorder) -> list[Any]:
        def begin(connection: Connection) -> runs.Run:
            return runs.begin(connection, recorder.lock, "archive", None, None, now=NOW)

        ledger = Ledger(run_id=(await recorder.transact(begin)).id, source_id=None)
        answers: list[Any] = []
        for group in (visits, after):
            calls = [recorder.record(one, ledger) for one in group]
            answers += await asyncio.gather(*calls, return_exceptions=True)
        return answers

    recorder = Recorder(Folder(folder), clock=Clock(), group_seconds=0.2)
    try:
        return asyncio.run(record(recorder))
    finally:
        recorder.close()


def counts(folder: Path) -> dict[str, int]:
    with Archive(Folder(folder)) as archive, reading(archive.engine) as connection:
        return {
            row.__tablename__: connection.execute(select(func.count()).select_from(row)).scalar_one()
            for row in (VisitRow, SnapshotRow, SearchRow, RecordRow)
        }


def test_one_that_fails_among_others(tmp_path: Path) -> None:
    broken = attrs.evolve(story(3), article=None)
    answers = recorded_together(tmp_path, [story(1), story(2), broken, story(4)])
    assert [type(answer) for answer in answers] == [Receipt, Receipt, ValueError, Receipt]
    assert counts(tmp_path) == {"visit": 3, "snapshot": 3, "search_row": 3, "record": 4}


def test_its_records_are_kept_once(tmp_path: Path) -> None:
    """What was fetched is in the WARC file, and the database knows it there, whatever came of it."""
    broken = attrs.evolve(story(1), article=None)
    recorded_together(tmp_path, [broken, story(2)])
    with Archive(Folder(tmp_path)) as archive, reading(archive.engine) as connection:
        urls = connection.execute(select(RecordRow.url).order_by(RecordRow.id)).scalars().all()
        places = connection.execute(select(RecordRow.offset).where(RecordRow.file_id == 1)).scalars().all()
    assert [url.rpartition("-")[2] for url in urls] == ["1", "2"]
    assert len(set(places)) == len(places)


def test_what_another_version_has_read(tmp_path: Path) -> None:
    """A visit that waits for its page's snapshot to be read anew holds up no other, and has its records by then."""
    again = story(1)
    assert again.rendition is not None
    newer = attrs.evolve(again, rendition=attrs.evolve(again.rendition, rules="rules 2"))
    answers = recorded_together(tmp_path, [story(1)], after=[newer, story(2)])
    assert [type(answer) for answer in answers] == [Receipt, RenditionMissing, Receipt]
    assert len(answers[1].written) == 1
    assert counts(tmp_path)["snapshot"] == 2


@pytest.mark.parametrize("count", [1, 2, 40])
def test_the_same_page_twice_in_a_group(tmp_path: Path, count: int) -> None:
    answers = recorded_together(tmp_path, [story(1)] * count)
    assert [answer.outcome for answer in answers] == [Outcome.NEW] + [Outcome.UNCHANGED] * (count - 1)
    assert counts(tmp_path)["snapshot"] == 1
