"""Which links lead to the other pages of an article."""

import lxml.html
import pytest

from pipelines.parts.pager import find_pager
from storage.article import Pager

URL = "https://ledger.example/news/long-quay"
NEXT = '<a rel=next href="{}">Onward</a>'
BACK = '<a rel=prev href="{}">Back</a>'


def pager(url: str, links: str) -> Pager | None:
    return find_pager(lxml.html.fromstring(f"<html><body><article>{links}</article></body></html>"), url)


@pytest.mark.parametrize(
    ("links", "following", "count"),
    [
        ('<a href="?page=2">2</a><a href="?page=3">3</a>', "?page=2", 3),
        ('<a href="?page=2">2</a><a href="?page=8">Last</a>', "?page=2", 2),
        ('<a href="?seite=2">Seite 2</a>', "?seite=2", 2),
        ('<li class="pager-next"><a href="?page=1">more</a></li><a href="?page=1">2</a>', "?page=1", 2),
        (NEXT.format("/news/long-quay/2/"), "/2/", None),
        (NEXT.format("/news/long-quay/page/2"), "/page/2", None),
        (NEXT.format("/news/long-quay,seite-2"), ",seite-2", None),
        ('<link rel="next" href="https://ledger.example/news/long-quay-2">', "-2", None),
    ],
)
def test_a_first_page_names_the_next(links: str, following: str, count: int | None) -> None:
    assert pager(URL, links) == Pager(number=1, count=count, next=URL + following, first=None)


@pytest.mark.parametrize(
    "links",
    [
        NEXT.format("/news/ferry-back"),
        NEXT.format("/news/2"),
        NEXT.format("/news/long-quay/1042"),
        NEXT.format("https://elsewhere.example/news/long-quay?page=2"),
        NEXT.format("?page=3"),
        NEXT.format("javascript:next(2)"),
        NEXT.format("http://[broken"),
        '<a href="?page=2">Read all two comments</a>',
        '<a href="?page=2#comments">2</a>',
        '<div id="comments"><a href="?page=2">2</a></div>',
        '<a href="?article=2">2</a>',
        '<a href="?page=2">3</a>',
    ],
)
def test_other_links_are_no_next_page(links: str) -> None:
    assert pager(URL, links) is None


def test_a_middle_page_names_both_ways() -> None:
    first = Pager(number=2, count=3, next=f"{URL}?page=3", first=URL)
    assert pager(f"{URL}?page=2", f'<a href="{URL}">1</a><a href="?page=3">3</a>') == first
    assert pager(f"{URL}/2/", BACK.format(URL) + NEXT.format(f"{URL}/3/")) == Pager(
        number=2, next=f"{URL}/3/", first=URL
    )


def test_a_last_page_that_links_only_the_one_before_knows_the_first() -> None:
    assert pager(f"{URL}/3/", BACK.format(f"{URL}/2/")) == Pager(number=3, first=URL)


def test_pages_may_be_counted_from_zero() -> None:
    links = f'<a href="{URL}?page=0">1</a><a href="?page=2">3</a>'
    assert pager(f"{URL}?page=1", links) == Pager(number=2, count=3, next=f"{URL}?page=2", first=f"{URL}?page=0")


def test_a_number_in_an_address_is_no_part_without_a_link_that_says_so() -> None:
    assert pager(f"{URL}-2", f'<a href="{URL}">The long quay</a>') is None


def test_the_first_page_may_have_its_number_in_the_address() -> None:
    assert pager(f"{URL}?page=1", '<a href="?page=2">2</a>') == Pager(number=1, count=2, next=f"{URL}?page=2")
    last = pager(f"{URL}?page=2", '<a href="?page=1">1</a>')
    assert last == Pager(number=2, count=2, first=f"{URL}?page=1")


def test_links_are_read_against_the_base_of_the_page() -> None:
    tree = lxml.html.fromstring(
        '<html><head><base href="/news/"></head><body><a rel=next href="long-quay?page=2">On</a></body></html>'
    )
    assert find_pager(tree, URL) == Pager(next=f"{URL}?page=2")
