"""Documents that others wrote to break parsers: each ends as a listing or as an error that is ours, and in time."""

import builtins
import io
import socket
import tarfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.discovery.errors import ListingError
from crawler.discovery.feed import parse_feed
from crawler.discovery.listing import Listing
from crawler.discovery.section import parse_section
from crawler.discovery.sitemap import parse_sitemap

HOSTILE = Path(__file__).parents[3] / ".." / "shared" / "hostile"
DOCUMENTS = Path(__file__).parent / "documents"
URL = "https://courier.example/listing"
PARSERS = (parse_feed, parse_sitemap, parse_section)

parsers = pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.__name__)


def present(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path.name} is not here: the hostile inputs of others are no part of the repository")
    return path


def folder(name: str) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(present(HOSTILE / name).iterdir()) if path.is_file()]


@pytest.fixture(scope="module")
def feeds() -> list[tuple[str, bytes]]:
    with tarfile.open(present(HOSTILE / "feeds.tar.xz")) as archive:
        return [(member.name, file.read()) for member in archive if (file := archive.extractfile(member))]


@contextmanager
def locked_in() -> Iterator[None]:
    """No socket, no request, no file."""

    def refuse(*args: Any, **keywords: Any) -> Any:
        raise AssertionError(f"a parser reached out: {args!r}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        patch.setattr(socket, "create_connection", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        patch.setattr(urllib.request, "urlopen", refuse)
        patch.setattr(urllib.request.OpenerDirector, "open", refuse)
        patch.setattr(builtins, "open", refuse)
        patch.setattr(io, "open", refuse)
        yield


def outcome(parser: Callable[[bytes, str], Listing], name: str, body: bytes) -> Listing | None:
    began = time.process_time()
    try:
        listing = parser(body, URL)
    except ListingError as error:
        assert "\n" not in str(error), name
        listing = None
    assert time.process_time() - began < 5, name
    if listing:
        urls = [article.url for article in listing.articles] + [further.url for further in listing.further]
        for url in urls:
            assert url.startswith(("http://", "https://")), name
            assert "#" not in url, name
            assert url.isascii(), name
        assert len({article.url for article in listing.articles}) == len(listing.articles), name
    return listing


@parsers
def test_each_of_two_thousand_feeds_ends_as_a_listing_or_an_error(
    parser: Callable[[bytes, str], Listing], feeds: list[tuple[str, bytes]]
) -> None:
    with locked_in():
        listings = [outcome(parser, name, body) for name, body in feeds]
    if parser is parse_feed:
        # The others declare entities, or hold nothing.
        assert sum(listing is not None for listing in listings) > 2_050


@parsers
@pytest.mark.parametrize("name", ["xxe", "compressed", "xss", "blns"])
def test_each_attack_ends_as_a_listing_or_an_error(parser: Callable[[bytes, str], Listing], name: str) -> None:
    documents = folder(name)
    with locked_in():
        listings = [outcome(parser, path, body) for path, body in documents]
    assert "root:" not in repr(listings)


@parsers
def test_a_document_cut_anywhere_ends_as_a_listing_or_an_error(parser: Callable[[bytes, str], Listing]) -> None:
    documents = [(path.name, path.read_bytes()) for path in sorted(DOCUMENTS.iterdir())]
    with locked_in():
        for name, body in documents:
            for end in range(0, len(body), 37):
                outcome(parser, f"{name} up to {end}", body[:end])
