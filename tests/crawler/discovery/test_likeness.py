import pytest

from crawler.discovery.likeness import verdict

HEADLINE = "Harbour wall to be raised by a metre"

ARTICLES = [
    "https://example.com/2024/05/14/story",
    "https://example.com/2024/05/story",
    "https://example.com/world/2024/may/14/ferry-runs",
    "https://example.com/2024/05/14/politics/ferry-firm/index.html",
    "https://example.com/2024-05-14/ferry",
    "https://example.com/news/2024-05-14-ferry",
    "https://example.com/news/20240514/ferry",
    "https://example.com/2024/ferry-runs",
    "https://example.com/topics/2024/05/14/ferry-runs",
    "https://example.com/technology/archive/2024/05/ferry-runs/678/",
    "https://example.com/ferry-firm-ends-service",
    "https://example.com/news/ferry_firm_ends_service",
    "https://example.com/news/ferry%20firm%20ends",
    "https://example.com/tagesordnung-der-stadt",
    "https://example.com/contact-lenses-recalled-by-maker",
    "https://example.com/news/world-12345678",
    "https://example.com/politik/a-1234567.html",
    "https://example.com/artikel/12345",
    "https://example.com/12345/ferry",
    "https://example.com/news/articles/c0jq9x8y7z7o",
    "https://example.com/politik/faehre-aus.html",
    "https://example.com/read.php?id=123",
    "https://example.com/?p=123",
    "https://example.com/news/港口防波堤将加高一米",
    "https://example.com/news/항구방파제높이기로",
    "https://example.com/новости/паром-отменён-из-за-шторма",
]

OTHERS = {
    "https://example.com/": "navigation",
    "https://example.com": "navigation",
    "https://example.com/index.html": "navigation",
    "https://example.com/news/": "not_article_like",
    "https://example.com/news/local/": "not_article_like",
    "https://example.com/news.html": "not_article_like",
    "https://example.com/climate-change/": "not_article_like",
    "https://example.com/2024/": "not_article_like",
    "https://example.com/2024/05/": "not_article_like",
    "https://example.com/2024/05/14/": "not_article_like",
    "https://example.com/archive/20240514": "not_article_like",
    "https://example.com/2024/05/page/2": "navigation",
    "https://example.com/news/page/12": "navigation",
    "https://example.com/news/?p=12": "not_article_like",
    "https://example.com/tag/harbour-wall-and-tides": "navigation",
    "https://example.com/author/jane-van-doe-12345678": "navigation",
    "https://example.com/privacy-policy": "navigation",
    "https://example.com/Terms_of_Service.aspx": "navigation",
    "https://example.com/do-not-sell-my-personal-information": "navigation",
    "https://example.com/legal/how-we-use-your-data": "navigation",
    "https://example.com/impressum/": "navigation",
    "https://example.com/über-uns": "navigation",
    "https://example.com/politique-de-confidentialité": "navigation",
    "https://example.com/quienes-somos": "navigation",
    "https://example.com/chi-siamo": "navigation",
    "https://example.com/mentions-legales": "navigation",
    "https://example.com/algemene-voorwaarden": "navigation",
    "https://example.com/login?next=/2024/05/14/story": "navigation",
    "https://example.com/2024/05/14/story/comments/": "navigation",
    "https://example.com/2024/05/14/ferry.jpg": "asset",
    "https://example.com/static/site.css?v=12345": "asset",
    "https://example.com/a-report-on-the-harbour.pdf": "asset",
}


@pytest.mark.parametrize("url", ARTICLES)
def test_an_article_is_known_by_its_address_alone(url: str) -> None:
    assert verdict(url, None) == "article"


@pytest.mark.parametrize(("url", "expected"), OTHERS.items())
def test_what_is_no_article_is_known_by_its_address_alone(url: str, expected: str) -> None:
    assert verdict(url, None) == expected


@pytest.mark.parametrize(("url", "expected"), OTHERS.items())
def test_a_headline_makes_no_article_of_navigation_or_a_file(url: str, expected: str) -> None:
    if expected != "not_article_like":
        assert verdict(url, HEADLINE) == expected


@pytest.mark.parametrize("url", ["https://example.com/harbour-wall", "https://example.com/news/harbour"])
def test_a_headline_supports_a_short_slug(url: str) -> None:
    assert verdict(url, HEADLINE) == "article"
    assert verdict(url, "Harbour") == "not_article_like"
    assert verdict(url, "a b c d e") == "not_article_like"


def test_a_headline_in_a_script_without_spaces_supports_a_short_slug() -> None:
    assert verdict("https://example.com/news/gangkou", "港口防波堤将在冬季风暴后加高一米") == "article"


def test_a_headline_does_not_support_a_single_word_at_the_top() -> None:
    assert verdict("https://example.com/sport", HEADLINE) == "not_article_like"


def test_a_menu_entry_that_repeats_the_slug_is_a_section() -> None:
    assert verdict("https://example.com/news/us-and-canada", "US & Canada") == "not_article_like"
    assert verdict("https://example.com/news/us-and-canada", "Read more") == "article"
    assert verdict("https://example.com/health-science.html", "Health Science") == "not_article_like"


def test_words_of_navigation_count_as_whole_segments_only() -> None:
    assert verdict("https://example.com/news/about-face-on-harbour-wall", None) == "article"
    assert verdict("https://example.com/tags-on-whales-tell-of-journeys", None) == "article"
    assert verdict("https://example.com/news/author-of-harbour-novel-dies", None) == "article"
