"""Whole documents with what they name: `documents/NAME.PARSER.*` beside `NAME.PARSER.expected.json`."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from crawler.discovery.feed import parse_feed
from crawler.discovery.listing import Listing
from crawler.discovery.section import parse_section
from crawler.discovery.sitemap import parse_sitemap

DOCUMENTS = Path(__file__).parent / "documents"
PARSERS: dict[str, Callable[[bytes, str], Listing]] = {
    "feed": parse_feed,
    "sitemap": parse_sitemap,
    "section": parse_section,
}
# Where each document is said to come from.
ADDRESSES = {
    "rss": "https://courier.example/feed.xml",
    "atom": "https://hafenbote.example/atom.xml",
    "rdf": "https://bulletin.example/index.rdf",
    "json": "https://notes.example/feed.json",
    "front": "https://www.example.com/",
    "ressort": "https://hafenbote.example/politik/",
}


def as_json(listing: Listing) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    def entry(item: Any) -> dict[str, Any]:
        return {name: plain(value) for name, value in attrs.asdict(item).items() if value is not None}

    return {
        "kind": listing.kind,
        "articles": [entry(article) for article in listing.articles],
        "further": [entry(further) for further in listing.further],
        "skipped": dict(listing.skipped),
    }


@pytest.mark.parametrize(
    "path", [path for path in sorted(DOCUMENTS.iterdir()) if "expected" not in path.name], ids=lambda path: path.name
)
def test_a_document_names_what_is_expected_of_it(path: Path) -> None:
    name, parser, _ = path.name.split(".")
    listing = PARSERS[parser](path.read_bytes(), ADDRESSES.get(name, "https://courier.example/sitemap.xml"))
    expected = json.loads((DOCUMENTS / f"{name}.{parser}.expected.json").read_text(encoding="utf-8"))
    assert as_json(listing) == expected
