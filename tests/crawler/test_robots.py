"""robots.txt: kept for a day for all runs, and RFC 9309's reading of its errors."""

import gzip
import itertools
import sqlite3
import time
from typing import Any

import pytest

STORY = "/story/one-two-three"


def test_it_is_read_once_a_day_however_many_runs_there_are(site: Any, backissue: Any) -> None:
    assert backissue.archived(site.url(STORY), code=0)[site.url(STORY)]["outcome"] == "new"
    assert backissue.archived(site.url("/secret/x"))[site.url("/secret/x")]["outcome"] == "blocked"
    assert site.hits.count("/robots.txt") == 1
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        connection.execute("UPDATE host SET robots_read_at = datetime('now', '-24 hours')")
    site.robots = (200, b"User-agent: *\nDisallow: /story\n")
    assert backissue.archived(site.url(STORY))[site.url(STORY)]["outcome"] == "blocked"
    assert site.hits.count("/robots.txt") == 2


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_one_that_answers_4xx_forbids_nothing(site: Any, backissue: Any, status: int) -> None:
    site.robots = (status, b"User-agent: *\nDisallow: /\n")
    assert backissue.archived(site.url(STORY), code=0)[site.url(STORY)]["outcome"] == "new"


@pytest.mark.parametrize("status", [429, 500])
def test_one_that_answers_5xx_forbids_everything_for_now(site: Any, backissue: Any, status: int) -> None:
    site.refusals["/robots.txt"] = [(status, {"Retry-After": "3600"})] * 2
    row = backissue.archived(site.url(STORY), code=0)[site.url(STORY)]
    assert row["outcome"] == "blocked"
    assert f"robots.txt answered {status}" in row["error"]
    assert STORY not in site.hits
    asked = list(site.hits)
    assert backissue.archived(site.url(STORY))[site.url(STORY)]["outcome"] == "blocked"
    assert site.hits == asked


def test_one_that_redirects_for_ever_forbids_nothing(site: Any, backissue: Any) -> None:
    site.refusals["/robots.txt"] = [(302, {"Location": "/robots.txt"})] * 20
    assert backissue.archived(site.url(STORY), code=0)[site.url(STORY)]["outcome"] == "new"


@pytest.mark.parametrize("compressed", [False, True])
def test_it_is_read_up_to_500_kib_and_to_the_end_of_a_line(site: Any, backissue: Any, compressed: bool) -> None:
    rules = b"User-agent: *\nDisallow: /secret\n"
    filler = b"# a comment of some length that says nothing\n" * 12_000
    body = rules + filler[: 500 * 1024 - len(rules) - 10] + b"\nDisallow: /story\n" + filler
    if compressed:
        body = gzip.compress(body)
        site.robots_headers = {"Content-Encoding": "gzip"}
    site.robots = (200, body)
    rows = backissue.archived(site.url(STORY), site.url("/secret/x"))
    assert rows[site.url(STORY)]["outcome"] == "new"
    assert rows[site.url("/secret/x")]["outcome"] == "blocked"


def test_a_crawl_that_takes_sitemaps_from_it_reads_it_once(site: Any, backissue: Any) -> None:
    site.pages = 3
    site.robots = (200, f"User-agent: *\nSitemap: {site.url('/sitemap.xml')}\n".encode())
    backissue.archive.mkdir()
    source = f'[sources.brackwater]\nhome = "{site.url("/menu")}"\ndelay = 0\nallow_private = true\n'
    (backissue.archive / "sources.toml").write_text(source, encoding="utf-8")
    assert len(backissue.json("crawl", "--json")) == 3
    assert site.hits.count("/robots.txt") == 1


def test_a_site_without_one_names_no_sitemaps_and_that_is_no_failure(site: Any, backissue: Any) -> None:
    site.robots = (404, b"")
    backissue.archive.mkdir()
    source = f'[sources.brackwater]\nhome = "{site.url("/menu")}"\ndelay = 0\nallow_private = true\n'
    (backissue.archive / "sources.toml").write_text(source, encoding="utf-8")
    done = backissue("crawl")
    assert done.returncode == 0, done.stderr


def test_its_crawl_delay_is_the_pause_between_two_requests(site: Any, backissue: Any) -> None:
    site.robots = (200, b"User-agent: *\nCrawl-delay: 1.5\n")
    begun = time.monotonic()
    backissue.archived(*(site.url(f"/story/{n}-of-a-slow-site") for n in range(3)), code=0)
    pages = [when for path, when in site.times if path.startswith("/story/")]
    assert time.monotonic() - begun >= 3
    assert min(later - earlier for earlier, later in itertools.pairwise(pages)) >= 1.4
