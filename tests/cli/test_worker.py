"""`worker`: what was put on the queue is archived, once, and what a dead worker left behind is taken up again."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.commands.schedule import COMMAND
from crawler.schedule.queue_runs import QueueRuns
from storage import database, queue
from storage.archive import Archive
from storage.errors import InvalidURL
from storage.folder import Folder
from storage.queue import Job, JobNotFound, Queue
from storage.runs import RunLock
from tests.conftest import Command

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture
def folder(backissue: Command) -> Folder:
    folder = Folder(backissue.archive)
    folder.make()
    engine = database.open_engine(folder.database, write=True)
    database.migrate(engine)
    engine.dispose()
    return folder


def ask(folder: Folder, *urls: str) -> list[Job]:
    archive = Archive.open(folder.path)
    asked = Queue(archive)
    jobs = [asked.ask(url, now=NOW) for url in urls]
    asked.close()
    archive.close()
    return jobs


def job(folder: Folder, number: int) -> Job:
    archive = Archive.open(folder.path)
    found = Queue(archive).job(number)
    archive.close()
    return found


def test_what_was_asked_for_is_archived_in_one_run_and_ends_in_its_outcome(
    backissue: Command, folder: Folder, site: Any
) -> None:
    asked = ask(folder, site.url("/story/one"), site.url("/nowhere"), site.url("/story/one#again"))
    assert asked[0].id == asked[2].id
    done = backissue("worker", "--once", "--allow-private", "--delay", "0", "--workers", "1")
    assert done.returncode == 1, done.stderr
    first, second = job(folder, asked[0].id), job(folder, asked[1].id)
    assert (first.state, first.outcome) == ("done", "new")
    assert first.snapshot is not None
    assert second.state == "failed"
    assert second.error
    (run,) = Archive.open(folder.path).runs()
    assert (run.kind, run.taken_up) == ("archive", 2)
    again = backissue("worker", "--once")
    assert again.returncode == 0
    assert "Nothing was waiting." in again.stderr


def test_an_address_that_is_not_public_is_refused(backissue: Command, folder: Folder, site: Any) -> None:
    (asked,) = ask(folder, site.url("/story/one"))
    assert backissue("worker", "--once", "--workers", "1").returncode == 1
    assert job(folder, asked.id).outcome == "refused"
    assert site.hits == []


def test_one_worker_is_up_for_an_archive(backissue: Command, folder: Folder) -> None:
    lock = RunLock(folder.locks)
    assert lock.take(queue.LOCK)
    done = backissue("worker", "--once")
    lock.drop(queue.LOCK)
    assert done.returncode == 1
    assert "Another worker is at this archive's queue." in done.stderr


def test_what_a_worker_left_behind_waits_again_and_fails_the_third_time(folder: Folder) -> None:
    (asked,) = ask(folder, "https://ledger.example/heavy")
    engine = database.open_engine(folder.database, write=True)
    states = []
    for _ in range(queue.MOST_ATTEMPTS):
        with database.writing(engine) as connection:
            assert [one.state for one in queue.take(connection, limit=9, now=NOW)] == ["running"]
            assert queue.take(connection, limit=9, now=NOW) == []
            queue.recover(connection, now=NOW)
            states.append(queue.job(connection, asked.id).state)
    assert states == ["waiting", "waiting", "failed"]
    engine.dispose()
    assert "never came to an end" in str(job(folder, asked.id).error)
    # It has ended, so that it can be asked for once more.
    assert ask(folder, "https://ledger.example/heavy")[0].id != asked.id


def test_what_was_not_begun_when_a_worker_was_stopped_waits_as_before(folder: Folder) -> None:
    (asked,) = ask(folder, "https://ledger.example/later")
    engine = database.open_engine(folder.database, write=True)
    with database.writing(engine) as connection:
        queue.take(connection, limit=9, now=NOW)
        queue.give_back(connection, [asked.id])
    engine.dispose()
    found = job(folder, asked.id)
    assert (found.state, found.attempts) == ("waiting", 0)


def test_the_queue_refuses_what_is_no_address(folder: Folder) -> None:
    for wrong in ("", "hello", "ftp://ledger.example/", "https://", "https://ledger.example/" + "a" * 3000):
        with pytest.raises(InvalidURL):
            ask(folder, wrong)
    with pytest.raises(JobNotFound):
        job(folder, 7)


def test_the_schedule_has_the_queue_worked_through(folder: Folder) -> None:
    (asked,) = ask(folder, "http://127.0.0.1:9/")
    said: list[str] = []
    engine = database.open_engine(folder.database, write=True)
    runs = QueueRuns(folder, engine, command=COMMAND, say=said.append)
    runs.look()
    until = time.monotonic() + 60
    while job(folder, asked.id).open and time.monotonic() < until:
        time.sleep(0.2)
    runs.stop(20)
    engine.dispose()
    assert job(folder, asked.id).outcome == "refused"
    assert said == ["The queue: 1 wait, a worker begins"]
    assert (Path(folder.logs) / "queue.log").is_file()
