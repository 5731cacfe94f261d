"""A scheduler whose clock stands still until it is moved, and a crawl that does what a test asks for."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import pytest

from crawler.schedule.scheduler import Scheduler
from storage import database, fires
from storage.fires import Fire
from storage.folder import Folder

# Stands for `backissue`: begins a run of the source as `crawl` does, and then ends, dies or stays, as the file
# `behaviour` in the archive's folder says: a word for each start, the last for all that follow.
# Half of its time would go into looking for garbage in what it imports.
CRAWL = """
import gc
gc.disable()
import os, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from storage import database, runs
from storage.errors import RunUnderWay
from storage.folder import Folder
gc.freeze()

folder, name = Folder(Path(sys.argv[2])), sys.argv[-1]
started = folder.path / "started"
with started.open("a") as file:
    file.write(" ".join(sys.argv[3:]) + "\\n")
words = (folder.path / "behaviour").read_text().split()
todo = words[min(len(started.read_text().splitlines()), len(words)) - 1]
engine, lock = database.open_engine(folder.database, write=True), runs.RunLock(folder.locks)
now = datetime.now(UTC)
if todo == "die-before":
    os.kill(os.getpid(), signal.SIGKILL)
try:
    with database.writing(engine) as connection:
        source = runs.source_id(connection, name, None, now)
        run = runs.begin(connection, lock, "crawl", source, name, now=now)
except RunUnderWay as error:
    sys.exit(str(error))
if todo == "die":
    os.kill(os.getpid(), signal.SIGKILL)
state = "done"
def stop(*_):
    global todo, state
    todo = state = "interrupted"
if todo == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, stop)
(folder.path / "ready").touch()
while todo in ("stay", "deaf") and not (folder.path / "go").exists():
    time.sleep(0.02)
with database.writing(engine) as connection:
    runs.close(connection, run.id, state, now=now)
sys.exit(130 if state == "interrupted" else 0)
"""


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime.fromisoformat("2026-11-10T12:00+00:00")

    def now(self) -> datetime:
        return self.at

    def move(self, text: str) -> None:
        self.at = datetime.fromisoformat(text + "+00:00")


class House:
    """An archive with one source, and the schedulers that are up for it."""

    def __init__(self, path: Path, hands: Hands):
        self.folder, self.hands = Folder(path), hands
        self.folder.make()
        self.said: list[str] = []
        self.up: list[Scheduler] = []
        (path / "crawl.py").write_text(CRAWL)
        self.behave("done")
        self.schedule("0 3 * * *")

    def schedule(self, line: str, zone: str = "UTC", more: str = "") -> None:
        text = f'[sources.ledger]\nhome = "https://ledger.example/"\nschedule = "{line}"\ntimezone = "{zone}"\n{more}\n'
        self.folder.sources.write_text(text)

    def behave(self, *words: str) -> None:
        (self.folder.path / "behaviour").write_text(" ".join(words))

    def start(self) -> Scheduler:
        command = (sys.executable, str(self.folder.path / "crawl.py"))
        scheduler = Scheduler(self.folder, command=command, clock=self.hands, say=self.said.append)  # type: ignore[arg-type]
        scheduler.start()
        self.up.append(scheduler)
        return scheduler

    def tick(self) -> None:
        for scheduler in self.up:
            scheduler.tick()

    def stop(self, scheduler: Scheduler) -> None:
        """Stop it as SIGTERM does."""
        self.up.remove(scheduler)
        scheduler.close()

    def abandon(self, scheduler: Scheduler) -> None:
        """Leave it as SIGKILL does: its locks are free, its crawls go on, and it says and writes nothing any more."""
        self.up.remove(scheduler)
        crawls = scheduler.crawls
        crawls._end = lambda *_: None  # type: ignore[method-assign]
        for name in list(crawls.lock._files):
            crawls.lock._files.pop(name).close()

    @property
    def started(self) -> list[str]:
        """The commands of the crawls that were started."""
        file = self.folder.path / "started"
        return file.read_text().splitlines() if file.exists() else []

    def fires(self) -> list[Fire]:
        engine = database.open_engine(self.folder.database, write=False)
        with database.reading(engine) as connection:
            query = fires.select(fires.FireRow).order_by(fires.FireRow.id)  # type: ignore[attr-defined]
            found = [fires._fire(row) for row in connection.execute(query).all()]
        engine.dispose()
        return found

    def states(self) -> list[str]:
        return [fire.state for fire in self.fires()]

    def wait(self, done: Callable[[], object]) -> None:
        """Until something has become so. What happens in another process takes as long as it takes."""
        until = time.monotonic() + 20
        while not done():
            assert time.monotonic() < until, (self.said, self.fires())
            time.sleep(0.02)

    def wait_for_end(self) -> None:
        self.wait(lambda: self.fires() and "running" not in self.states())


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()

    class Frozen(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return hands.at.astimezone(tz)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Frozen)
    return hands


@pytest.fixture
def house(tmp_path: Path, hands: Hands) -> Iterator[House]:
    house = House(tmp_path / "archive", hands)
    yield house
    (house.folder.path / "go").touch()
    closing = [threading.Thread(target=scheduler.close) for scheduler in house.up]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join()
