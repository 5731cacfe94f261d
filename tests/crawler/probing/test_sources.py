"""`sources add` and `sources check` against sites on the loopback."""

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from cli.demo.newspaper import Newspaper


def add(backissue: Any, *words: str) -> Any:
    return backissue("sources", "add", "--allow-private", "--delay", "0", *words)


def test_a_site_is_added_with_what_it_offers_and_then_crawled(backissue: Any) -> None:
    with Newspaper(today=datetime.now(UTC).date()) as paper:
        site = paper.sites[0]
        looked = add(backissue, "--dry-run", "--name", "ledger", site.home)
        assert (looked.returncode, backissue.archive.exists()) == (0, False), looked.stderr
        done = add(backissue, "--name", "ledger", site.home)
        assert done.returncode == 0, done.stderr
        assert re.search(r"\+ \S+/sitemap-news.xml  news sitemap, \d+ articles, \d+ fit, newest ", done.stdout)
        text = (backissue.archive / "sources.toml").read_text()
        assert tomllib.loads(looked.stdout[looked.stdout.index("# Found") :]) == tomllib.loads(text)
        (source,) = tomllib.loads(text)["sources"].values()
        assert (source["feeds"], source["sitemaps"]) == ([site.feed], [site.news_sitemap])
        assert site.home in source["sections"]
        assert source["title"].startswith("The Tarnmouth Ledger")
        again = add(backissue, "--name", "other", site.home)
        assert again.returncode == 2
        assert "is the source 'ledger' already" in again.stderr
        # The newspaper's articles are of today, so that a crawl finds them all.
        rows = backissue.json("crawl", "--json", "--limit", "3", code=3)
        assert {row["outcome"] for row in rows} <= {"new", "blocked"}


def test_what_leads_nowhere_is_not_added(site: Any, closed_port: int, backissue: Any) -> None:
    for url, said in (
        (f"http://127.0.0.1:{closed_port}/", "the connection was refused"),
        (site.url("/nowhere"), "answered 404"),
        (site.url("/menu"), "leads to no feed, sitemap or page with articles"),
    ):
        done = add(backissue, url)
        assert done.returncode == 1
        assert said in done.stderr.splitlines()[-1]
    assert not (backissue.archive / "sources.toml").exists()


def feed(site: Any, days: int, *paths: str) -> bytes:
    when = format_datetime(datetime.now(UTC) - timedelta(days=days))
    items = "".join(f"<item><link>{site.url(path)}</link><pubDate>{when}</pubDate></item>" for path in paths)
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


def test_a_check_says_what_is_dead_moved_changed_empty_stale_or_fits_nothing(site: Any, backissue: Any) -> None:
    site.made |= {
        "/": b"<html><body>Courier</body></html>",
        "/good.xml": feed(site, 1, "/story/quay-mended-at-last"),
        "/stale.xml": feed(site, 45, "/story/quay-mended-at-last"),
        "/unwanted.xml": feed(site, 1, "/shop/quay-mended-at-last"),
        "/empty.xml": feed(site, 1),
        "/now-html.xml": b"<html><body>Our feed is no more</body></html>",
    }
    site.refusals["/old.xml"] = [(301, {"Location": "/good.xml"})] * 2
    site.refusals["/kept-out.xml"] = [(403, {})] * 2
    names = ("good", "stale", "unwanted", "empty", "now-html", "old", "kept-out", "gone")
    feeds = ", ".join(f'"{site.url(f"/{name}.xml")}"' for name in (*names, "secret/feed"))
    backissue.archive.mkdir(parents=True)
    (backissue.archive / "sources.toml").write_text(
        f'[sources.courier]\nhome = "{site.url("/")}"\nfeeds = [{feeds}]\nexclude = ["/shop/"]\ndelay = 0\n'
        f'allow_private = true\n[sources.off]\nhome = "{site.url("/never-asked")}"\nenabled = false\n'
    )
    rows = backissue.json("sources", "check", "--json", code=1)
    states = {row["url"].removeprefix(site.url("/")).removesuffix(".xml"): row["state"] for row in rows}
    assert states == {
        "": "ok",
        "good": "ok",
        "stale": "stale",
        "unwanted": "none_fits",
        "empty": "empty",
        "now-html": "changed",
        "old": "moved",
        "kept-out": "blocked",
        "gone": "dead",
        "secret/feed": "blocked",
    }
    assert all(bool(row["problem"]) is (row["state"] != "ok") for row in rows)
    moved = next(row for row in rows if row["state"] == "moved")
    assert moved["moved_to"] == site.url("/good.xml")
    assert "/never-asked" not in site.hits
    hits = len(site.hits)
    done = backissue("sources", "check", "--offline")
    assert (done.returncode, len(site.hits)) == (0, hits)
    done = backissue("sources", "check", "courier")
    assert "1 sources, 10 addresses tried: 8 wrong." in done.stdout
    assert f"has had nothing new since {date.today() - timedelta(days=45)}" in done.stdout
