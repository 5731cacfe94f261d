"""`reextract`: the same bytes and rules give the same text, and a killed run goes on where it was."""

import os
import signal
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def older(backissue: Any) -> None:
    """Make the archive one of an earlier version, with a line that it let through."""
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        connection.execute("UPDATE extraction SET extractor = 'earlier'")
        connection.execute("UPDATE rendition SET text = text || char(10) || 'Read more', words = words + 2")


def counts(backissue: Any) -> tuple[int, int]:
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        query = "SELECT (SELECT count(*) FROM extraction), (SELECT count(*) FROM rendition)"
        return tuple(connection.execute(query).fetchone())  # type: ignore[return-value]


def test_the_same_version_gives_the_same_text_and_keeps_nothing_new(site: Any, backissue: Any) -> None:
    backissue.archived(*(site.url(f"/story/{n}-of-the-day") for n in range(5)), code=0)
    before = counts(backissue)
    assert backissue.json("reextract", "--json") == []
    rows = backissue.json("reextract", "--all", "--json")
    assert [(row["snapshot"], row["outcome"], row["error"]) for row in rows] == [(n, "same", None) for n in range(1, 6)]
    assert counts(backissue) == before


def test_a_newer_version_makes_renditions_and_no_change(site: Any, backissue: Any) -> None:
    url = site.url("/story/one-two-three")
    backissue.archived(url, site.url("/edited"), code=0)
    older(backissue)
    done = backissue("reextract", "--page", url)
    assert done.returncode == 0, done.stderr
    assert "1 snapshots read again: 1 differ" in done.stderr
    assert "Read more" not in backissue.json("show", "--json", url)[0]["text"]
    # The rest is found by what it lacks; the page that is visited again is `unchanged`.
    assert [row["url"] for row in backissue.json("reextract", "--json")] == [site.url("/edited")]
    assert backissue.archived(url)[url]["outcome"] == "unchanged"
    run = next(run for run in backissue.json("status", "--json")[0]["runs"] if run["kind"] == "reextract")
    assert (run["state"], run["outcomes"], run["taken_up"]) == ("done", {"differs": 1}, 1)


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(site: Any, backissue: Any) -> None:
    backissue.archived(*(site.url(f"/story/{n}-of-the-day") for n in range(3)), code=0)
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        connection.execute("UPDATE record SET sha256 = zeroblob(32) WHERE id = (SELECT record_id FROM snapshot "
                           "WHERE id = 2)")  # fmt: skip
    rows = backissue.json("reextract", "--all", "--json", code=1)
    assert [row["outcome"] for row in rows] == ["same", "unreadable", "same"]
    assert "is damaged" in rows[1]["error"]
    for words in (("--source", "nobody"), ("--page", "https://nowhere.example/"), ("--all", "--page", "x")):
        done = backissue("reextract", *words)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_killed_run_goes_on_where_it_was(site: Any, backissue: Any) -> None:
    site.pages = 80
    sources = backissue.archive / "sources.toml"
    sources.parent.mkdir()
    sources.write_text(
        f'[sources.local]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\ndelay = 0\n'
        "concurrency = 8\nallow_private = true\nmax_age_days = 0\n"
    )
    assert backissue("crawl").returncode == 0
    before = {row["url"]: row["text"] for row in backissue.json("export")}
    older(backissue)
    process = subprocess.Popen(
        backissue.args("reextract", "--all", "--json", "--workers", "1"), stdout=subprocess.PIPE, text=True,
        start_new_session=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert all(process.stdout.readline() for _ in range(10))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    rows = backissue.json("reextract", "--all", "--json", "--workers", "1")
    assert 0 < len(rows) <= 80 - 8
    assert rows[-1]["snapshot"] == 80
    runs = [run for run in backissue.json("status", "--json")[0]["runs"] if run["kind"] == "reextract"]
    assert [(run["state"], run["outcomes"]) for run in runs] == [("done", {"differs": 80})]
    assert {row["url"]: row["text"] for row in backissue.json("export")} == before
