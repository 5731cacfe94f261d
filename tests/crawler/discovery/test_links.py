import pytest

from crawler.discovery import links
from crawler.discovery.links import UnusableLink, resolve
from storage.urls import without_fragment

BASE = "https://example.com/news/index.html?x=1"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("story", "https://example.com/news/story"),
        ("/story", "https://example.com/story"),
        ("?page=2", "https://example.com/news/index.html?page=2"),
        ("../story", "https://example.com/story"),
        ("//other.example/story", "https://other.example/story"),
        (" https://example.com/a\n/b\t ", "https://example.com/a/b"),
        ("HTTPS://EXAMPLE.com:443/Story#part", "https://example.com/Story"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com/a b/ü?q=ü&r=1", "https://example.com/a%20b/%C3%BC?q=%C3%BC&r=1"),
        ("https://example.com/a%20b", "https://example.com/a%20b"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://example.com/a:b", "https://example.com/a:b"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
    ],
)
def test_a_link_leads_to_what_a_browser_would_fetch(href: str, url: str) -> None:
    assert resolve(href, BASE) == url


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("mailto:a@example.com", "not_http"),
        ("javascript:alert(1)", "not_http"),
        ("java\nscript:alert(1)", "not_http"),
        ("file:///etc/passwd", "not_http"),
        ("data:text/html,x", "not_http"),
        ("tag:example.com,2024:1", "not_http"),
        ("http://", "bad_url"),
        ("http://[bad", "bad_url"),
        ("https://user:pass@example.com/", "bad_url"),
        ("https://example.com:0/", "bad_url"),
        ("https://example.com:99999/", "bad_url"),
        ("https://example.com/" + "x" * 2083, "too_long"),
        ("/" + "ü" * 1000, "too_long"),
    ],
)
def test_a_link_that_cannot_be_fetched_says_why(href: str, reason: str) -> None:
    with pytest.raises(UnusableLink) as caught:
        resolve(href, BASE)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/2024/05/14/story",
        "http://a-b.example.co.uk/x;y=1/*,'()!$&+=:@~?q=1&r=a?b/c",
        "https://127.0.0.1/x",
        "https://example.com/",
        "https://example.com//a//",
        "https://example.com/%E4%B8%AD?%00",
    ],
)
def test_the_short_way_changes_nothing(url: str) -> None:
    assert links._DONE.fullmatch(url)
    assert without_fragment(url) == url
