"""`crawl` over sources: discovery, what is due, limits, interruption; and the demo's newspaper from end to end."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.demo.newspaper import Newspaper

POLITE = "delay = 0\nconcurrency = 8\nmax_age_days = 0\nallow_private = true\n"


def configure(backissue: Any, text: str) -> None:
    backissue.archive.mkdir(parents=True, exist_ok=True)
    (backissue.archive / "sources.toml").write_text(text, encoding="utf-8")


def sitemap_source(site: Any) -> str:
    return f'[sources.brackwater]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\n{POLITE}'


def snapshots(backissue: Any) -> set[str]:
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        rows = connection.execute("SELECT alias.url FROM snapshot JOIN alias ON alias.id = snapshot.alias_id")
        found = [row[0] for row in rows]
    assert len(found) == len(set(found))
    return set(found)


def test_a_crawl_of_the_newspaper_finds_all_that_it_published(backissue: Any) -> None:
    with Newspaper(today=date(2026, 3, 2)) as paper:
        parts = []
        for name, one in zip(("ledger", "tagblatt"), paper.sites, strict=True):
            sections = ", ".join(f'"{url}"' for url in one.sections)
            parts.append(
                f'[sources.{name}]\nhome = "{one.home}"\nfeeds = ["{one.feed}"]\n'
                f'sitemaps = ["{one.sitemap}"]\nsections = [{sections}]\n{POLITE}'
            )
        configure(backissue, "".join(parts))
        rows = backissue.json("crawl", "--json")
        kept = {row["canonical_url"] for row in rows if row["outcome"] == "new"}
        assert kept == set(paper.article_urls(1))
        assert len(kept) >= 32
        blocked = [row for row in rows if row["outcome"] == "blocked"]
        assert [row["url"] for row in blocked] == list(paper.urls_of("private"))
        assert not any(request.path.startswith("/private/") for request in paper.requests)
        paper.day = 2
        # Everything is due at once, as if a day had passed.
        with sqlite3.connect(backissue.archive / "archive.db") as connection:
            connection.execute("UPDATE frontier SET due_at = '2000-01-01 00:00:00.000000' WHERE state = 'done'")
        rows = backissue.json("crawl", "--json")
        by_outcome: dict[str, set[str]] = {}
        for row in rows:
            by_outcome.setdefault(row["outcome"], set()).add(row["canonical_url"] or row["url"])
        assert by_outcome["changed"] == {*paper.urls_of("edited"), *paper.urls_of("stealth-edit")}
        assert by_outcome["gone"] == set(paper.urls_of("takedown"))
        assert by_outcome["new"] == set(paper.article_urls(2)) - set(paper.article_urls(1))
        assert by_outcome["not_modified"]


def test_a_limit_bounds_the_crawl_and_the_next_goes_on(site: Any, backissue: Any) -> None:
    site.pages = 12
    configure(backissue, sitemap_source(site))
    assert len(backissue.json("crawl", "--json", "--limit", "5", code=3)) == 5
    assert len(backissue.json("crawl", "--json")) == 7
    stories = Counter(path for path in site.hits if path.startswith("/story/"))
    assert len(stories) == 12
    assert set(stories.values()) == {1}


def test_a_feed_that_is_none_is_named_and_the_rest_goes_on(site: Any, backissue: Any) -> None:
    site.pages = 2
    text = sitemap_source(site).replace("sitemaps =", f'feeds = ["{site.url("/feed-that-is-none")}"]\nsitemaps =')
    configure(backissue, text)
    done = backissue("crawl")
    assert done.returncode == 1
    assert "is not a feed" in done.stderr
    assert "2 new" in done.stderr


def test_a_typo_in_sources_toml_is_named_with_its_line(site: Any, backissue: Any) -> None:
    configure(backissue, sitemap_source(site).replace("delay =", "delya ="))
    done = backissue("crawl")
    assert done.returncode == 2
    assert "line 4" in done.stderr
    assert "delya" in done.stderr


def killed(backissue: Any, seconds: float) -> bool:
    """Start a crawl and kill it and its workers after some time. False where it had ended by itself."""
    command = backissue.args("crawl", "--json")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
    )
    time.sleep(seconds)
    ended = process.poll() is not None
    if not ended:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return not ended


def crawl_with_kills(site: Any, backissue: Any, *, pages: int, kills: int, within: float) -> None:
    site.pages = pages
    configure(backissue, sitemap_source(site))
    moments = random.Random(7)
    died = sum(killed(backissue, moments.uniform(1.0, within)) for _ in range(kills))
    done = backissue("crawl", "--json")
    while done.returncode == 0 and len(snapshots(backissue)) < pages and done.stdout:
        done = backissue("crawl", "--json")
    assert done.returncode == 0, done.stderr
    assert snapshots(backissue) == {site.url(f"/story/{n}-of-the-day") for n in range(pages)}
    stories = Counter(path for path in site.hits if path.startswith("/story/"))
    again = sum(count - 1 for count in stories.values())
    # Only what was under way at a kill is fetched again: the spider holds at most 64 at once.
    assert again <= 64 * died
    assert max(stories.values()) <= 1 + died
    print(f"{pages} pages, {died} kills: {again} fetched again")  # noqa: T201 - the figure of a long run
    run = backissue.json("status", "--json")[0]["runs"][0]
    assert run["state"] == "done"


def test_a_crawl_killed_at_random_goes_on_without_loss(site: Any, backissue: Any) -> None:
    crawl_with_kills(site, backissue, pages=60, kills=2, within=3.0)


@pytest.mark.slow
def test_a_long_crawl_killed_twenty_times_equals_an_undisturbed_one(site: Any, backissue: Any) -> None:
    crawl_with_kills(site, backissue, pages=1500, kills=20, within=5.0)


def test_ctrl_c_ends_with_the_counts_and_loses_nothing(site: Any, backissue: Any) -> None:
    site.pages = 120
    configure(backissue, sitemap_source(site))
    process = subprocess.Popen(
        backissue.args("crawl"), stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    while not any(path.startswith("/story/") for path in site.hits):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert backissue("crawl").returncode == 0
    assert len(snapshots(backissue)) == 120


def test_ctrl_c_does_not_wait_for_a_host_that_does_not_answer(site: Any, backissue: Any) -> None:
    site.pages = 60
    configure(backissue, sitemap_source(site))
    process = subprocess.Popen(
        backissue.args("crawl"), stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    while not any(path.startswith("/story/") for path in site.hits):
        time.sleep(0.02)
    site.pause = 25
    while not site.under_way:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert "taken up" in said
    assert time.monotonic() - begun < 15
    site.pause = 0


def test_a_watched_page_is_visited_again(site: Any, backissue: Any) -> None:
    url = site.url("/edited")
    flags = ("--json", "--allow-private", "--workers", "1")
    assert '"new"' in backissue("archive", *flags, "--delay", "0", "--watch", url).stdout
    site.edition = 2
    assert [row["outcome"] for row in backissue.json("crawl", *flags)] == ["changed"]
    assert backissue.json("crawl", *flags, "watch") == []


def test_a_sitemap_of_the_largest_size_is_taken_in_and_gone_through_in_parts(site: Any, backissue: Any) -> None:
    site.pages = 50_000
    configure(backissue, sitemap_source(site))
    done = backissue("crawl", "--json", "--limit", "3")
    assert done.returncode == 3, done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert "50,000 articles, 50,000 new" in done.stderr
    assert backissue.json("status", "--json")[0]["due"] == 49_997
