"""`crawl --fresh`, and a server whose 304s are not true."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.audits import ONE_IN, is_audited
from storage.clock import Clock
from storage.folder import Folder
from storage.waiting import is_anything_due

POLITE = "delay = 0\nmax_age_days = 0\nallow_private = true\n"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def configure(backissue: Any, site: Any, more: str = "") -> None:
    backissue.archive.mkdir(parents=True, exist_ok=True)
    text = f'[sources.brackwater]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\n{POLITE}{more}'
    (backissue.archive / "sources.toml").write_text(text, encoding="utf-8")


def everything_is_due(backissue: Any) -> None:
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        connection.execute("UPDATE frontier SET due_at = '2000-01-01 00:00:00.000000' WHERE state = 'done'")


def test_one_304_in_twenty_is_audited_the_same_ones_all_day_and_every_page_in_its_turn() -> None:
    urls = [f"https://example.org/{n}" for n in range(2000)]
    chosen = {url for url in urls if is_audited(url, NOON)}
    assert 0.7 < len(chosen) * ONE_IN / len(urls) < 1.3
    assert chosen == {url for url in urls if is_audited(url, NOON + timedelta(hours=11))}
    assert chosen != {url for url in urls if is_audited(url, NOON + timedelta(hours=12))}
    assert any(is_audited(urls[0], NOON + timedelta(days=days)) for days in range(200))


def test_fresh_visits_what_is_due_and_neither_listings_nor_what_is_new(site: Any, backissue: Any) -> None:
    configure(backissue, site)
    assert not is_anything_due(Folder(backissue.archive), ["brackwater"], Clock())
    site.pages = 4
    backissue.json("crawl", "--json", "--limit", "2", "--workers", "1", code=3)
    site.hits.clear()
    assert backissue("crawl", "--fresh").stderr == "Nothing is due.\n"
    everything_is_due(backissue)
    assert is_anything_due(Folder(backissue.archive), ["brackwater"], Clock())
    rows = backissue.json("crawl", "--fresh", "--json", "--workers", "1")
    assert [row["outcome"] for row in rows] == ["unchanged"] * 2
    assert sorted(site.hits) == ["/story/0-of-the-day", "/story/1-of-the-day"]


def test_a_server_whose_304s_are_not_true_is_found_out_and_not_believed_for_a_while(site: Any, backissue: Any) -> None:
    path = site.path("/liar", audited=True)
    args = ("--json", "--allow-private", "--delay", "0", "--workers", "1")
    assert '"new"' in backissue("archive", *args, "--watch", site.url(path)).stdout
    site.edition = 2
    everything_is_due(backissue)
    flags = ("crawl", "--fresh", "--json", "--allow-private", "--workers", "1")
    assert [row["outcome"] for row in backissue.json(*flags)] == ["changed"]
    assert site.hits.count(path) == 3
    (host,) = backissue.json("status", "--json")[0]["distrusted"]
    assert (host["host"], host["lies"], host["audits"]) == (site.url(""), 1, 1)
    site.edition = 3
    everything_is_due(backissue)
    assert [row["outcome"] for row in backissue.json(*flags)] == ["changed"]
    # Asked once, without validators.
    assert site.hits.count(path) == 4


def test_the_first_304_of_a_host_is_checked_in_any_case(site: Any, backissue: Any) -> None:
    paths = [site.path(folder, audited=False) for folder in ("/liar", "/liar/another")]
    args = ("--json", "--allow-private", "--delay", "0", "--workers", "1")
    backissue("archive", *args, *map(site.url, paths))
    site.edition = 2
    first, *_ = backissue.json("archive", *args, site.url(paths[0]))
    assert first["outcome"] == "changed"
    second, *_ = backissue.json("archive", *args, site.url(paths[1]))
    # Asked without validators, as the host has lied.
    assert second["outcome"] == "changed"
    assert site.hits.count(paths[1]) == 2
