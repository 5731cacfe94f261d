"""Keys of a CDX index: one for all spellings of a URL, and ranges of them for a host and a domain."""

import pytest

from storage.errors import UsageError
from storage.surt import ranges_of, surt


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://example.org", "org,example)/"),
        ("https://www.Example.org/", "org,example)/"),
        ("https://www2.example.org:443/A/b/", "org,example)/a/b"),
        ("http://example.org:8080/a?b=2&a=1#c", "org,example:8080)/a?a=1&b=2"),
        ("http://news.example.co.uk/x;jsessionid=0AB?PHPSESSID=1&q=2", "uk,co,example,news)/x?q=2"),
        ("http://127.0.0.1:8000/a", "127.0.0.1:8000)/a"),
        ("http://[::1]/a", "[::1])/a"),
        ("http://www.com/", "com,www)/"),
        ("http://grüße.example/grüße", "example,xn--gre-6ka8l)/gr%c3%bc%c3%9fe"),
        ("not a url\n", "not%20a%20url"),
    ],
)
def test_spellings_of_a_url_have_one_key(url: str, key: str) -> None:
    assert surt(url) == key


def within(url: str, match: str, other: str) -> bool:
    return any(low <= surt(other) < (high or low + "\x00") for low, high in ranges_of(url, match))


def test_a_range_holds_what_it_means_and_nothing_beside_it() -> None:
    assert within("http://example.org/news", "prefix", "https://example.org/newsroom/1")
    assert not within("http://example.org/news/", "prefix", "https://example.org/newsroom/1")
    assert within("http://www.example.org/x", "host", "https://example.org/a")
    assert not within("http://example.org/x", "host", "https://sport.example.org/a")
    for inside in ("http://example.org/", "http://a.b.example.org/x", "http://example.org:8080/"):
        assert within("http://example.org", "domain", inside)
    for outside in ("http://example-two.org/", "http://examples.org/", "http://org/"):
        assert not within("http://example.org", "domain", outside)
    with pytest.raises(UsageError, match="matchType=some"):
        ranges_of("http://example.org", "some")
