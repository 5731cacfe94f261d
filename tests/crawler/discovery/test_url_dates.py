"""Dates in URLs, pages of lists, and archives by date."""

from datetime import UTC, datetime

import pytest

from crawler.discovery.paging import is_archive_page, next_page
from crawler.discovery.url_dates import span_of, span_of_article


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [
        ("/sitemap-2025-12.xml", "2025-12-01", "2025-12-31"),
        ("/sitemap_2024.xml.gz", "2024-01-01", "2024-12-31"),
        ("/s/202602.xml", "2026-02-01", "2026-02-28"),
        ("/s/20260228.xml", "2026-02-28", "2026-02-28"),
        ("/archive/2026/mar/02/", "2026-03-02", "2026-03-02"),
        ("/archive?date=2026-03-02", "2026-03-02", "2026-03-02"),
        ("/2026/31/", "2026-01-01", "2026-12-31"),
        ("/2026/02/30/", "2026-02-01", "2026-02-28"),
    ],
)
def test_a_listings_url_names_a_day_a_month_or_a_year(path: str, first: str, last: str) -> None:
    span = span_of(f"https://courier.example{path}")
    assert span is not None
    assert (f"{span.first:%Y-%m-%d}", f"{span.last:%Y-%m-%d}") == (first, last)
    assert span.before(datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("path", ["/story-20263", "/id99202612x", "/news/", "/x/1899/"])
def test_a_number_that_is_no_date_names_none(path: str) -> None:
    assert span_of(f"https://courier.example{path}") is None


def test_a_year_among_the_words_of_a_slug_does_not_date_an_article() -> None:
    assert span_of_article("https://courier.example/news/the-2019-election-10-years-on") is None
    span = span_of_article("https://courier.example/2026/03/quay-mended")
    assert span is not None
    assert f"{span.last:%Y-%m-%d}" == "2026-03-31"


@pytest.mark.parametrize(
    ("url", "links", "expected"),
    [
        ("/town/", ["/town/?page=3", "/town/?page=2", "/sport/?page=2"], "/town/?page=2"),
        ("/town/page/2/", ["/town/", "/town/page/3/"], "/town/page/3/"),
        ("/?s=quay&page=3", ["/?page=4&s=ferry", "/?page=4&s=quay"], "/?page=4&s=quay"),
        ("/town/seite/9", ["/town/seite/10"], "/town/seite/10"),
        ("/town/", ["/town/", "/town/?page=7"], None),
    ],
)
def test_the_next_page_is_the_link_with_the_next_number(url: str, links: list[str], expected: str | None) -> None:
    base = "https://courier.example"
    assert next_page(base + url, [base + link for link in links]) == (base + expected if expected else None)


@pytest.mark.parametrize(
    ("path", "archive"),
    [
        ("/archive/", True),
        ("/archiv.html", True),
        ("/archiv/2026/03/", True),
        ("/2026/03/02/", True),
        ("/2026-03-02.html", True),
        ("/2026/march/index.html", True),
        ("/list?day=2026-03-02", True),
        ("/2026/03/02/quay-mended", False),
        ("/news/", False),
        ("/list?id=2026", False),
    ],
)
def test_a_page_of_an_archive_by_date_ends_in_its_date(path: str, archive: bool) -> None:
    assert is_archive_page(f"https://courier.example{path}") is archive
