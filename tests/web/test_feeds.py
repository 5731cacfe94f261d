"""Feeds out: what feedparser reads, what RFC 4287 asks for, ids that stay, and hostile titles that are text."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from starlette.testclient import TestClient

from storage.folder import Folder
from storage.withheld_log import lift, withhold
from tests.web.made_up import DAY, GONE, LINES, QUAY, START, MadeUp, harbour
from tests.web.serving import client_of
from web.app import create_app
from web.settings import Settings

ATOM = "{http://www.w3.org/2005/Atom}"
OF_QUAY = f"/feeds/page.atom?url={quote(QUAY, safe='')}"
FEEDS = [
    "/feeds/all.atom", "/feeds/new.atom", "/feeds/changes.atom", "/feeds/takedowns.atom", "/feeds/search.atom?q=quay",
    OF_QUAY, "/feeds/all.atom?source=ledger", "/feeds/new.atom?source=wire", "/feeds/changes.atom?stealth=1",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return harbour(tmp_path_factory.mktemp("feeds") / "archive")


@pytest.fixture(scope="module")
def client(folder: Folder) -> Iterator[TestClient]:
    app = create_app(folder, settings=Settings(host_names=("archive.example",)))
    with client_of(app, base_url="http://archive.example:8090", raise_server_exceptions=True) as client:
        yield client


def check(document: bytes) -> ElementTree.Element:
    """That a document is an Atom feed by RFC 4287, 4.1 and 4.2, as far as ours go."""
    root = ElementTree.fromstring(document)
    assert root.tag == f"{ATOM}feed"
    ids = []
    for one in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (only,) = one.findall(f"{ATOM}{name}")
            assert only.text
        identity = one.findtext(f"{ATOM}id") or ""
        # RFC 4151: authority, date, and characters of RFC 3986 alone.
        assert re.fullmatch(r"tag:backissue\.invalid,2026:[A-Za-z0-9!$&'()*+,/:;=?@%._~-]+", identity)
        ids.append(identity)
        for moment in [*one.findall(f"{ATOM}updated"), *one.findall(f"{ATOM}published")]:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment.text or "")
        links = [(link.get("rel"), link.get("type")) for link in one.findall(f"{ATOM}link")]
        assert len(links) == len(set(links)) and "alternate" in dict(links)
        for link in one.findall(f"{ATOM}link"):
            address = link.get("href") or ""
            assert urlsplit(address).scheme in ("http", "https") and address.isascii() and " " not in address
        for author in one.findall(f"{ATOM}author"):
            assert author.findtext(f"{ATOM}name")
        assert all(category.get("term") for category in one.findall(f"{ATOM}category"))
    assert root.find(f"{ATOM}author") is not None
    assert len(ids) == len(set(ids))
    return root


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_what_parsers_and_the_standard_expect(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml"
    assert answer.headers["vary"] == "Host"
    root = check(answer.content)
    feed = feedparser.parse(answer.content)
    assert not feed.bozo and feed.version == "atom10" and feed.entries
    own = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert own["self"] == f"http://archive.example:8090{path}"
    for address in (own["alternate"], *(entry.link for entry in feed.entries)):
        assert address is not None
        assert client.get(address).status_code == 200, address


def test_summaries_come_from_the_comparison(client: TestClient) -> None:
    entries = feedparser.parse(client.get("/feeds/changes.atom").content).entries
    assert len(entries) == 11
    newest = entries[0]
    assert newest.title == "Quay is mended twice (edited without a new modified date)"
    assert newest.summary.startswith("a number changed: 10 → 11;") and "+2 −2 words" in newest.summary
    assert {tag.term for tag in newest.tags} >= {"edited", "ledger", "number"}
    assert any(entry.summary.startswith("headline: Quay is mended → Quay is mended twice") for entry in entries)
    (gone,) = feedparser.parse(client.get("/feeds/takedowns.atom").content).entries
    assert gone.title == "The boats are counted (gone)"
    assert "confirmed 2026-03-04" in gone.summary
    new = feedparser.parse(client.get("/feeds/new.atom?source=ledger").content).entries
    assert {entry.title for entry in new} == {"Quay is mended", "The boats are counted", "A wall at the harbour"}
    assert [author.name for author in next(one for one in new if "mended" in one.title).authors] == [
        "Ada Okonkwo", "Lev Brandt",
    ]  # fmt: skip


def test_ids_stay_whatever_the_host_and_the_feed(client: TestClient) -> None:
    def ids(path: str, host: str) -> list[str]:
        return [one.id for one in feedparser.parse(client.get(path, headers={"Host": host}).content).entries]

    assert ids("/feeds/changes.atom", "archive.example") == ids("/feeds/changes.atom", "127.0.0.1:8090")
    assert set(ids("/feeds/changes.atom", "archive.example")) <= set(ids(OF_QUAY, "archive.example"))
    assert "http://archive.example/" in client.get("/feeds/new.atom", headers={"Host": "archive.example"}).text


def test_a_reader_that_has_it_gets_nothing(client: TestClient) -> None:
    first = client.get("/feeds/all.atom")
    tag, date = first.headers["etag"], first.headers["last-modified"]
    assert date == "Fri, 13 Mar 2026 03:01:00 GMT"
    for headers, status in (
        ({"If-None-Match": tag}, 304), ({"If-None-Match": f"W/{tag}"}, 304), ({"If-Modified-Since": date}, 304),
        ({"If-None-Match": '"other"', "If-Modified-Since": date}, 200), ({"If-Modified-Since": "soon"}, 200),
        ({"If-Modified-Since": "Thu, 12 Mar 2026 03:01:00 GMT"}, 200),
    ):  # fmt: skip
        assert client.get("/feeds/all.atom", headers=headers).status_code == status, headers
    head = client.head("/feeds/all.atom")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)


def test_hostile_titles_are_text_and_every_document_is_whole(tmp_path: Path) -> None:
    made = MadeUp(tmp_path / "archive")
    crawl = made.begin("ledger", START)
    titles = [
        "<script>alert(1)</script> ]]> &amp; <!--", "\x1b[31mred\x00\x08\ufffe\uffff", "\u202egnp.exe\u2066",
        "two\nlines\u2028three",
    ]  # fmt: skip
    for number, title in enumerate(titles):
        url = f"https://ledger.example/{number}?a=\"'<>&b=é"
        for day in range(2):
            lines = [*LINES, f"{title} says {day} times."]
            made.sees(crawl, url, START + day * DAY + timedelta(minutes=number), title=f"{title} {day}", lines=lines,
                      authors=(title, "\x00"))  # fmt: skip
    made.end(crawl, START + 3 * DAY)
    made.close()
    with client_of(create_app(made.folder), raise_server_exceptions=True) as client:
        for path in ("/feeds/all.atom", "/feeds/changes.atom", "/feeds/search.atom?q=says"):
            answer = client.get(path)
            check(answer.content)
            feed = feedparser.parse(answer.content)
            assert not feed.bozo and len(feed.entries) >= 4
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", answer.text)
            assert "<script" not in answer.text
            assert all("\n" not in entry.title for entry in feed.entries)
        assert client.get("/feeds/search.atom", params={"q": titles[0] + titles[1]}).status_code == 200


def test_an_empty_feed_is_whole_too(client: TestClient) -> None:
    root = check(client.get("/feeds/search.atom?q=nobodysaysthis").content)
    assert root.find(f"{ATOM}entry") is None


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/feeds/nothing.atom", 404, "There is nothing at this address"),
        ("/feeds/all.atom?source=none", 404, "none"),
        ("/feeds/page.atom", 400, "url is missing"),
        ("/feeds/page.atom?url=https://nowhere.example/", 404, "holds nothing"),
        ("/feeds/search.atom?q=after:soon", 400, "soon"),
        ("/feeds/changes.atom?stealth=x", 400, "neither true nor false"),
        ("/feeds/new.atom?stealth=1", 400, "There is no parameter 'stealth'"),
    ],
)
def test_a_mistake_is_a_problem_in_one_sentence(client: TestClient, path: str, status: int, said: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]


def test_what_is_withheld_is_in_no_feed(client: TestClient, folder: Folder) -> None:
    withhold(folder, QUAY, reason="A court has ordered it")
    try:
        for path in FEEDS:
            answer = client.get(path)
            assert "treasurer" not in answer.text and f"<title>{QUAY}" not in answer.text
            if path == OF_QUAY:
                assert answer.status_code == 451 and "A court has ordered it" in answer.json()["detail"]
            else:
                assert QUAY not in answer.text, path
        assert GONE in client.get("/feeds/takedowns.atom").text
    finally:
        lift(folder, QUAY)
