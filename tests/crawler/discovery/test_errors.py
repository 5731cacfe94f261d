import pickle

import pytest

from crawler.discovery import errors
from crawler.discovery.feed import parse_feed
from storage.errors import BackissueError

URL = "https://courier.example/feed.xml"

ERRORS = [
    errors.NotAFeed(URL, "an HTML page"),
    errors.NotASitemap(URL, "empty"),
    errors.NotASection(URL, "a PDF file"),
    errors.ListingTooLarge(URL, "5 MiB"),
    errors.DeclaresEntities(URL),
    errors.UnreadableListing(URL, "the feed parser\nfailed"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_the_way_between_processes(error: errors.ListingError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_one_line_that_names_the_url_and_what_to_do(error: errors.ListingError) -> None:
    assert isinstance(error, BackissueError)
    assert str(error).startswith(URL)
    assert "\n" not in str(error)
    assert "ive the source" in str(error)


def test_every_error_is_tested_here() -> None:
    assert {type(error) for error in ERRORS} == set(errors.ListingError.__subclasses__())


def test_a_listing_survives_the_way_between_processes() -> None:
    body = b"<rss><channel><item><link>/a</link><title>A</title></item><item/></channel></rss>"
    listing = parse_feed(body, URL)
    assert pickle.loads(pickle.dumps(listing)) == listing
