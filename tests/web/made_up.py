"""A small archive for the tests of the web page: visits of made-up articles, recorded at chosen times."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import attrs
from sqlalchemy import Connection

from pipelines.answers import by_status
from pipelines.stories.reading import find_like, read_bodies
from storage import links, runs
from storage.article import Access, Article, Block, BlockKind, Cut, Rendition
from storage.capture import Capture
from storage.clock import Clock
from storage.folder import Folder
from storage.outcome import Receipt
from storage.record import Ledger
from storage.recorder import Recorder

T = TypeVar("T")

START = datetime(2026, 3, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)
LINES = (
    "The council of Brackwater met on Tuesday and agreed to mend the eastern quay before the winter storms come in.",
    "Its members heard from the harbour master, who said that the stones had moved by a hand's breadth since May.",
    "Fishermen had asked for the repair in three letters, of which the last one was read aloud before the vote.",
    "The work begins in the second week of September and is to cost less than the new roof of the market hall.",
    "Two members voted against it because they would rather have seen the money go to the bridge on Mill Lane.",
    "A ferry will carry walkers across the basin for as long as the quay is closed, at no charge to anybody.",
)
WALLED = (
    "Behind the fish market a wall of old bricks has stood for ninety years, and nobody knows who put it there.",
    "Now the owner of the land wants to know, since a letter from the county asks for a plan of its foundations.",
)
COUNTED = (
    "Every June the county counts what floats: this year two clerks in a dinghy took nine days for it, and a half.",
    "They wrote down four hundred and six hulls, of which eleven have no owner that anybody in town could name.",
    "A barge that was sold to pay a debt in the spring of last year appears twice, once under each of its colours.",
)
PLEA = "Our reporters walk the quay for you. Please give what you can."


@attrs.frozen
class Frozen(Clock):
    """Stands still."""

    when: datetime = START

    def now(self) -> datetime:
        return self.when


# A thread of its own: where a browser is driven, the main one has a loop that is running.
_THREAD = ThreadPoolExecutor(1)


def _run(work: Coroutine[Any, Any, T]) -> T:
    return _THREAD.submit(asyncio.run, work).result()


class MadeUp:
    """An archive that is given visits."""

    def __init__(self, path: Path):
        self.folder = Folder(path)
        self.recorder = Recorder(self.folder, clock=Frozen(), group_seconds=0)

    def transact(self, work: Callable[[Connection], T]) -> T:
        return _run(self.recorder.transact(work))

    def begin(self, source: str, at: datetime) -> Ledger:
        """A crawl of a source."""
        lock = self.recorder.lock
        number = self.transact(lambda c: runs.source_id(c, source, "https://ledger.example/", at))
        run = self.transact(lambda c: runs.begin(c, lock, "crawl", number, source, now=at, resume=False))
        return Ledger(run_id=run.id, source_id=number)

    def end(self, ledger: Ledger, at: datetime, **more: Any) -> None:
        self.transact(lambda c: runs.close(c, ledger.run_id, now=at, **{"state": "done"} | more))
        self.recorder.lock.drop(f"source-{ledger.source_id}")

    def sees(
        self,
        ledger: Ledger,
        url: str,
        at: datetime,
        *,
        title: str,
        lines: Sequence[str] = LINES,
        authors: Sequence[str] = (),
        captions: Sequence[str] = (),
        published_at: datetime | None = None,
        access: Access = Access.OPEN,
        cut: str | None = None,
    ) -> Receipt:
        """A visit that reads an article; `cut`: a line that is cut out of the middle of it."""
        blocks = [Block(kind=BlockKind.PARAGRAPH, text=line) for line in lines]
        cuts: tuple[Cut, ...] = ()
        if cut is not None:
            blocks.insert(1, Block(kind=BlockKind.PARAGRAPH, text=cut))
            cuts = (Cut(position=1, reason="repeated on 9 other articles of the site"),)
        blocks += [Block(kind=BlockKind.CAPTION, text=caption) for caption in captions]
        article = Article(
            extractor="test 1",
            title=title,
            authors=tuple(authors),
            published_at=published_at,
            published_raw=published_at.isoformat() if published_at else None,
            language="en",
            section="Harbour",
            access=access,
            blocks=tuple(blocks),
        )
        rendition = Rendition(extractor="test 1", rules="rules 1", generation=0, text="\n".join(lines), cuts=cuts)
        body = f"{title}{authors}{lines}{captions}".encode()
        return self.visit(ledger, url, at, body=body, article=article, rendition=rendition)

    def visit(
        self, ledger: Ledger, url: str, at: datetime, *, status: int = 200, body: bytes = b"", **more: Any
    ) -> Any:
        """A visit that ends as its status says, or with what was read."""
        capture = Capture(url=url, requested_url=url, status=status, body=body, captured_at=at)
        self.recorder.set_clock(Frozen(when=at))
        visit = attrs.evolve(by_status(capture, set()), **more)
        return _run(self.recorder.record(visit, ledger))

    def link(self) -> None:
        """Find the stories."""
        database = self.folder.database
        waiting, _ = self.transact(links.waiting)
        bodies = self.transact(lambda c: links.keep_bodies(c, read_bodies(database, waiting)))
        found = find_like(database, bodies)
        self.transact(lambda c: links.keep_edges(c, found))
        self.transact(lambda c: links.place(c, 1000))

    def close(self) -> None:
        self.recorder.close()


QUAY = "https://ledger.example/harbour/quay"
VERSIONS = 12
GONE = "https://ledger.example/harbour/gone"
COPY = "https://wire.example/news/quay"


def harbour(path: Path) -> Folder:
    """Two sources over two weeks: a page in twelve versions with a copy elsewhere, one that is gone, one with a
    teaser, and a crawl that failed. It is made once and copied after that."""
    shutil.copytree(_harbour(), path)
    return Folder(path)


@lru_cache(maxsize=1)
def _harbour() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="backissue-harbour-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = MadeUp(folder / "archive")
    for day in range(VERSIONS):
        at = START + day * DAY
        crawl = made.begin("ledger", at)
        edit = [f"On day {day} the treasurer of the harbour counted {day + 3} boats at the quay."] if day else []
        made.sees(
            crawl,
            QUAY,
            at + timedelta(minutes=1),
            title="Quay is mended" if day < 5 else "Quay is mended twice",
            lines=(*LINES, *edit),
            authors=("Ada Okonkwo", "Lev Brandt"),
            captions=("The eastern quay at low tide", "Picture: L. Brandt"),
            published_at=START - timedelta(hours=2),
            cut=PLEA,
        )
        if day == 0:
            made.sees(crawl, GONE, at + timedelta(minutes=2), title="The boats are counted", lines=COUNTED)
            made.sees(
                crawl, "https://ledger.example/walled", at + timedelta(minutes=3), title="A wall at the harbour",
                lines=WALLED, access=Access.TEASER,
            )  # fmt: skip
        elif day < 3:
            made.visit(crawl, GONE, at + timedelta(minutes=2), status=404)
        made.end(crawl, at + timedelta(minutes=9))
    wire = made.begin("wire", START + DAY)
    made.sees(wire, COPY, START + DAY + timedelta(minutes=1), title="Quay to be mended", lines=LINES)
    made.end(wire, START + DAY + timedelta(minutes=2))
    failed = made.begin("wire", START + 2 * DAY)
    made.end(failed, START + 2 * DAY, state="failed", error="the disk was full. Free some space and crawl again.")
    made.link()
    made.close()
    return folder / "archive"
