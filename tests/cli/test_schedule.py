"""`schedule` as a user runs it: a real crawl at its time, a stop in the middle, and what `--list` says."""

import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.schedule.listing import listing
from storage import database, fires
from storage.folder import Folder
from storage.runs import RunLock
from tests.warm import Running


@pytest.fixture
def due(backissue: Any, site: Any) -> Folder:
    """An archive whose source should have been crawled last night, when no scheduler was up."""
    folder = Folder(backissue.archive)
    folder.make()
    text = f'[sources.ledger]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\n'
    folder.sources.write_text(text + "delay = 0\nallow_private = true\nmax_age_days = 0\n")
    engine, lock = database.open_engine(folder.database, write=True), RunLock(folder.locks)
    database.migrate(engine)
    before = datetime.now(UTC) - timedelta(days=3)
    with database.writing(engine) as connection:
        fire = fires.claim(connection, lock, "crawl", "ledger", before, now=before)
        assert fire is not None
        fires.end(connection, fire, "done", now=before)
    lock.drop(fire.lock)
    engine.dispose()
    return folder


def wait(done: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until
        time.sleep(0.1)


def stop(process: Running, number: int) -> tuple[int, str]:
    """Send a signal; the exit code and what was said. Fails where it takes longer than a service manager waits."""
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    return process.returncode, said


def state_of(folder: Folder) -> str:
    (row,) = listing(folder)
    return row.last.state if row.last else "none"


def test_a_missed_night_is_crawled_a_stop_interrupts_it_and_the_next_start_goes_on(
    backissue: Any, site: Any, due: Folder
) -> None:
    site.pages = 24
    first = backissue.start("schedule", "--metrics", ":0")
    wait(lambda: sum(path.startswith("/story/") for path in site.hits) > 5)
    code, said = stop(first, signal.SIGTERM)
    assert (code, "Traceback" in said) == (0, False), said
    assert state_of(due) == "interrupted", said
    assert re.search(r"ledger: crawl interrupted, \d+ taken up: \d+ new", said), said

    second = backissue.start("schedule")
    wait(lambda: state_of(due) == "done")
    code, said = stop(second, signal.SIGINT)
    assert (code, "goes on with the crawl" in said) == (130, True), said

    stories = Counter(path for path in site.hits if path.startswith("/story/"))
    assert len(stories) == 24
    # What was under way at the stop may be asked for again; nothing else.
    assert sum(stories.values()) - 24 <= 8
    state = backissue.json("status", "--json")[0]
    assert sum(sum(run["outcomes"].values()) for run in state["runs"]) == 24
    assert all(sum(run["outcomes"].values()) == run["taken_up"] for run in state["runs"])
    assert state["sources"][0]["fresh"] == 24


def test_the_list_is_there_before_any_archive_is(backissue: Any, tmp_path: Path) -> None:
    backissue.archive.mkdir()
    (backissue.archive / "sources.toml").write_text(
        '[sources.ledger]\nhome = "https://ledger.example/"\nschedule = "0 3 * * *"\nfresh_every = 15\n'
    )
    rows = {row["kind"]: row for row in backissue.json("schedule", "--list", "--json")}
    assert rows["crawl"]["next_at"].endswith("T03:00:00Z")
    assert (rows["crawl"]["last"], rows["fresh"]["schedule"]) == (None, "every 15 min")
    assert not (backissue.archive / "archive.db").exists()
