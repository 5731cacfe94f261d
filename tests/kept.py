"""An archive of a made-up newspaper, kept by the recorder itself: pages with versions, edits, a takedown, a source."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, insert

from storage import runs
from storage.article import Access, Article, Block, BlockKind, Cut, Rendition
from storage.capture import Capture, Exchange
from storage.clock import Clock
from storage.folder import Folder
from storage.outcome import Outcome
from storage.record import Ledger
from storage.recorder import Recorder
from storage.tables import RunRow
from storage.visit import Visit

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
QUAY = "https://brackwater.example/news/quay"
FERRY = "https://brackwater.example/news/ferry"
MILL = "https://mill.example/2026/bridge"

LINES = (
    "The council of Brackwater met on Tuesday and agreed to mend the eastern quay before the winter storms arrive.",
    "Some 12 boats were moored there when the wall gave way, the harbour master Anna Reed said in the evening.",
    "Fishermen had warned of cracks in the wall since the spring, and two of them had written to the council.",
)


@attrs.frozen(kw_only=True)
class Seen:
    """What a visit finds: an article, or that there is none."""

    url: str
    day: float
    """After START."""
    title: str | None = None
    lines: Sequence[str] = ()
    cut: Sequence[str] = ()
    """Lines that cleaning takes out."""
    authors: tuple[str, ...] = ("Anna Reed",)
    source: str | None = "ledger"
    status: int = 200


NEWSPAPER = (
    Seen(url=QUAY, day=0, title="Quay to be mended", lines=LINES, cut=("Subscribe to our letter.",)),
    Seen(url=FERRY, day=0.5, title="Ferry stopped", lines=[f"{line} The ferry waits." for line in LINES]),
    Seen(url=QUAY, day=4, title="Quay to be mended", lines=[LINES[0], LINES[1].replace("12", "15"), LINES[2]]),
    Seen(url=MILL, day=5, title="Bridge on Mill Lane", lines=[f"Of the bridge: {line}" for line in LINES], source=None),
    Seen(url=QUAY, day=9, title="Quay to be rebuilt", lines=[*LINES, "Work begins on Monday at dawn, she said."]),
    Seen(url=FERRY, day=10, status=404),
    Seen(url=FERRY, day=12, status=404),
)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def keep(folder: Path, visits: Sequence[Seen] = NEWSPAPER) -> Path:
    """An archive with these visits, each in a run of its source."""

    async def record(recorder: Recorder) -> None:
        for one in visits:
            recorder.set_clock(Clock(at(one.day) - datetime.now(UTC)))

            def begin(connection: Connection, one: Seen = one) -> tuple[int, int | None]:
                home = f"https://{one.source}.example/"
                source = runs.source_id(connection, one.source, home, at(one.day)) if one.source else None
                return _run(connection, source, at(one.day)), source

            run, source = await recorder.transact(begin)
            await recorder.record(visit(one), Ledger(run_id=run, source_id=source))

    recorder = Recorder(Folder(folder), clock=Clock(), group_seconds=0)
    try:
        asyncio.run(record(recorder))
    finally:
        recorder.close()
    return folder


def visit(seen: Seen) -> Visit:
    body = f"{seen.title}\n{seen.lines}".encode()
    exchange = Exchange(
        url=seen.url, status=seen.status, reason="OK", headers=(("Content-Type", "text/html"),), body=body,
        captured_at=at(seen.day),
    )  # fmt: skip
    capture = Capture.of(exchange, requested_url=seen.url, redirects=())
    if seen.status != 200:
        return Visit(found=capture, outcome=Outcome.GONE, kind=f"http_{seen.status}")
    shown = [Block(kind=BlockKind.PARAGRAPH, text=line) for line in seen.lines]
    left_out = [Block(kind=BlockKind.PARAGRAPH, text=line) for line in seen.cut]
    article = Article(
        extractor="made 1", title=seen.title, authors=seen.authors, published_at=START, published_raw="1 March 2026",
        modified_at=START, language="en", section="News", access=Access.OPEN, blocks=(*shown, *left_out),
    )  # fmt: skip
    cuts = tuple(Cut(position=len(shown) + n, reason="plea") for n in range(len(left_out)))
    rendition = Rendition(extractor="made 1", rules="rules 1", generation=0, text="\n".join(seen.lines), cuts=cuts)
    return Visit(found=capture, article=article, rendition=rendition)


def _run(connection: Connection, source: int | None, when: datetime) -> int:
    values: dict[str, Any] = {
        "kind": "crawl" if source else "archive", "source_id": source, "state": "done", "started_at": when,
        "ended_at": when, "skipped": {},
    }  # fmt: skip
    return connection.execute(insert(RunRow).values(**values).returning(RunRow.id)).scalar_one()
