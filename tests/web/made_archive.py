"""An archive of a made-up newspaper with captures of known dates, in real WARC files."""

import asyncio
import gzip
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from storage.capture import Capture, Exchange, Headers
from storage.clock import Clock
from storage.folder import Folder
from storage.outcome import Outcome
from storage.record import Ledger
from storage.recorder import Recorder
from storage.tables import RunRow
from storage.visit import Visit

FERRY = "https://islands.example/ferry"
MARKET = "http://www.islands.example/Market?b=2&a=1"
SPORT = "https://sport.islands.example/regatta"
HARBOUR = "https://islands.example/harbour"
OLD = "https://islands.example/old-harbour"


def page(title: str) -> bytes:
    lines = "".join(f"<p>{title}: paragraph {n} tells how the engine was mended and by whom.</p>" for n in range(9))
    head = f"<title>{title}</title><link rel=stylesheet href=/paper.css>"
    text = f"<html lang=en><head>{head}</head><body><article><h1>{title}</h1>{lines}</article></body></html>"
    return text.encode()


def when(day: int, hour: int = 10) -> datetime:
    return datetime(2020, 3, day, hour, tzinfo=UTC)


def exchange(url: str, day: int, body: bytes, *more: tuple[str, str], status: int = 200) -> Exchange:
    kind: Headers = () if any(name == "Content-Type" for name, _ in more) else (("Content-Type", "text/html"),)
    return Exchange(url=url, status=status, reason="OK", headers=(*kind, *more), body=body, captured_at=when(day))


def captures() -> list[Capture]:
    """The ferry on 2 March, edited and compressed on the 5th, the same on the 9th, a 304 on the 12th; and others."""
    packed = gzip.compress(page("Ferry back in service"), mtime=0)
    gzipped = ("Content-Encoding", "gzip")
    moved = exchange(OLD, 3, b"moved", ("Location", "/harbour"), status=301)
    return [
        capture(exchange(FERRY, 2, page("Ferry stopped"), ("Server", "islands/1"))),
        capture(exchange(HARBOUR, 3, page("Harbour")), moved),
        capture(exchange(FERRY, 5, packed, gzipped)),
        capture(exchange(FERRY, 9, packed, gzipped)),
        capture(exchange(FERRY, 12, b"", ("ETag", '"2"'), status=304)),
        capture(
            exchange(MARKET, 4, page("Market open"), ("Set-Cookie", "a=1"), ("Refresh", "0; url=https://evil.example/"))
        ),
        capture(exchange(SPORT, 6, page("Regatta"))),
        capture(exchange("https://islands.example/gone", 7, b"<h1>Gone</h1>", status=404)),
    ]


def capture(found: Exchange, *redirects: Exchange) -> Capture:
    return Capture.of(found, requested_url=redirects[0].url if redirects else found.url, redirects=redirects)


def _run(connection: Connection) -> int:
    values: dict[str, Any] = {"kind": "archive", "state": "done", "started_at": when(1), "skipped": {}}
    return connection.execute(insert(RunRow).values(**values).returning(RunRow.id)).scalar_one()


def archive_of(folder: Path, found: Sequence[Capture]) -> Path:
    """An archive that has these captures, as visits that found no article."""

    async def record(recorder: Recorder) -> None:
        run = await recorder.transact(_run)
        for one in found:
            outcome = Outcome.NOT_MODIFIED if one.status == 304 else Outcome.NOT_ARTICLE
            await recorder.record(Visit(found=one, outcome=outcome), Ledger(run_id=run, source_id=None))

    recorder = Recorder(Folder(folder), clock=Clock(), group_seconds=0)
    try:
        asyncio.run(record(recorder))
    finally:
        recorder.close()
    return folder
