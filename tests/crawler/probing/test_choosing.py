"""What is chosen of the listings that a site offers, and the table that it becomes."""

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.discovery.outline import outline
from crawler.probing.candidate import Candidate
from crawler.probing.choosing import choose
from crawler.probing.entry import entry, name_for
from storage.sources import Source

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def offer(form: str, *, names: str = "abcdef", days: int | None = 0, **more: Any) -> Candidate:
    kind: Any = "section" if form == "section" else "sitemap" if "sitemap" in form else "feed"
    return Candidate(
        url=f"https://courier.example/{form}-{names}",
        kind=kind,
        form=form,
        named_by=more.pop("named_by", "link element"),
        articles=len(names),
        fitting=frozenset(more.pop("fitting", names)),
        newest=None if days is None else NOW - timedelta(days=days),
        **more,
    )


def chosen(*candidates: Candidate) -> list[str]:
    return [choice.candidate.url.rpartition("/")[2] for choice in choose(candidates, now=NOW) if choice.chosen]


def test_a_news_sitemap_and_one_feed_are_chosen_and_more_feeds_where_they_add_something() -> None:
    assert chosen(offer("rss"), offer("news_sitemap"), offer("rss", names="abc"), offer("atom", names="xyz")) == [
        "news_sitemap-abcdef", "rss-abcdef", "atom-xyz",
    ]  # fmt: skip


def test_what_is_stale_or_empty_or_does_not_fit_is_left_out_with_the_reason() -> None:
    found = choose(
        [offer("rss", days=40), offer("atom", names=""), offer("rdf", fitting=""), offer("news_sitemap", days=9)],
        now=NOW,
    )
    assert not any(choice.chosen for choice in found)
    assert {choice.candidate.form: choice.why for choice in found} == {
        "rss": "its newest article is of 2026-01-21",
        "atom": "it names no article",
        "rdf": "none of its articles fits",
        "news_sitemap": "its newest article is of 2026-02-21",
    }


def test_a_sitemap_of_everything_is_chosen_only_where_there_is_nothing_quicker() -> None:
    index = offer("sitemap_index", names="", further=12)
    part = offer("sitemap", names="abc", named_by="sitemap index")
    assert chosen(index, part) == ["sitemap_index-"]
    assert chosen(index, part, offer("rss")) == ["rss-abcdef"]


def test_a_few_sections_that_add_articles_are_chosen() -> None:
    sections = [offer("section", names=names) for names in ("abcxyz", "abc", "abcd", "kl")]
    assert chosen(offer("rss", names="abc"), *sections) == ["rss-abc", "section-abcxyz"]
    many = [offer("section", names=f"{n}1 {n}2 {n}3", fitting=(f"{n}1", f"{n}2", f"{n}3")) for n in range(9)]
    assert len(chosen(*many)) == 5


def test_the_table_is_toml_whatever_the_site_calls_itself() -> None:
    title = 'The "Courier" \\ of\x7f Brackwater'
    choices = choose([offer("rss"), offer("section", names="kl")], now=NOW)
    asked = Source(name="courier", home="https://courier.example/", delay=0.5, allow_private=True)
    text = entry(asked, "https://courier.example/", title, choices, today=NOW)
    assert tomllib.loads(text)["sources"]["courier"] == {
        "home": "https://courier.example/",
        "title": title,
        "feeds": ["https://courier.example/rss-abcdef"],
        "delay": 0.5,
        "allow_private": True,
    }
    assert "# RSS, 6 articles, 6 fit, newest 2026-03-02" in text
    assert '#   "https://courier.example/section-kl"  page with links, 2 articles, 2 fit, newest 2026-03-02: ' in text


@pytest.mark.parametrize(
    ("home", "name"),
    [
        ("https://news.bbc.co.uk/", "bbc"),
        ("https://www.harbour-ledger.example/", "harbour-ledger"),
        ("http://127.0.0.1:8471/", "127-0-0-1-8471"),
        ("http://localhost/", "localhost"),
        ("https://ö.example/", "site"),
    ],
)
def test_a_source_is_called_after_its_domain(home: str, name: str) -> None:
    assert name_for(home) == name


def test_a_front_page_leads_to_the_sections_that_its_articles_stand_below() -> None:
    articles = "".join(f'<a href="/town/2026/03/0{n}/quay-mended">Quay</a>' for n in range(1, 4))
    html = (
        "<html><head><title>Courier | Home</title><meta property='og:site_name' content='The Courier'></head><body>"
        f"<nav><a href='/sport/'>Sport</a><a href='/imprint'>Imprint</a><a href='/'>Home</a></nav>{articles}"
        "<a href='/town/'>Town</a><a href='/islands/'>Islands</a><a href='/2026/03/'>March</a>"
        "<a href='https://shop.courier.example/books/'>Books</a></body></html>"
    )
    found = outline(html.encode(), "https://courier.example/")
    assert found.title == "The Courier"
    # No article stands below /islands/, and it is in no menu.
    assert [url.removeprefix("https://courier.example") for url in found.sections] == ["/town/", "/sport/"]
