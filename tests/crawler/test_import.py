"""`import`: captures out of WARC files, at their own dates, once."""

import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from storage.capture import Exchange
from storage.warc_records import Earlier, response_records

WHEN = dt.datetime(2025, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
PAGE = (
    b"<html lang=en><head><title>Ferry back in service</title></head><body><article><h1>Ferry back in service</h1>"
    + b"<p>The ferry between Alder Point and the islands sails again from Monday, the company said. </p>"
    + b"".join(b"<p>Paragraph %d tells how the engine was mended and by whom.</p>" % n for n in range(8))
    + b"</article></body></html>"
)  # fmt: skip


def exchange(url: str, body: bytes = PAGE, days: int = 0, status: int = 200) -> Exchange:
    return Exchange(
        url=url, status=status, reason="OK", headers=(("Content-Type", "text/html"),), body=body,
        captured_at=WHEN + dt.timedelta(days=days),
    )  # fmt: skip


@pytest.fixture
def warc(tmp_path: Path) -> Path:
    first = response_records(exchange("https://islands.example/ferry"), earlier=None)[0]
    edited = PAGE.replace(b"from Monday", b"from Tuesday")
    second = response_records(exchange("https://islands.example/ferry", edited, days=1), earlier=None)[0]
    earlier = Earlier(record_id=first.record_id, url=first.url, captured_at=first.captured_at)
    copied = response_records(exchange("https://islands.example/ferry?print=1", days=2), earlier=earlier)[0]
    path = tmp_path / "some.warc.gz"
    # The revisit stands first: what it refers to comes later in the file.
    path.write_bytes(copied.gzipped + first.gzipped + second.gzipped + first.gzipped[:200])
    return path


def test_captures_keep_their_dates_and_revisits_their_payload(backissue: Any, warc: Path) -> None:
    done = backissue("import", "--json", "--workers", "1", str(warc))
    # What is whole is taken in; that something was lost is not passed over.
    assert done.returncode == 1, done.stderr
    assert "1 torn" in done.stderr
    assert "1 record is damaged or cut off" in done.stderr
    rows = backissue.json("export", "--all-versions")
    assert [row["captured_at"] for row in rows] == [
        "2025-03-04T05:06:07Z", "2025-03-05T05:06:07Z", "2025-03-06T05:06:07Z",
    ]  # fmt: skip
    assert "from Monday" in rows[0]["text"]
    assert "from Tuesday" in rows[1]["text"]
    assert rows[2]["text"] == rows[0]["text"]


def test_what_a_page_shows_is_judged_by_what_it_showed_before(backissue: Any, tmp_path: Path) -> None:
    urls = [f"https://islands.example/ferry/{n}" for n in range(6)]
    short = b"<html><head><title>Page not found</title></head><body><h1>Page not found</h1></body></html>"
    captures = [exchange(url, body, days) for url in urls for days, body in enumerate((PAGE, short))]
    path = tmp_path / "some.warc.gz"
    path.write_bytes(b"".join(response_records(one, earlier=None)[0].gzipped for one in captures))
    # The second of each is read in no time, while another worker has the first still.
    done = backissue("import", "--workers", "2", str(path))
    assert "12 taken up: 6 gone, 6 new" in done.stderr
    assert [[row.get("sign") for row in backissue.json("history", "--json", url)] for url in urls] == [
        [None, "soft_404"]
    ] * 6


def test_a_file_imported_twice_adds_nothing(backissue: Any, warc: Path) -> None:
    backissue("import", "--workers", "1", str(warc))
    again = backissue("import", "--workers", "1", str(warc))
    assert again.returncode == 1
    assert "0 taken up" in again.stderr
    assert "3 imported before" in again.stderr
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        assert connection.execute("SELECT count(*) FROM snapshot").fetchone() == (3,)


def test_an_older_capture_does_not_become_the_newest(backissue: Any, tmp_path: Path) -> None:
    for name, days, body in (("new", 5, PAGE), ("old", 0, PAGE.replace(b"mended", b"exchanged"))):
        record = response_records(exchange("https://islands.example/ferry", body, days=days), earlier=None)[0]
        (tmp_path / f"{name}.warc.gz").write_bytes(record.gzipped)
        assert backissue("import", "--workers", "1", str(tmp_path / f"{name}.warc.gz")).returncode == 0
    assert "mended" in backissue.json("show", "--json", "https://islands.example/ferry")[0]["text"]
    history = backissue.json("history", "--json", "https://islands.example/ferry")
    assert [row["captured_at"][:10] for row in history] == ["2025-03-04", "2025-03-09"]


def test_a_file_that_is_no_warc_is_named_and_fails(backissue: Any, tmp_path: Path) -> None:
    (tmp_path / "x.warc.gz").write_bytes(b"hello")
    done = backissue("import", "--workers", "1", str(tmp_path / "x.warc.gz"))
    assert done.returncode == 1
    assert "is not a WARC file" in done.stderr


def test_a_takedown_and_a_redirect_in_a_file_are_taken_for_what_they_are(backissue: Any, tmp_path: Path) -> None:
    url = "https://islands.example/ferry"
    page = response_records(exchange(url), earlier=None)[0]
    gone = response_records(exchange(url, b"<h1>Not here</h1>", days=1, status=404), earlier=None)[0]
    still = Earlier(record_id=gone.record_id, url=url, captured_at=gone.captured_at)
    still_gone = response_records(exchange(url, b"<h1>Not here</h1>", days=2, status=404), earlier=still)[0]
    moved = response_records(exchange(f"{url}/old", b"moved", status=301), earlier=None)[0]
    again = Earlier(record_id=moved.record_id, url=moved.url, captured_at=moved.captured_at)
    moved_again = response_records(exchange(f"{url}/old", b"moved", days=1, status=301), earlier=again)[0]
    path = tmp_path / "some.warc.gz"
    # The page stands last: whether a 404 is a takedown must not depend on the order in a file.
    path.write_bytes(b"".join(one.gzipped for one in (still_gone, moved_again, gone, moved, page)))
    done = backissue("import", "--workers", "1", str(path))
    assert done.returncode == 0, done.stderr
    assert "3 taken up: 2 gone, 1 new" in done.stderr
    assert "left out: 2 redirect" in done.stderr
    assert [row.get("event") for row in backissue.json("history", "--json", url)] == [None, "gone"]
