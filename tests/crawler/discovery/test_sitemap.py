import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.discovery.errors import DeclaresEntities, ListingError, ListingTooLarge, NotASitemap
from crawler.discovery.sitemap import MAX_ENTRIES, parse_sitemap, sitemaps_in_robots

ROOT = Path(__file__).parents[3]
URL = "https://courier.example/sitemap.xml"


def entry(number: int | str) -> str:
    return f"<url><loc>https://courier.example/story-{number}</loc><lastmod>2024-05-14T10:00:00+02:00</lastmod></url>\n"


def sitemap(*entries: str) -> str:
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{''.join(entries)}</urlset>"


def urls(body: bytes) -> list[str]:
    return [article.url.removeprefix("https://courier.example/") for article in parse_sitemap(body, URL).articles]


def test_fifty_thousand_urls_take_less_than_two_seconds() -> None:
    body = sitemap(*map(entry, range(50_000))).encode()
    began = time.process_time()
    listing = parse_sitemap(body, URL)
    # Measured: 0.7 s on a machine with two cores.
    assert time.process_time() - began < 2
    assert len(listing.articles) == 50_000
    assert not listing.skipped


def test_entries_over_the_limit_are_counted() -> None:
    listing = parse_sitemap(sitemap(*map(entry, range(MAX_ENTRIES + 7))).encode(), URL)
    assert (len(listing.articles), listing.skipped) == (MAX_ENTRIES, {"over_limit": 7})


def test_what_is_read_is_forgotten() -> None:
    # In a process of its own, whose memory is its own. Kept, the tree of 20 MB of entries takes 150 MB.
    program = """
import gzip, resource
from crawler.discovery.sitemap import parse_sitemap
entry = "<url><loc>https://courier.example/story</loc><lastmod>2024-05-14T10:00:00+02:00</lastmod></url>"
body = gzip.compress(b"<urlset>" + entry.encode() * 200_000 + b"</urlset>", 1)
parse_sitemap(gzip.compress(b"<urlset/>"), "https://courier.example/sitemap.xml")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
listing = parse_sitemap(body, "https://courier.example/sitemap.xml")
assert listing.skipped == {"duplicate": 199_999}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 20 * 1024


def test_a_gzip_bomb_stops_at_the_limit() -> None:
    with pytest.raises(ListingTooLarge, match="more than 64 MiB"):
        parse_sitemap(gzip.compress(b"<urlset>" + b" " * 100 * 1024**2, 1), URL)
    with pytest.raises(ListingTooLarge, match="more than 64 MiB"):
        parse_sitemap(gzip.compress(b"https://courier.example/1\n" * 3_000_000, 1), URL)


@pytest.mark.parametrize("cut", [3, 30, 60, 90, 120, 150])
def test_a_sitemap_that_ends_early_names_no_half_url(cut: int) -> None:
    whole = sitemap(*map(entry, range(100, 110)))
    listing = parse_sitemap(whole[:-cut].encode(), URL)
    assert 8 <= len(listing.articles) <= 10
    assert all(len(article.url) == len("https://courier.example/story-100") for article in listing.articles)
    assert listing.skipped == {"cut_off": 1}


def test_a_gzip_file_that_ends_early_gives_what_it_has() -> None:
    body = gzip.compress(sitemap(*map(entry, range(1000))).encode())
    listing = parse_sitemap(body[: len(body) // 2], URL)
    assert 100 < len(listing.articles) < 1000
    assert listing.skipped == {"cut_off": 1}


def test_several_gzip_members_are_one_document() -> None:
    whole = sitemap(entry(1), entry(2)).encode()
    assert urls(gzip.compress(whole[:70]) + gzip.compress(whole[70:]) + b"\0\0") == ["story-1", "story-2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_sitemap_is_read_in_any_encoding(encoding: str) -> None:
    text = "<?xml version='1.0'?>" + sitemap("<url><loc>https://courier.example/fähre?a=1&b=2</loc></url>")
    assert urls(text.encode(encoding)) == ["f%C3%A4hre?a=1&b=2"]


def test_a_wrong_encoding_loses_no_entry() -> None:
    text = "<?xml version='1.0' encoding='ascii'?>" + sitemap(entry(1), entry("fähre"), entry(2))
    assert len(urls(text.encode())) == 3


def test_characters_that_xml_forbids_lose_no_entry() -> None:
    assert urls(sitemap(entry(1), "\x07&#0;&#xD800;\0", entry(2)).encode()) == ["story-1", "story-2"]


def test_entries_behind_a_mistake_are_counted() -> None:
    listing = parse_sitemap(sitemap(entry(1), "< oops>", entry(2), entry(3)).encode(), URL)
    assert len(listing.articles) + listing.skipped["unreadable"] == 3


def test_an_undeclared_prefix_hides_no_news() -> None:
    text = "<url><loc>/1</loc><news:news><news:title>A &amp; B</news:title></news:news></url>"
    listing = parse_sitemap(sitemap(text).encode(), URL)
    assert (listing.kind, listing.articles[0].title) == ("news_sitemap", "A & B")


def test_a_feed_given_as_a_sitemap_is_read_as_a_feed() -> None:
    body = b"<rss><channel><item><link>https://courier.example/1</link></item></channel></rss>"
    assert parse_sitemap(body, URL).kind == "rss"
    assert parse_sitemap(gzip.compress(body), URL).kind == "rss"
    with pytest.raises(ListingTooLarge, match="more than 5 MiB"):
        parse_sitemap(body + b" " * 6 * 1024**2, URL)


def test_an_empty_set_and_an_empty_index_are_sitemaps() -> None:
    assert parse_sitemap(b"<urlset/>", URL).kind == "sitemap"
    assert parse_sitemap(b"<?xml version='1.0'?><sitemapindex></sitemapindex>", URL).kind == "sitemap_index"
    assert not parse_sitemap(b"<urlset/>", URL).skipped


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body><a href='/sitemap'>Sitemap</a></body></html>", "an HTML page"),
        (b"Not found", "text"),
        (b'{"urls": []}', "JSON"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (gzip.compress(b"", mtime=0), "a damaged gzip file"),
        (b"\x1f\x8b\x08nonsense", "a damaged gzip file"),
        (b"<opml><body/></opml>", "XML with the root element <opml>"),
    ],
)
def test_what_is_no_sitemap_is_named_for_what_it_is(body: bytes, what: str) -> None:
    with pytest.raises(NotASitemap) as caught:
        parse_sitemap(body, URL)
    assert caught.value.what == what


def test_a_sitemap_that_declares_entities_is_refused() -> None:
    with pytest.raises(DeclaresEntities):
        parse_sitemap(b"<!DOCTYPE urlset [<!ENTITY a 'b'>]>" + sitemap(entry("&a;")).encode(), URL)


@pytest.mark.parametrize(
    "inside",
    [
        "<url><loc>" + "<b>" * 3000 + "</loc></url>",
        "<url><loc>" + "x" * 12_000_000 + "</loc></url>",
        "<url><loc>/1</loc>" * 500,
        "<" + "x" * 60_000 + "/>",
        "</urlset><urlset>",
        "<![CDATA[" * 1000,
        "<!--" * 1000,
        "&" * 100_000,
    ],
    ids=["deep", "long text", "never closed", "long name", "two roots", "CDATA", "comments", "ampersands"],
)
def test_a_hostile_sitemap_ends_in_a_listing(inside: str) -> None:
    try:
        listing = parse_sitemap(sitemap(entry(1), inside, entry(2)).encode(), URL)
    except ListingError:
        return
    assert listing.articles[0].url == "https://courier.example/story-1"
    # What follows a comment or a CDATA section that is never closed is inside it, and no entry.
    swallowed = inside.startswith("<!")
    assert len(listing.articles) + sum(listing.skipped.values()) >= (1 if swallowed else 2)


def test_robots_txt_names_sitemaps() -> None:
    text = (
        "\ufeffUser-agent: *\r\nDisallow: /private\r"
        "Sitemap: https://courier.example/sitemap.xml\n"
        "SITEMAP : /news.xml # fresh ones\n"
        " site-map:https://cdn.example/courier.xml\n"
        "sitemap: https://courier.example/sitemap.xml\n"
        "Sitemap:\n"
        "Sitemap: ftp://courier.example/sitemap.xml\n"
        "# Sitemap: https://courier.example/old.xml\n"
        "Sitemaps: https://courier.example/wrong.xml"
    )
    assert sitemaps_in_robots(text, "https://courier.example/robots.txt") == (
        "https://courier.example/sitemap.xml",
        "https://courier.example/news.xml",
        "https://cdn.example/courier.xml",
    )
    assert sitemaps_in_robots("", "https://courier.example/robots.txt") == ()
