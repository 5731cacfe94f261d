"""A source that heeds noarchive and TDM reservations: such pages are visits, and nothing of them is kept."""

from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

HEEDS = "obey_noarchive = true\nobey_tdm_reservation = true\n"


def configure(backissue: Any, site: Any, more: str) -> None:
    paths = ["/meta", "/header", "/mined", "/freed", "/premium/one", "/open"]
    for path in paths:
        site.publish(path, f"Page {path[1:]}")
    site.publish("/meta", "Page meta", head='<meta name="robots" content="noarchive">')
    site.publish("/header", "Page header", X_Robots_Tag="noarchive")
    site.publish("/mined", "Page mined", TDM_Reservation="1")
    site.publish("/freed", "Page freed", TDM_Reservation="0")
    rules = '[{"location": "/premium/*", "tdm-reservation": 1}, {"location": "/freed", "tdm-reservation": 1}]'
    site.made["/.well-known/tdmrep.json"] = rules.encode()
    urls = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    site.made["/map.xml"] = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
    backissue.archive.mkdir(parents=True, exist_ok=True)
    text = f'[sources.paper]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/map.xml")}"]\ndelay = 0\n'
    (backissue.archive / "sources.toml").write_text(text + "allow_private = true\n" + more, encoding="utf-8")


def bodies(archive: Path) -> bytes:
    found = b""
    for file in (archive / "warc").glob("*.warc.gz"):
        with file.open("rb") as stream:
            found += b"".join(record.content_stream().read() for record in ArchiveIterator(stream))
    return found


def test_what_is_not_to_be_kept_ends_blocked_and_leaves_no_bytes(site: Any, backissue: Any) -> None:
    configure(backissue, site, HEEDS)
    rows = {row["url"]: row for row in backissue.json("crawl", "--json")}
    outcomes = {path: rows[site.url(path)]["outcome"] for path in site.made if site.url(path) in rows}
    assert outcomes == {
        "/meta": "blocked",
        "/header": "blocked",
        "/mined": "blocked",
        "/freed": "new",
        "/premium/one": "blocked",
        "/open": "new",
    }
    assert "noarchive in its robots meta tag" in rows[site.url("/meta")]["error"]
    assert "obey_tdm_reservation" in rows[site.url("/premium/one")]["error"]
    assert site.hits.count("/.well-known/tdmrep.json") == 1
    kept = bodies(backissue.archive)
    assert b"Page open" in kept
    assert not any(words in kept for words in (b"Page meta", b"Page header", b"Page mined", b"Page premium"))


def test_without_the_setting_all_is_kept_and_the_file_is_not_asked_for(site: Any, backissue: Any) -> None:
    configure(backissue, site, "")
    assert {row["outcome"] for row in backissue.json("crawl", "--json")} == {"new"}
    assert "/.well-known/tdmrep.json" not in site.hits
