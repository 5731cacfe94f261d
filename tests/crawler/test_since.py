"""`crawl --since`: back through sitemaps, next pages and archives by date, and no further than the bounds."""

from typing import Any

from tests.conftest import article

SOURCE = """\
[sources.brackwater]
home = "{home}"
sections = ["{section}"]
delay = 0
concurrency = 8
allow_private = true
"""


def links(*paths: str, more: str = "") -> bytes:
    anchors = "".join(f'<p><a href="{path}">The council agreed to mend the quay again</a></p>' for path in paths)
    return f"<html><body>{anchors}{more}</body></html>".encode()


def story(site: Any, path: str) -> str:
    site.made[path] = article(f"Quay mended {path}")
    return path


def sitemap(site: Any, *paths: str) -> bytes:
    urls = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def index(site: Any, **parts: str) -> bytes:
    rows = "".join(
        f"<sitemap><loc>{site.url(f'/{name}.xml')}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>"
        for name, day in parts.items()
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'.encode()


def old_paper(site: Any) -> set[str]:
    """A site whose news of this year are in three places; returns their paths."""
    paths = [story(site, f"/2026/0{month}/1{n}/quay-mended-once-more-{n}") for month in (1, 2, 3) for n in range(2)]
    old = [story(site, f"/2025/0{month}/11/quay-mended-long-ago") for month in (1, 2)]
    site.made["/"] = links(more='<a href="/archive/">Archive</a>')
    site.made["/archive/"] = links(more='<a href="/archive/2025/">2025</a><a href="/archive/2026/">2026</a>')
    site.made["/archive/2025/"] = links(old[0])
    site.made["/archive/2026/"] = links(more='<a href="/archive/2026/01/">January</a>')
    site.made["/archive/2026/01/"] = links(*paths[:2])
    site.made["/town/"] = links(more='<a href="/town/?page=2">2</a>')
    site.made["/town/"] = links(paths[4], paths[5], more='<a href="/town/?page=2">2</a>')
    site.made["/town/?page=2"] = links(paths[3], more='<a href="/town/?page=3">3</a>')
    site.made["/town/?page=3"] = links(old[1], more='<a href="/town/?page=4">4</a>')
    site.robots = (200, f"Sitemap: {site.url('/index.xml')}\n".encode())
    site.made["/index.xml"] = index(site, **{"s-2026-02": "", "s-2025-01": "2026-03-01", "other": "2025-06-01"})
    site.made["/s-2026-02.xml"] = sitemap(site, paths[2])
    return set(paths)


def configure(site: Any, backissue: Any) -> None:
    backissue.archive.mkdir(parents=True)
    text = SOURCE.format(home=site.url("/"), section=site.url("/town/"))
    (backissue.archive / "sources.toml").write_text(text, encoding="utf-8")


def test_a_crawl_since_goes_back_to_that_day_and_says_what_bound_it_met(site: Any, backissue: Any) -> None:
    wanted = old_paper(site)
    configure(site, backissue)
    done = backissue("crawl", "--since", "2026-01-01")
    assert done.returncode == 0, done.stderr
    hits = set(site.hits)
    assert {path for path in hits if "quay" in path} == wanted
    assert "/s-2026-02.xml" in hits
    assert not hits & {"/archive/2025/", "/s-2025-01.xml", "/other.xml", "/town/?page=4"}
    assert "Went back to 2026-01-01: 3 older sitemaps and archive pages were not read." in done.stderr


def test_the_number_of_listings_bounds_a_crawl_since(site: Any, backissue: Any) -> None:
    old_paper(site)
    configure(site, backissue)
    done = backissue("crawl", "--since", "2026-01-01", "--listings", "1")
    assert done.returncode == 3, done.stderr
    assert "Stopped after 1 further listings:" in done.stderr
    asked = backissue("crawl", "--listings", "1")
    assert (asked.returncode, "Give --since DATE too" in asked.stderr) == (2, True)


def test_an_ordinary_crawl_reads_a_sites_own_listings_again_but_goes_no_further(site: Any, backissue: Any) -> None:
    site.made["/"] = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'
    site.robots = (200, f"Sitemap: {site.url('/index.xml')}\n".encode())
    parts = {f"part{n}": "" for n in range(4)}
    site.made["/index.xml"] = index(site, **parts, stale="2020-01-01")
    for n in range(4):
        site.made[f"/part{n}.xml"] = sitemap(site)
    feed = "<rss version='2.0'><channel><item><link>{}</link></item></channel></rss>"
    site.made["/feed.xml"] = feed.format(site.url(story(site, "/quay-mended-at-last-1"))).encode()
    backissue.archive.mkdir(parents=True)
    text = SOURCE.format(home=site.url("/"), section="").replace('sections = [""]\n', "")
    (backissue.archive / "sources.toml").write_text(text, encoding="utf-8")
    assert backissue("crawl").returncode == 0
    assert {f"/part{n}.xml" for n in range(4)} <= set(site.hits)
    site.made["/feed.xml"] = feed.format(site.url(story(site, "/quay-mended-at-last-2"))).encode()
    site.hits.clear()
    assert backissue("crawl").returncode == 0
    # Of the parts that nothing dates, the first and the last; and no other article is asked for twice.
    listed = ["/", "/index.xml", "/feed.xml", "/part0.xml", "/part3.xml"]
    assert sorted(site.hits) == sorted([*listed, "/quay-mended-at-last-2"])
