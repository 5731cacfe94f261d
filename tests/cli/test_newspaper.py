"""What the made-up newspaper promises to those who crawl it, over real HTTP."""

import gzip
import json
import re
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import Message
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from lxml import html

from cli.demo.newspaper import Newspaper, PortUnavailable, Request

TODAY = date(2031, 3, 12)

LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Answer:
    """A response as urllib got it, errors and redirects included."""

    status: int
    headers: Message
    body: bytes

    @property
    def tree(self) -> Any:
        return html.fromstring(self.body.decode())


class StayPut(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the test."""

    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(StayPut)


def fetch(url: str, method: str = "GET", **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, method=method, headers=names)
    try:
        with OPENER.open(request, timeout=10) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def json_ld(answer: Answer) -> dict[str, Any] | None:
    """The article that a page's JSON-LD describes."""
    for element in answer.tree.iter("script"):
        if element.get("type") == "application/ld+json":
            data: dict[str, Any] = json.loads(element.text)
            graph = data.get("@graph", [data])
            return next(node for node in graph if node["@type"] in ("NewsArticle", "LiveBlogPosting"))
    return None


def links(url: str, answer: Answer) -> set[str]:
    """Every address on a page, absolute, without fragments."""
    return {urldefrag(urljoin(url, link)).url for link in answer.tree.xpath("//@href | //@src | //form/@action")}


def listings(newspaper: Newspaper, index: int) -> dict[str, set[str]]:
    """What one site lists in each place, as the place has it. Redirects are resolved, tracking parameters cut."""
    site = newspaper.sites[index]
    found: dict[str, set[str]] = {}
    feed = ElementTree.fromstring(fetch(site.feed).body)
    found["feed"] = {item.text or "" for item in feed.iterfind("channel/item/link")}
    found["feed"] |= {entry.get("href", "") for entry in feed.iterfind(f"{ATOM}entry/{ATOM}link")}
    found["feed"] = {url.partition("?")[0] for url in found["feed"]}
    index_of_sitemaps = ElementTree.fromstring(fetch(site.sitemap).body)
    for loc in index_of_sitemaps.iter(LOC):
        url = loc.text or ""
        body = fetch(url).body
        if url.endswith(".gz"):
            body = gzip.decompress(body)
        found[url.rsplit("/", 1)[1]] = {loc.text or "" for loc in ElementTree.fromstring(body).iter(LOC)}
    found["home"] = links(site.home, fetch(site.home))
    found["sections"] = set()
    for section in site.sections:
        for link in links(section, fetch(section)):
            answer = fetch(link) if link.startswith(site.home) else None
            found["sections"].add(answer.headers["Location"] if answer and answer.status == 301 else link)
    return found


@pytest.fixture
def newspaper() -> Iterator[Newspaper]:
    with Newspaper(today=TODAY) as newspaper:
        yield newspaper


@pytest.fixture(params=[1, 2])
def day(request: pytest.FixtureRequest, newspaper: Newspaper) -> int:
    newspaper.day = request.param
    return newspaper.day


# Articles


def test_there_are_three_dozen_articles_in_three_languages_on_two_sites(newspaper: Newspaper) -> None:
    articles = newspaper.articles(1)
    assert len(articles) >= 36
    assert {article.language[:2] for article in articles.values()} == {"en", "de", "es"}
    for site in newspaper.sites:
        assert sum(url.startswith(site.home) for url in articles) >= 14
        assert len({a.language for url, a in articles.items() if url.startswith(site.home)}) == 2


def test_every_article_is_as_long_as_a_news_story(newspaper: Newspaper) -> None:
    for url, article in newspaper.articles(2).items():
        words = len(" ".join(line for block in article.blocks for line in block.lines).split())
        assert 130 <= words <= 400, (url, words)


def test_every_public_article_answers_with_its_own_text(newspaper: Newspaper, day: int) -> None:
    for url, article in newspaper.articles(day).items():
        answer = fetch(url)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        seen = " ".join(answer.tree.text_content().split())
        assert [h1.text_content() for h1 in answer.tree.iter("h1")] == [article.title]
        for line in article.text.splitlines():
            for cell in line.split(" | "):
                assert " ".join(cell.split()) in seen, (url, cell)
        assert not re.search(r"\{[a-z]+[+-]\d+\}|\*\*|\$[a-z]", seen), url


def test_the_kinds_of_blocks_are_all_in_use(newspaper: Newspaper) -> None:
    kinds = Counter(block.kind for article in newspaper.articles(2).values() for block in article.blocks)
    assert set(kinds) == {"paragraph", "heading", "list", "quote", "table", "figure", "entry", "wall"}


def test_the_text_of_each_article_is_its_own_but_for_wire_copy(newspaper: Newspaper) -> None:
    lines = Counter(
        line
        for article in newspaper.articles(2).values()
        if not article.agency
        for line in article.text.splitlines()
        if len(line) > 60
    )
    assert [line for line, times in lines.items() if times > 1] == []


# Metadata


def test_pages_carry_the_standfirst_as_their_description(newspaper: Newspaper, day: int) -> None:
    for url, article in newspaper.articles(day).items():
        tree = fetch(url).tree
        descriptions = tree.xpath("//meta[@name='description' or @property='og:description']/@content")
        expected = [] if article.metadata == "dublin-core" else [article.standfirst] * 2
        assert descriptions == expected, url
        assert tree.xpath("//link[@rel='canonical']/@href") == [url]


def test_json_ld_says_what_the_newspaper_knows(newspaper: Newspaper, day: int) -> None:
    for url, article in newspaper.articles(day).items():
        data = json_ld(fetch(url))
        if article.metadata != "full":
            assert data is None, url
            continue
        assert data is not None, url
        assert data["headline"] == article.title
        assert [author["name"] for author in data["author"]] == list(article.authors)
        assert datetime.fromisoformat(data["datePublished"]).utcoffset() is not None
        assert data.get("dateModified") == (article.modified and article.modified.isoformat())
        assert data["inLanguage"] == article.language
        assert data["isAccessibleForFree"] == (article.access == "free")


def test_metadata_varies_in_quality(newspaper: Newspaper) -> None:
    kinds = Counter(article.metadata for article in newspaper.articles(1).values())
    assert kinds["dublin-core"] == 1
    assert kinds["opengraph"] >= 3
    authors = [
        author
        for url, article in newspaper.articles(1).items()
        if article.metadata == "full"
        for author in (json_ld(fetch(url)) or {})["author"]
    ]
    assert {author["@type"] for author in authors} == {"Person", "Organization"}


# What stands around the text


def test_the_donation_plea_stands_in_most_pages_of_the_first_site(newspaper: Newspaper) -> None:
    site = newspaper.sites[0]
    pages = [fetch(url).body.decode() for url in newspaper.article_urls(1) if url.startswith(site.home)]
    english = [page for page in pages if "<p>Once</p>\n<p>Monthly</p>\n<p>Annual</p>" in page]
    spanish = [page for page in pages if "<p>Una vez</p>\n<p>Mensual</p>\n<p>Anual</p>" in page]
    assert len(english) >= 12
    assert len(spanish) >= 3
    assert all(">Continue</a>" in page for page in english)
    assert all("<form" in page and "The Morning Tide" in page for page in english)


def test_the_second_site_asks_for_members_in_other_words(newspaper: Newspaper) -> None:
    site = newspaper.sites[1]
    pages = [fetch(url).body.decode() for url in newspaper.article_urls(1) if url.startswith(site.home)]
    assert sum("Jetzt Mitglied werden" in page for page in pages) >= 8
    assert sum("Join now" in page for page in pages) >= 5
    assert all('class="nl"' in page for page in pages)


def test_the_paywalled_article_serves_a_teaser_and_a_wall(newspaper: Newspaper) -> None:
    (url,) = newspaper.urls_of("paywalled")
    answer, article = fetch(url), newspaper.articles(1)[url]
    data = json_ld(answer)
    assert data is not None
    assert data["isAccessibleForFree"] is False
    wall = data["hasPart"]["cssSelector"].removeprefix(".")
    assert len(answer.tree.find_class(wall)) == 1
    assert len(article.shown) == 2
    hidden = article.blocks[-1].lines[0]
    assert hidden not in answer.body.decode()


def test_the_metered_article_is_marked_as_not_free_and_whole(newspaper: Newspaper) -> None:
    (url,) = newspaper.urls_of("metered")
    answer, article = fetch(url), newspaper.articles(1)[url]
    assert (json_ld(answer) or {})["isAccessibleForFree"] is False
    assert article.shown == article.blocks
    assert article.blocks[-1].lines[0] in answer.body.decode()


def test_both_sites_carry_the_same_three_pieces_of_wire_copy(newspaper: Newspaper) -> None:
    articles = newspaper.articles(1)

    def pair(role: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        first, second = (articles[url].text.split("\n")[1:] for url in newspaper.urls_of(role))
        assert {articles[url].language[:2] for url in newspaper.urls_of(role)} == {"en"}
        return tuple(first), tuple(second)

    whole, same = pair("wire-identical")
    assert whole[1:] == same[1:]
    whole, cut = pair("wire-cut")
    assert whole[: len(cut)] == cut
    assert len(cut) < len(whole)
    introduced, whole = pair("wire-local")
    assert introduced[2:] == whole
    assert all("Meridian Press" in articles[url].authors for url in newspaper.urls_of("wire-local"))


# The next day


def test_the_next_day_brings_edits_a_takedown_and_new_articles(newspaper: Newspaper) -> None:
    before, after = newspaper.articles(1), newspaper.articles(2)
    assert set(before) - set(after) == set(newspaper.urls_of("takedown"))
    assert set(after) - set(before) == set(newspaper.urls_of("new"))
    assert len(set(after) - set(before)) >= 3
    changed = {url for url in before.keys() & after.keys() if before[url] != after[url]}
    assert changed == {*newspaper.urls_of("edited"), *newspaper.urls_of("stealth-edit")}


def test_the_edited_article_owns_up_to_its_edit(newspaper: Newspaper) -> None:
    (url,) = newspaper.urls_of("edited")
    before = fetch(url)
    newspaper.day = 2
    after = fetch(url)
    assert "$4.2 million" in before.tree.findtext(".//h1")
    assert "$4.6 million" in after.tree.findtext(".//h1")
    old, new = json_ld(before) or {}, json_ld(after) or {}
    assert "dateModified" not in old
    assert datetime.fromisoformat(new["dateModified"]).date() == TODAY
    first, second = newspaper.articles(1)[url], newspaper.articles(2)[url]
    assert len(second.blocks) == len(first.blocks) + 1


def test_the_stealth_edit_changes_one_sentence_and_no_date(newspaper: Newspaper) -> None:
    (url,) = newspaper.urls_of("stealth-edit")
    before = fetch(url)
    newspaper.day = 2
    after = fetch(url)
    assert json_ld(before) == json_ld(after)
    old, new = before.body.decode().splitlines(), after.body.decode().splitlines()
    assert len([pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]) == 1


def test_the_article_taken_down_leaves_an_error_page(newspaper: Newspaper) -> None:
    (url,) = newspaper.urls_of("takedown")
    assert fetch(url).status == 200
    newspaper.day = 2
    gone = fetch(url)
    assert gone.status == 404
    assert "can't find that page" in gone.tree.findtext(".//h1")
    assert gone.headers["Content-Type"] == "text/html; charset=utf-8"


def test_pages_of_the_second_site_change_around_an_article_that_does_not(newspaper: Newspaper) -> None:
    url = next(url for url in newspaper.article_urls(1) if url.startswith(newspaper.sites[1].home))
    before = fetch(url)
    newspaper.day = 2
    assert fetch(url).body != before.body
    assert newspaper.articles(1)[url] == newspaper.articles(2)[url]


def test_there_is_no_third_day(newspaper: Newspaper) -> None:
    with pytest.raises(ValueError, match="not 3"):
        newspaper.day = 3


# Listings


def test_every_public_article_is_in_a_listing(newspaper: Newspaper, day: int) -> None:
    for index, site in enumerate(newspaper.sites):
        listed = set().union(*listings(newspaper, index).values())
        own = {url for url in newspaper.article_urls(day) if url.startswith(site.home)}
        assert own - listed == set()


def test_some_articles_are_in_one_listing_only(newspaper: Newspaper) -> None:
    places: dict[str, set[str]] = {}
    for index in (0, 1):
        for place, urls in listings(newspaper, index).items():
            for url in urls:
                places.setdefault(url, set()).add(place)
    for url in newspaper.urls_of("feed-only"):
        assert places[url] == {"feed"}
    for url in newspaper.urls_of("sitemap-only"):
        assert places[url] == {"sitemap-articles.xml.gz"}
    for url in newspaper.urls_of("news-sitemap-only"):
        assert places[url] == {"sitemap-news.xml"}
    for url in [*newspaper.urls_of("section-only"), *newspaper.urls_of("redirect")]:
        assert places[url] == {"sections"}


def test_the_feed_has_links_with_tracking_parameters(newspaper: Newspaper) -> None:
    for url in newspaper.urls_of("feed-only"):
        site = next(site for site in newspaper.sites if url.startswith(site.home))
        assert re.search(re.escape(url) + r"\?utm_source=\w+&amp;utm_medium=feed", fetch(site.feed).body.decode())
        assert fetch(url + "?utm_source=rss").body == fetch(url).body


def test_feeds_are_rss_and_atom_and_linked_from_the_front_page(newspaper: Newspaper) -> None:
    kinds = []
    for site in newspaper.sites:
        answer = fetch(site.feed)
        kinds.append((ElementTree.fromstring(answer.body).tag, answer.headers["Content-Type"]))
        (alternate,) = fetch(site.home).tree.xpath("//link[@rel='alternate']/@href")
        assert urljoin(site.home, alternate) == site.feed
    assert kinds == [
        ("rss", "application/rss+xml; charset=utf-8"),
        (f"{ATOM}feed", "application/atom+xml; charset=utf-8"),
    ]


def test_the_news_sitemap_holds_the_last_two_days(newspaper: Newspaper, day: int) -> None:
    for site in newspaper.sites:
        tree = ElementTree.fromstring(fetch(site.news_sitemap).body)
        dates = [node.text or "" for node in tree.iter() if node.tag.endswith("publication_date")]
        assert len(dates) >= 3
        newest = TODAY - timedelta(days=2 - day)
        assert all(newest - timedelta(days=2) <= datetime.fromisoformat(d).date() <= newest for d in dates)


def test_every_link_on_every_page_leads_to_a_page(newspaper: Newspaper, day: int) -> None:
    seen: set[str] = set()
    queue = [site.home for site in newspaper.sites] + list(newspaper.article_urls(day))
    while queue:
        url = queue.pop()
        if url in seen or not url.startswith(tuple(site.home for site in newspaper.sites)):
            continue
        seen.add(url)
        answer = fetch(url)
        if url not in newspaper.urls_of("takedown"):
            assert answer.status in (200, 301), url
        if answer.headers["Content-Type"].startswith("text/html"):
            queue.extend(links(url, answer))
    assert {"/about/", "/imprint/", "/contact/", "/donate/", "/tags/harbor/"} <= {urlsplit(url).path for url in seen}


def test_robots_keeps_crawlers_from_a_linked_article(newspaper: Newspaper) -> None:
    (private,) = newspaper.urls_of("private")
    site = newspaper.sites[0]
    robots = RobotFileParser()
    robots.parse(fetch(urljoin(site.home, "/robots.txt")).body.decode().splitlines())
    assert not robots.can_fetch("backissue", private)
    assert robots.can_fetch("backissue", site.home)
    assert robots.site_maps() == [site.sitemap, site.news_sitemap]
    assert private not in newspaper.article_urls(1)
    assert private in set().union(*(links(section, fetch(section)) for section in site.sections))
    assert fetch(private).status == 200


def test_an_old_address_moves_to_the_new_one_for_good(newspaper: Newspaper) -> None:
    (url,) = newspaper.urls_of("redirect")
    old = urljoin(url, newspaper.articles(1)[url].old_path)
    answer = fetch(old)
    assert (answer.status, answer.headers["Location"]) == (301, url)
    assert old in links(newspaper.sites[0].sections[1], fetch(newspaper.sites[0].sections[1]))


# HTTP


def test_an_article_that_the_client_has_is_answered_with_304(newspaper: Newspaper) -> None:
    urls = [url for url in newspaper.article_urls(1) if url.startswith(newspaper.sites[0].home)]
    known = {url: fetch(url) for url in urls}
    newspaper.day = 2
    by_tag = {url: fetch(url, If_None_Match=a.headers["ETag"]).status for url, a in known.items()}
    by_date = {url: fetch(url, If_Modified_Since=a.headers["Last-Modified"]).status for url, a in known.items()}
    changed = {*newspaper.urls_of("edited"), *newspaper.urls_of("stealth-edit")}
    gone = set(newspaper.urls_of("takedown"))
    for statuses in (by_tag, by_date):
        assert {url for url, status in statuses.items() if status == 200} == changed
        assert {url for url, status in statuses.items() if status == 404} == gone
        assert set(statuses.values()) == {200, 304, 404}


def test_a_304_has_no_body_and_keeps_its_validators(newspaper: Newspaper) -> None:
    site = newspaper.sites[0]
    tag = fetch(site.feed).headers["ETag"]
    answer = fetch(site.feed, If_None_Match=f'"other", {tag}')
    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)


def test_the_second_site_sends_no_validators(newspaper: Newspaper) -> None:
    for url in newspaper.article_urls(1):
        if url.startswith(newspaper.sites[1].home):
            headers = fetch(url, If_Modified_Since="Fri, 01 Jan 2100 00:00:00 GMT").headers
            assert headers["ETag"] is None
            assert headers["Last-Modified"] is None


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("gzip;q=0.00", False), ("identity", False)],
)
def test_gzip_goes_to_clients_that_accept_it(newspaper: Newspaper, accepted: str, zipped: bool) -> None:
    url = newspaper.article_urls(1)[0]
    answer = fetch(url, Accept_Encoding=accepted)
    assert answer.headers["Content-Encoding"] == ("gzip" if zipped else None)
    body = gzip.decompress(answer.body) if zipped else answer.body
    assert body == fetch(url).body
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_head_has_the_headers_of_get_and_no_body(newspaper: Newspaper) -> None:
    url = newspaper.article_urls(1)[0]
    head, get = fetch(url, method="HEAD"), fetch(url)
    assert head.body == b""
    assert head.headers["Content-Length"] == str(len(get.body))
    assert head.headers["ETag"] == get.headers["ETag"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_methods_that_write_are_refused(newspaper: Newspaper, method: str) -> None:
    answer = fetch(newspaper.sites[0].home, method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_one_connection_serves_many_pages(newspaper: Newspaper) -> None:
    parts = urlsplit(newspaper.sites[1].home)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    local_addresses = set()
    for path in ("/", "/robots.txt", "/nothing-here", "/feed.xml"):
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        local_addresses.add(connection.sock.getsockname())
    connection.close()
    assert len(local_addresses) == 1


def test_every_request_is_kept(newspaper: Newspaper) -> None:
    first, second = newspaper.sites
    fetch(first.home)
    newspaper.day = 2
    fetch(second.feed + "?a=1", method="HEAD")
    fetch(second.home, method="POST")
    assert newspaper.requests == [
        Request(0, "GET", "/", 1),
        Request(1, "HEAD", "/feed.xml?a=1", 2),
        Request(1, "POST", "/", 2),
    ]


# Coming and going


def test_the_same_day_has_the_same_bytes() -> None:
    def print_run(ports: tuple[int, int]) -> tuple[dict[str, bytes], tuple[int, int]]:
        with Newspaper(today=TODAY, ports=ports) as newspaper:
            newspaper.day = 2
            first, second = (urlsplit(site.home).port or 0 for site in newspaper.sites)
            urls = [*newspaper.article_urls(2)]
            for site in newspaper.sites:
                urls += [site.home, site.feed, site.sitemap, urljoin(site.home, "/sitemap-articles.xml.gz")]
            return {url: fetch(url, Accept_Encoding="gzip").body for url in urls}, (first, second)

    before, ports = print_run((0, 0))
    after, _ = print_run(ports)
    assert before == after


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 1, 1)])
def test_dates_follow_from_the_date_given(today: date) -> None:
    with Newspaper(today=today) as newspaper:
        published = {article.published.date() for article in newspaper.articles(2).values()}
        assert max(published) == today
        assert max(a.published.date() for a in newspaper.articles(1).values()) == today - timedelta(days=1)
        newspaper.day = 2
        footers = {fetch(site.home).tree.text_content().count(f"© {today.year}") for site in newspaper.sites}
        assert footers == {1}


def test_a_port_that_is_taken_is_named_with_what_to_do(newspaper: Newspaper) -> None:
    taken = urlsplit(newspaper.sites[0].home).port or 0
    with (
        pytest.raises(PortUnavailable, match=rf"port {taken} .*choose another port"),
        Newspaper(today=TODAY, ports=(0, taken)),
    ):
        pass


def test_the_newspaper_stops_at_once_though_a_client_stays_connected() -> None:
    with Newspaper(today=TODAY) as newspaper:
        parts = urlsplit(newspaper.sites[0].home)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.request("GET", "/")
        connection.getresponse().read()
        began = time.monotonic()
    assert time.monotonic() - began < 1
    assert connection.sock.recv(1) == b""
    connection.close()
    with pytest.raises(urllib.error.URLError):
        fetch(newspaper.sites[0].home)
