"""`backfill` from a real pywb on the loopback. pywb is under the GPL and a program of its own: it is only started.

Runs where `wayback` is on the PATH or BACKISSUE_PYWB names it.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.capture import Exchange
from storage.warc_records import Earlier, Record, response_records
from tests.conftest import article

PROGRAM = os.environ.get("BACKISSUE_PYWB") or shutil.which("wayback")
URL = "https://islands.example/2020/03/02/ferry-sails-again"

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="pywb is not here: install it in an environment of its own and name its `wayback` in "
    "BACKISSUE_PYWB",
)  # fmt: skip


def record(when: str, body: bytes, status: int = 200, earlier: Earlier | None = None, url: str = URL) -> Record:
    exchange = Exchange(
        url=url, status=status, reason="OK", headers=(("Content-Type", "text/html; charset=utf-8"),), body=body,
        captured_at=datetime.fromisoformat(when).replace(tzinfo=UTC),
    )  # fmt: skip
    return response_records(exchange, earlier=earlier)[0]


@pytest.fixture
def pywb(tmp_path: Path) -> Iterator[str]:
    """The address of a collection with two versions of a page, a revisit, a 404 and a redirect."""
    first = record("2020-03-02T10:00:00", article("Ferry sails again"))
    same = Earlier(record_id=first.record_id, url=URL, captured_at=first.captured_at)
    made = (
        first,
        record("2020-03-03T10:00:00", article("Ferry sails again"), earlier=same),
        record("2020-04-02T10:00:00", article("Ferry sails on Monday")),
        record("2021-01-02T10:00:00", b"<h1>gone</h1>", 404),
        record("2021-03-02T10:00:00", b"moved", 302),
        record("2020-05-01T10:00:00", article("Retires"), url="https://islands.example/2020/05/01/master-retires"),
    )
    warc = tmp_path / "islands.warc.gz"
    warc.write_bytes(b"".join(one.gzipped for one in made))
    manager = Path(str(PROGRAM)).parent / "wb-manager"
    subprocess.run([manager, "init", "news"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([manager, "add", "news", str(warc)], cwd=tmp_path, check=True, capture_output=True)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(PROGRAM), "--bind", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and server.poll() is None:
            with closing(socket.socket()) as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/news"
    finally:
        server.terminate()
        server.wait(timeout=30)


def backfill(backissue: Any, *words: str) -> Any:
    done = backissue("backfill", "--allow-private", "--delay", "0", "--workers", "1", *words)
    assert done.returncode == 0, done.stderr
    return done


def test_a_page_is_taken_by_cdx_and_what_a_timemap_lists_is_the_same(pywb: str, backissue: Any) -> None:
    done = backfill(backissue, URL, "--cdx", f"{pywb}/cdx")
    assert "3 taken up: 1 changed, 1 gone, 1 new" in done.stderr
    assert "left out: 1 redirect, 1 same_digest" in done.stderr
    rows = [row for row in backissue.json("history", "--json", URL) if row.get("memento")]
    assert [row["memento"] for row in rows] == [
        f"{pywb}/{stamp}id_/{URL}" for stamp in (20200302100000, 20200402100000)
    ]
    assert [row["captured_at"] for row in rows] == ["2020-03-02T10:00:00Z", "2020-04-02T10:00:00Z"]
    done = backfill(backissue, URL, "--timemap", f"{pywb}/timemap/link/")
    assert "1 taken up: 1 unchanged" in done.stderr
    assert "left out: 1 redirect, 3 taken_before" in done.stderr


def test_a_source_is_taken_by_prefix(pywb: str, backissue: Any) -> None:
    backissue.archive.mkdir(parents=True)
    (backissue.archive / "sources.toml").write_text('[sources.islands]\nhome = "https://islands.example/"\n')
    done = backfill(backissue, "islands", "--cdx", f"{pywb}/cdx", "--to", "2020")
    assert "3 taken up: 1 changed, 2 new" in done.stderr
    assert len(backissue.json("list", "--json", "--source", "islands")) == 2
