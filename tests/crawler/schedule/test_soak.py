"""Many nights of the made-up newspaper under one scheduler, with crawls that are killed: nothing grows, all adds up."""

import contextlib
import os
import re
import signal
import sqlite3
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.demo.newspaper import Newspaper
from crawler.schedule.scheduler import Scheduler
from storage.archive import Archive

from .conftest import House

ROOT = Path(__file__).parents[3]
NIGHTS = 16
# A night takes some 3 s, and is killed at some moment of it every third time.
KILLED = range(2, NIGHTS, 3)
# Memory settles in the first nights: what is loaded once, and what the allocator keeps.
SETTLED = 5
MOST_GROWTH = 8 << 20


def open_files() -> list[str]:
    """What each of this process's open files is, without numbers: `socket:[]` for every socket."""
    found = []
    for one in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # The folder itself, which is closed by then.
            found.append(re.sub(r"\d+", "", str(one.readlink())))
    return sorted(found)


def memory() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def make_due(house: House) -> None:
    with sqlite3.connect(house.folder.database, timeout=60) as connection:
        connection.execute("UPDATE frontier SET due_at = '2000-01-01 00:00:00.000000' WHERE state = 'done'")


def kill_in_the_middle(scheduler: Scheduler, seconds: float) -> bool:
    """Kill the crawl that runs, and its workers. False where none does any more."""
    time.sleep(seconds)
    children = list(scheduler.crawls._children.values())
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    return bool(children)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc to measure a process in")
def test_many_nights_with_kills_in_between_leave_nothing_behind(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = (sys.executable, "-c", "from cli.main import main; main()")
    died = 0
    files: list[list[str]] = []
    sizes: list[int] = []
    with Newspaper(today=date(2026, 3, 2)) as paper:
        home = paper.sites[0]
        house.folder.sources.write_text(SOURCE.format(home=home.home, map=home.sitemap))
        scheduler = Scheduler(house.folder, command=command, clock=house.hands, say=house.said.append)  # type: ignore[arg-type]
        scheduler.start()
        house.up.append(scheduler)
        for night in range(NIGHTS):
            paper.day = 1 + night % 2
            house.hands.at += timedelta(days=1)
            house.tick()
            if night in KILLED:
                died += kill_in_the_middle(scheduler, 1.5 + 0.4 * (night % 5))
            until = time.monotonic() + 200
            while not house.fires() or "running" in house.states() or scheduler.crawls.running:
                assert time.monotonic() < until, (house.said, house.fires())
                time.sleep(0.1)
                # As every half minute: it starts again what died.
                scheduler.keep_house()
            make_due(house)
            # What it counts for itself, and connections that are just being closed, are not the scheduler's.
            paper.requests.clear()
            time.sleep(0.5)
            files.append(open_files())
            sizes.append(memory())
    assert died, "no crawl was under way at any of the kills"
    assert house.states() == ["done"] * NIGHTS, house.said
    assert max(map(len, files[SETTLED:])) <= len(files[SETTLED - 1]) + 1, files
    assert sizes[-1] - sizes[SETTLED - 1] < MOST_GROWTH, sizes
    archive = Archive.open(house.folder.path)
    runs = archive.runs(limit=10 * NIGHTS)
    archive.close()
    assert len(runs) == NIGHTS
    for run in runs:
        assert run.state == "done"
        assert sum(run.outcomes.values()) == run.taken_up
    with sqlite3.connect(house.folder.database) as connection:
        leased, lost = connection.execute(
            "SELECT (SELECT count(*) FROM frontier WHERE state = 'leased'),"
            " (SELECT count(*) FROM snapshot WHERE record_id NOT IN (SELECT id FROM record))"
        ).fetchone()
    assert (leased, lost) == (0, 0)
    print(f"{NIGHTS} nights, {died} kills: files {[*map(len, files)]}, MB {[size >> 20 for size in sizes]}")  # noqa: T201


SOURCE = """
[sources.ledger]
home = "{home}"
sitemaps = ["{map}"]
schedule = "0 3 * * *"
timezone = "UTC"
delay = 0
allow_private = true
max_age_days = 0
"""
