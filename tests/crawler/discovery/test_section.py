import gzip
import time
from contextlib import suppress

import pytest

from crawler.discovery.errors import ListingTooLarge, NotASection
from crawler.discovery.section import MAX_ARTICLES, parse_section

URL = "https://www.example.com/news/"


def page(*links: tuple[str, str]) -> bytes:
    return "".join(f"<p><a href='{href}'>{text}</a>" for href, text in links).encode()


def urls(body: bytes, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> list[str]:
    return [article.url for article in parse_section(body, URL, include=include, exclude=exclude).articles]


def test_include_makes_an_article_of_what_it_matches_and_of_nothing_else() -> None:
    body = page(("/n/1", "One"), ("/about", "Us"), ("/2024/05/14/story", "Story"), ("https://example.org/n/2", "Two"))
    listing = parse_section(body, URL, include=(r"/n/\d+$", "about"))
    assert [article.url for article in listing.articles] == [
        "https://www.example.com/n/1",
        "https://www.example.com/about",
    ]
    assert listing.skipped == {"not_included": 1, "other_site": 1}


def test_exclude_wins_over_include() -> None:
    body = page(("/n/1", "One"), ("/n/2", "Two"))
    listing = parse_section(body, URL, include=("/n/",), exclude=("/2$",))
    assert [article.url for article in listing.articles] == ["https://www.example.com/n/1"]
    assert listing.skipped == {"excluded": 1}


def test_exclude_works_alone() -> None:
    assert urls(page(("/2024/05/14/story", ""), ("/sponsored/2024/05/14/story", "")), exclude=("/sponsored/",)) == [
        "https://www.example.com/2024/05/14/story"
    ]


def test_the_same_site_is_the_registrable_domain() -> None:
    body = page(
        ("https://example.com/a-story-without-www", ""),
        ("http://regional.example.com/a-story-of-the-region", ""),
        ("https://example.com.evil.test/a-story-from-elsewhere", ""),
        ("https://notexample.com/a-story-from-elsewhere", ""),
    )
    assert urls(body) == [
        "https://example.com/a-story-without-www",
        "http://regional.example.com/a-story-of-the-region",
    ]


def test_the_longest_text_that_links_to_an_article_is_its_title() -> None:
    body = page(
        ("/ferry-firm", "More"),
        ("/ferry-firm#lead", "Ferry firm ends its night service after all"),
        ("/ferry-firm", "Ferry firm"),
    )
    listing = parse_section(body, URL)
    assert [(article.url, article.title) for article in listing.articles] == [
        ("https://www.example.com/ferry-firm", "Ferry firm ends its night service after all")
    ]
    assert listing.skipped == {"duplicate": 2}


def test_a_base_that_leads_nowhere_is_passed_over() -> None:
    assert urls(b"<base href='javascript:0'><a href='a-story-of-note'>x</a>") == [
        "https://www.example.com/news/a-story-of-note"
    ]
    assert urls(b"<base target=_blank><base href='/x/'><a href='a-story-of-note'>x</a>") == [
        "https://www.example.com/x/a-story-of-note"
    ]


def test_every_link_is_an_article_or_counted() -> None:
    links = [
        ("/2024/05/14/story", "Story"),
        ("/2024/05/14/story", "Story"),
        ("", "Empty"),
        ("#top", "Top"),
        (URL, "This page"),
        ("tel:+123", "Call"),
        ("data:text/html,x", "Data"),
        ("http://", "Bad"),
        ("https://user:pass@www.example.com/2024/05/14/secret", "Bad"),
        ("https://www.example.com:99999/2024/05/14/port", "Bad"),
        ("/" + "x" * 3000, "Long"),
        ("/politics/", "Politics"),
        ("/tag/x", "x"),
        ("/a.pdf", "PDF"),
        ("https://example.org/", "Other"),
    ]
    listing = parse_section(page(*links), URL)
    assert len(listing.articles) + sum(listing.skipped.values()) == len(links)
    assert listing.skipped == {
        "duplicate": 1,
        "same_page": 3,
        "not_http": 2,
        "bad_url": 3,
        "too_long": 1,
        "not_article_like": 1,
        "navigation": 1,
        "asset": 1,
        "other_site": 1,
    }


def test_articles_over_the_limit_are_counted() -> None:
    body = page(*((f"/news/story-{n:05}", "x") for n in range(MAX_ARTICLES + 9)))
    listing = parse_section(body, URL)
    assert (len(listing.articles), listing.skipped) == (MAX_ARTICLES, {"over_limit": 9})


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "empty"),
        (b"%PDF-1.4", "a PDF file"),
        (b'{"a": 1}', "JSON"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "a feed"),
        (b"<sitemapindex/>", "a sitemap"),
        (b"\x1f\x8b\x08nonsense", "a damaged gzip file"),
    ],
)
def test_what_is_no_page_is_named_for_what_it_is(body: bytes, what: str) -> None:
    with pytest.raises(NotASection) as caught:
        parse_section(body, URL)
    assert caught.value.what == what


def test_a_page_over_the_limit_is_refused() -> None:
    with pytest.raises(ListingTooLarge, match="more than 10 MiB"):
        parse_section(gzip.compress(b"<a href=/x>" + b" " * 11 * 1024**2), URL)


@pytest.mark.parametrize(
    ("head", "encoding", "sent"),
    [
        ("<meta charset='iso-8859-1'>", "latin-1", None),
        ("<meta http-equiv=content-type content='text/html; charset=windows-1251'>", "cp1251", None),
        ("<meta charset='utf-8'>", "koi8-r", "koi8-r"),
        ("<meta charset='nonsense'>", "utf-8", "nonsense"),
        ("", "utf-16", None),
        ("<?xml version='1.0' encoding='utf-16'?>", "utf-8", None),
    ],
)
def test_a_page_is_read_in_the_encoding_that_fits(head: str, encoding: str, sent: str | None) -> None:
    title = "Größe" if encoding == "latin-1" else "Паром отменён"
    body = f"{head}<a href='/2024/05/14/story'>{title}</a>".encode(encoding)
    assert parse_section(body, URL, encoding=sent).articles[0].title == title


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000 + b"<a href='/2024/05/14/story'>x</a>",
        b"<a href='/2024/05/14/story'><div>x" * 100_000,
        b"<a href='/2024/05/14/story'>x</a>" * 50_000,
        b"<a " + b"x=y " * 500_000 + b">",
        b"<a href='" + b"x" * 5_000_000,
        b"<" * 1_000_000,
        b"<!--" * 1_000_000,
        b"<b><i>" * 200_000,
        bytes(range(256)) * 1000,
        b"\0" * 100_000 + b"<a href='/2024/05/14/story'>",
    ],
    ids=["deep", "nested links", "many links", "attributes", "unclosed", "<", "comments", "format", "bytes", "zeros"],
)
def test_a_hostile_page_ends_in_a_listing(body: bytes) -> None:
    began = time.process_time()
    with suppress(NotASection):
        parse_section(body, URL)
    assert time.process_time() - began < 5


def test_what_lies_too_deep_is_counted() -> None:
    assert parse_section(b"<div>" * 5_000 + b"<a href='/2024/05/14/story'>x</a>", URL).skipped == {"too_deep": 1}
