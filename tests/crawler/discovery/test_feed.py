import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.discovery.errors import DeclaresEntities, ListingTooLarge, NotAFeed
from crawler.discovery.feed import MAX_FEED_BYTES, MAX_ITEMS, MAX_TAGS, parse_feed

URL = "https://courier.example/feed.xml"


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>Courier</title>{''.join(items)}</channel></rss>".encode()


def item(link: str, title: str = "A title", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def test_the_bytes_of_an_address_or_a_file_name_are_not_opened(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_bytes(rss(item("https://courier.example/secret")))
    for body in (str(feed).encode(), feed.as_uri().encode(), b"https://courier.example/feed.xml"):
        with pytest.raises(NotAFeed, match="what came is text"):
            parse_feed(body, URL)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"<!DOCTYPE html><html><head><title>x</title></head></html>", "an HTML page"),
        (b"<html><body><p>503 Service Unavailable", "an HTML page"),
        (b"<br />\n<b>Warning</b>: database gone", "an HTML page"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"%PDF-1.7 ...", "a PDF file"),
        (b'{"error": "not found"}', "JSON that is no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "JSON that is no JSON Feed"),
        (b"[1, 2, 3]", "JSON that is no JSON Feed"),
        (b"{{ template }}", "text that begins like JSON and is none"),
        (b"[" * 100_000, "text that begins like JSON and is none"),
        (b"Not found", "text"),
        (b"<urlset><url><loc>https://courier.example/1</loc></url></urlset>", "a sitemap"),
        (b"<?xml version='1.0'?><note><to>You</to></note>", "XML with the root element <note>"),
        (b"\x1f\x8b\x08damaged", "a damaged gzip file"),
        (bytes(range(256)) * 4, "a binary file"),
    ],
)
def test_what_is_no_feed_is_named_for_what_it_is(body: bytes, what: str) -> None:
    with pytest.raises(NotAFeed) as caught:
        parse_feed(body, URL)
    assert caught.value.what == what
    assert str(caught.value).startswith(f"{URL} is not a feed; what came is {what}. ")
    assert "\n" not in str(caught.value)


def test_a_feed_without_items_is_a_feed() -> None:
    listing = parse_feed(rss(), URL)
    assert (listing.kind, listing.articles, listing.further, listing.skipped) == ("rss", (), (), {})


@pytest.mark.parametrize(
    "body",
    [
        b"\n\n<?xml version='1.0'?>" + rss(item("https://courier.example/a?x=1&amp;y=2")),
        rss(item("https://courier.example/a?x=1&y=2", "Fish & chips")),
        rss(item("https://courier.example/a?x=1&amp;y=2", "Fish &nbsp; chips")),
        rss(item("https://courier.example/a?x=1&amp;y=2", "bell \x07 and &#7; and &#xD800; and &#99999999999;")),
        rss(item("https://courier.example/a?x=1&amp;y=2"))[: -len("</channel></rss>")],
        rss(item("https://courier.example/a?x=1&amp;y=2")) + b"<!-- cached -->\n<p>powered by</p>",
        rss(item("https://courier.example/a?x=1&amp;y=2", "<b>unclosed")),
        b"<?xml version='1.0' encoding='utf-16'?>" + rss(item("https://courier.example/a?x=1&amp;y=2", "not UTF-16")),
        rss(item("https://courier.example/a?x=1&amp;y=2", "Grüße")).decode().encode("latin-1"),
        rss(item("https://courier.example/a?x=1&amp;y=2")).decode().encode("utf-16"),
        gzip.compress(rss(item("https://courier.example/a?x=1&amp;y=2")), mtime=0),
    ],
    ids=[
        "blank lines first",
        "bare ampersands",
        "entity of HTML",
        "characters that are none",
        "no end",
        "text after the end",
        "markup unclosed",
        "wrong encoding named",
        "wrong encoding sent",
        "UTF-16",
        "gzipped",
    ],
)
def test_an_ill_formed_feed_is_read(body: bytes) -> None:
    listing = parse_feed(body, URL)
    assert [article.url for article in listing.articles] == ["https://courier.example/a?x=1&y=2"]
    assert not listing.skipped


def test_a_feed_that_ends_inside_a_link_names_no_half_link() -> None:
    body = rss(item("https://courier.example/whole"), item("https://courier.example/half-of-it"))
    listing = parse_feed(body[: body.index(b"-of-it")], URL)
    assert [article.url for article in listing.articles] == ["https://courier.example/whole"]
    assert listing.skipped == {"no_link": 1}


def test_the_transfers_charset_comes_before_the_documents() -> None:
    body = b"<?xml version='1.0' encoding='iso-8859-1'?>" + rss(item("/a", "Grüße"))
    assert parse_feed(body, URL, "text/xml; charset=UTF-8").articles[0].title == "Grüße"
    assert parse_feed(body, URL, "text/xml").articles[0].title != "Grüße"


@pytest.mark.parametrize("charset", ["zlib", "punycode", "unicode_escape", "no-such-thing", "\x00"])
def test_a_charset_that_is_none_is_passed_over(charset: str) -> None:
    listing = parse_feed(rss(item("/a", "Grüße")), URL, f"application/rss+xml; charset={charset}")
    assert listing.articles[0].title == "Grüße"


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>',
        "<!DOCTYPE rss SYSTEM \"<a>\" [\n<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]>",
        "<!-- <rss> --><!DOCTYPE rss [<!-- ]> --> <!ENTITY a 'b'>]>",
        'junk\n<!DOCTYPE rss [\n<!ENTITY a "b">\n]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_feed_that_declares_entities_is_refused(doctype: str, encoding: str) -> None:
    body = (doctype + rss(item("https://courier.example/&lol2;")).decode()).encode(encoding)
    with pytest.raises(DeclaresEntities, match="declares XML entities"):
        parse_feed(body, URL)


def test_a_document_type_without_entities_is_no_reason_to_refuse_a_feed() -> None:
    doctype = b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    about_entities = item("/a", more="<description><![CDATA[<!ENTITY lol 'lol'>]]></description>")
    assert len(parse_feed(doctype + rss(about_entities), URL).articles) == 1


def test_a_feed_over_the_limit_is_refused_and_says_so() -> None:
    with pytest.raises(ListingTooLarge, match="more than 5 MiB"):
        parse_feed(rss("<!--" + "x" * MAX_FEED_BYTES + "-->"), URL)
    with pytest.raises(ListingTooLarge, match="more than 5 MiB"):
        parse_feed(gzip.compress(b"<rss>" + b" " * MAX_FEED_BYTES), URL)
    with pytest.raises(ListingTooLarge, match="200,000 tags"):
        parse_feed(rss("<b>" * (MAX_TAGS + 1)), URL)


@pytest.mark.parametrize("closed", [True, False])
def test_items_over_the_limit_are_counted_and_cost_no_time(closed: bool) -> None:
    items = [item(f"https://courier.example/{n}") for n in range(60_000)]
    if not closed:
        items = [text.removesuffix("</item>") for text in items]
    began = time.process_time()
    listing = parse_feed(rss(*items), URL)
    assert time.process_time() - began < 6
    assert len(listing.articles) == MAX_ITEMS
    assert listing.articles[-1].url == f"https://courier.example/{MAX_ITEMS - 1}"
    assert listing.skipped == {"over_limit": 60_000 - MAX_ITEMS}


def test_the_items_inside_a_text_are_no_items() -> None:
    text = "<description><![CDATA[" + "<item>" * (MAX_ITEMS + 1) + "]]></description>"
    assert not parse_feed(rss(item("/a", more=text)), URL).skipped


def test_json_items_over_the_limit_are_counted() -> None:
    items = [{"url": f"https://courier.example/{n}"} for n in range(MAX_ITEMS + 3)]
    body = json.dumps({"version": "https://jsonfeed.org/version/1", "items": items}).encode()
    listing = parse_feed(body, URL)
    assert (len(listing.articles), listing.skipped) == (MAX_ITEMS, {"over_limit": 3})


def test_an_alternate_comes_before_what_else_an_entry_links_to() -> None:
    entry = (
        "<entry><link rel='self' href='/self'/><link rel='enclosure' href='/sound.mp3'/>"
        "<link rel='alternate' type='application/pdf' href='/paper.pdf'/><link href='/page'/></entry>"
        "<entry><link rel='self' href='/only-self'/></entry>"
        "<entry><id>https://courier.example/a-name-only</id></entry>"
    )
    listing = parse_feed(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>".encode(), URL)
    assert [article.url for article in listing.articles] == [
        "https://courier.example/page",
        "https://courier.example/only-self",
    ]
    assert listing.skipped == {"no_link": 1}


def test_dates_that_are_none_are_left_out_and_the_item_kept() -> None:
    listing = parse_feed(
        rss(
            item("/1", more="<pubDate>Tue, 99 Foo 2024</pubDate>"),
            item("/2", more="<pubDate>Sat, 01 Jan 0000 00:00:00 GMT</pubDate>"),
            item("/3", more="<pubDate>2024-05-14T23:59:60Z</pubDate>"),
            item("/4", more="<pubDate>Tue, 14 May 2024 10:00:00 +0200</pubDate>"),
        ),
        URL,
    )
    assert len(listing.articles) == 4
    assert listing.articles[3].published_at == datetime(2024, 5, 14, 8, tzinfo=UTC)
    assert all(article.published_at is None or article.published_at.tzinfo is UTC for article in listing.articles)
