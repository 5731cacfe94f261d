"""The ledger: runs that add up, sources beside their habit, and what looks wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from storage import database, fires, runs
from storage.archive import Archive
from storage.folder import Folder
from storage.runs import RunLock
from storage.tables import RunRow, VisitRow

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAST = datetime(2026, 11, 24, 3, tzinfo=UTC)


class At:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "archive")
    folder.make()
    return folder


@pytest.fixture
def engine(folder: Folder) -> Any:
    engine = database.open_engine(folder.database, write=True)
    database.migrate(engine)
    yield engine
    engine.dispose()


def status(folder: Folder) -> dict[str, Any]:
    archive = Archive.open(folder.path)
    try:
        return archive.status(At())  # type: ignore[arg-type]
    finally:
        archive.close()


def crawl(
    connection: Connection, source: int, at: datetime, outcomes: dict[str, int], *, state: str = "done", **facts: int
) -> int:
    """A crawl that has ended, with its visits."""
    usual = {"articles": outcomes.get("new", 0), "empty": 0, "untitled": 0, "undated": 0, "words": 400, "walled": 0}
    values = {
        "kind": "crawl",
        "source_id": source,
        "state": state,
        "started_at": at,
        "ended_at": at + timedelta(minutes=20),
        "skipped": {},
        "taken_up": sum(outcomes.values()),
        "listings": 3,
        "facts": usual | facts,
        "error": "the disk is full" if state == "failed" else None,
    }
    run: int = connection.execute(insert(RunRow).values(**values).returning(RunRow.id)).scalar_one()
    visits = [
        {"run_id": run, "url": f"https://ledger.example/{run}/{outcome}/{n}", "captured_at": at, "outcome": outcome}
        for outcome, count in outcomes.items()
        for n in range(count)
    ]
    connection.execute(insert(VisitRow), visits)
    return run


def nights(engine: Engine, name: str, count: int = 12) -> int:
    with database.writing(engine) as connection:
        source = runs.source_id(connection, name, f"https://{name}.example/", NOW)
        for night in range(count, 0, -1):
            at = LAST - timedelta(days=night) + timedelta(minutes=night % 3)
            crawl(connection, source, at, {"new": 30, "unchanged": 50, "changed": 3, "not_article": 2})
    return source


def test_a_bot_wall_is_named_with_its_source_the_same_day(engine: Engine, folder: Folder) -> None:
    quiet, walled = nights(engine, "quiet"), nights(engine, "walled")
    with database.writing(engine) as connection:
        crawl(connection, quiet, LAST, {"new": 28, "unchanged": 50})
        crawl(connection, walled, LAST, {"new": 3, "blocked": 60, "unchanged": 4}, walled=60)
    found = status(folder)
    assert [(alarm["source"], alarm["sign"]) for alarm in found["alarms"] if alarm["sign"] != "disk_low"] == [
        ("walled", "bot_wall"),
        ("walled", "few_fresh"),
    ]
    rows = {row["source"]: row for row in found["sources"]}
    assert (rows["quiet"]["fresh"], rows["quiet"]["fresh_habit"], rows["quiet"]["block_rate"]) == (28, 30, 0.0)
    assert rows["walled"]["block_rate"] == pytest.approx(60 / 67, abs=1e-4)
    assert rows["walled"]["signs"] == ["bot_wall", "few_fresh"]


def test_a_redesign_that_empties_the_text_is_named(engine: Engine, folder: Folder) -> None:
    source = nights(engine, "ledger")
    with database.writing(engine) as connection:
        crawl(connection, source, LAST, {"new": 30, "unchanged": 50}, empty=25, untitled=30, words=8)
    signs = {alarm["sign"] for alarm in status(folder)["alarms"]}
    assert {"empty_bodies", "missing_titles", "other_length"} <= signs


def test_what_robots_txt_forbids_is_no_wall(engine: Engine, folder: Folder) -> None:
    source = nights(engine, "ledger")
    with database.writing(engine) as connection:
        crawl(connection, source, LAST, {"new": 30, "unchanged": 50, "blocked": 80})
    assert status(folder)["sources"][0]["signs"] == []


def test_crawls_of_fresh_pages_join_their_day(engine: Engine, folder: Folder) -> None:
    source = nights(engine, "ledger")
    with database.writing(engine) as connection:
        crawl(connection, source, LAST, {"new": 20, "unchanged": 50})
        for hour in range(1, 8):
            crawl(connection, source, LAST + timedelta(hours=hour), {"new": 1, "unchanged": 10})
    row = status(folder)["sources"][0]
    assert (row["fresh"], row["signs"]) == (27, [])


def test_a_failed_run_is_an_alarm_until_the_next_one_is_well(engine: Engine, folder: Folder) -> None:
    source = nights(engine, "ledger", 2)
    with database.writing(engine) as connection:
        run = crawl(connection, source, LAST, {"new": 30}, state="failed")
    (alarm,) = [one for one in status(folder)["alarms"] if one["sign"] != "disk_low"]
    assert (alarm["source"], alarm["sign"], alarm["run"]) == ("ledger", "run_failed", run)
    assert alarm["message"] == "the disk is full"
    with database.writing(engine) as connection:
        crawl(connection, source, LAST + timedelta(hours=1), {"new": 30})
    assert [one for one in status(folder)["alarms"] if one["sign"] != "disk_low"] == []


def test_the_outcomes_of_each_run_add_up(engine: Engine, folder: Folder) -> None:
    nights(engine, "ledger", 3)
    for run in status(folder)["runs"]:
        assert sum(run["outcomes"].values()) == run["taken_up"] == 85


def test_a_schedule_that_is_down_is_an_alarm(engine: Engine, folder: Folder) -> None:
    folder.sources.write_text('[sources.ledger]\nhome = "https://ledger.example/"\nschedule = "0 3 * * *"\n')
    lock = RunLock(folder.locks)
    with database.writing(engine) as connection:
        fire = fires.claim(connection, lock, "crawl", "ledger", LAST - timedelta(days=1), now=LAST)
        assert fire is not None
        fires.end(connection, fire, "done", now=LAST)
    signs = [(alarm["source"], alarm["sign"]) for alarm in status(folder)["alarms"]]
    assert ("ledger", "overdue") in signs


def test_a_mistake_in_the_sources_is_an_alarm_and_no_failure(engine: Engine, folder: Folder) -> None:
    folder.sources.write_text("[sources.ledger]\n")
    assert "sources_file" in [alarm["sign"] for alarm in status(folder)["alarms"]]


def test_disk_use_is_told_by_what_it_is_for(engine: Engine, folder: Folder) -> None:
    (folder.warc / "one.warc.gz").write_bytes(b"x" * 1000)
    (folder.path / "notes.txt").write_bytes(b"x" * 10)
    disk = status(folder)["disk"]
    assert (disk["warc"], disk["other"]) == (1000, 10)
    assert disk["database"] > 10_000
    assert disk["free"] > 0
