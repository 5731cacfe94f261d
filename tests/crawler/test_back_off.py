"""Hosts that answer 429 or 503: waited for in the run where it is short, left to a later run where it is long."""

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from crawler.back_off import retry_after

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLITE = "delay = 0\nconcurrency = 1\nmax_age_days = 0\nallow_private = true\n"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 02 Mar 2026 12:01:00 GMT", 60),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 400, 999_999_999),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after(header, NOW) == expected


def configure(backissue: Any, site: Any) -> None:
    backissue.archive.mkdir(parents=True, exist_ok=True)
    text = f'[sources.brackwater]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\n{POLITE}'
    (backissue.archive / "sources.toml").write_text(text, encoding="utf-8")


def rest_is_over(backissue: Any) -> None:
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        connection.execute("UPDATE host SET back_off_until = '2000-01-01 00:00:00.000000'")


def last_run(backissue: Any) -> dict[str, Any]:
    run: dict[str, Any] = backissue.json("status", "--json")[0]["runs"][0]
    assert run["taken_up"] == sum(run["outcomes"].values())
    return run


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wait_is_waited_for_and_the_page_is_asked_again(site: Any, backissue: Any, status: int) -> None:
    url = site.url("/story/busy-at-first")
    site.refusals["/story/busy-at-first"] = [(status, {"Retry-After": "2"})]
    begun = time.monotonic()
    row = backissue.archived(url, code=0)[url]
    assert row["outcome"] == "new"
    assert time.monotonic() - begun >= 2
    assert site.hits == ["/robots.txt", "/story/busy-at-first", "/story/busy-at-first"]


def test_a_long_wait_blocks_what_archive_was_given_also_in_the_next_process(site: Any, backissue: Any) -> None:
    first, second = site.url("/story/refused-for-an-hour"), site.url("/story/never-asked-for")
    when = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    site.refusals["/story/refused-for-an-hour"] = [(429, {"Retry-After": when})]
    row = backissue.archived(first, code=0)[first]
    assert (row["outcome"], row["status"]) == ("blocked", 429)
    asked = list(site.hits)
    row = backissue.archived(second)[second]
    assert (row["outcome"], row["status"]) == ("blocked", None)
    assert "left alone until" in row["error"]
    assert last_run(backissue)["outcomes"] == {"blocked": 1}
    assert site.hits == asked
    rest_is_over(backissue)
    assert backissue.archived(second)[second]["outcome"] == "new"


def test_a_long_wait_leaves_a_crawls_urls_pending_and_says_how_many(site: Any, backissue: Any) -> None:
    site.pages = 25
    configure(backissue, site)
    site.refusals["/story/3-of-the-day"] = [(429, {"Retry-After": "3600"})]
    done = backissue("crawl")
    assert done.returncode == 3, done.stderr
    run = last_run(backissue)
    assert run["state"] == "limited"
    assert run["outcomes"]["blocked"] == 1
    left = 25 - run["taken_up"]
    assert left > 5
    assert run["skipped"] == {"backing_off": left}
    assert f"{left} URLs wait for the next crawl: {site.url('')} is left alone until" in done.stderr
    asked = list(site.hits)
    # The next run does not ask, not even for the sitemap.
    assert backissue("crawl").returncode == 3
    assert site.hits == asked
    assert last_run(backissue)["skipped"] == {"backing_off": left + 1}
    rest_is_over(backissue)
    assert len(backissue.json("crawl", "--json")) == left
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        assert connection.execute("SELECT back_offs FROM host").fetchall() == [(0,)]


def test_other_hosts_of_a_run_go_on(site: Any, second_site: Any, backissue: Any) -> None:
    busy, idle = site.url("/story/of-a-busy-host"), second_site.url("/story/of-an-idle-host")
    site.refusals["/story/of-a-busy-host"] = [(429, {"Retry-After": "3600"})]
    rows = backissue.archived(busy, idle)
    assert [rows[url]["outcome"] for url in (busy, idle)] == ["blocked", "new"]


def test_a_redirect_to_a_host_that_is_left_alone_ends_blocked(site: Any, second_site: Any, backissue: Any) -> None:
    busy, moved = site.url("/story/of-a-busy-host"), second_site.url("/story/moved-away-now")
    site.refusals["/story/of-a-busy-host"] = [(429, {"Retry-After": "3600"})]
    second_site.refusals["/story/moved-away-now"] = [(301, {"Location": busy})]
    assert backissue.archived(busy)[busy]["outcome"] == "blocked"
    row = backissue.archived(moved)[moved]
    assert (row["outcome"], row["status"]) == ("blocked", None)
    assert second_site.hits == ["/robots.txt", "/story/moved-away-now"]


def test_a_host_that_cannot_be_reached_is_left_alone_by_the_next_process_too(
    site: Any, backissue: Any, closed_port: int
) -> None:
    dead = [f"http://127.0.0.1:{closed_port}/{name}" for name in ("one", "two", "three")]
    rows = backissue.archived(*dead, site.url("/story/on-another-host"), code=1)
    assert rows[site.url("/story/on-another-host")]["outcome"] == "new"
    assert [rows[url]["outcome"] for url in dead] == ["failed"] * 3
    assert "connection was refused" in rows[dead[0]]["error"]
    assert "could not be reached several times in a row" in rows[dead[2]]["error"]
    row = backissue.archived(dead[1])[dead[1]]
    assert "is left alone until" in row["error"]
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        query = "SELECT unreachable FROM host WHERE name LIKE ?"
        assert connection.execute(query, (f"%:{closed_port}",)).fetchall() == [(3,)]


def test_a_crawl_leaves_the_urls_of_a_dead_host_for_the_next(backissue: Any, closed_port: int) -> None:
    urls = ", ".join(f'"http://127.0.0.1:{closed_port}/feed-{n}.xml"' for n in range(9))
    backissue.archive.mkdir(parents=True)
    text = f'[sources.brackwater]\nhome = "http://127.0.0.1:{closed_port}/"\nfeeds = [{urls}]\n{POLITE}'
    (backissue.archive / "sources.toml").write_text(text, encoding="utf-8")
    done = backissue("crawl")
    assert done.returncode == 1, done.stderr
    assert f"http://127.0.0.1:{closed_port} is left alone until" in done.stderr
    run = last_run(backissue)
    assert run["state"] == "limited"
    assert run["listings_failed"] + run["skipped"]["backing_off"] == 9
    assert run["skipped"]["backing_off"] >= 6


def test_two_processes_ask_a_host_one_after_the_other(site: Any, backissue: Any) -> None:
    site.pause = 0.2
    urls = [site.url(f"/story/{n}-of-a-busy-night") for n in range(8)]
    halves = [
        backissue.start("archive", "--allow-private", "--delay", "0", "--workers", "1", *half)
        for half in (urls[:4], urls[4:])
    ]
    for half in halves:
        _, said = half.communicate(timeout=60)
        assert half.returncode == 0, said
    assert sum(path.startswith("/story/") for path in site.hits) == 8
    assert site.most_at_once == 1
