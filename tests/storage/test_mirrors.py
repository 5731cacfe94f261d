"""Former homes and copies of a publication: one page, one history, and the addresses as they were."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from storage import mirrors, pages
from storage.database import migrate, open_engine, writing
from storage.mirrors import pair
from storage.tables import AliasRow, PageRow

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME = "https://www.ledger.org/"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_engine(tmp_path / "archive.db", write=True)
    migrate(engine)
    with writing(engine) as opened:
        yield opened
    engine.dispose()


def archived(connection: Connection, url: str) -> int:
    """A page with one alias, as a crawl makes them."""
    homes = mirrors.known(connection)
    page = pages._page_with_key(connection, homes.key(url)) or pages._new_page(connection, homes, url, None, NOW)
    return pages._alias(connection, homes, url, page, NOW).page_id


@pytest.mark.parametrize(
    ("home", "mirror", "expected"),
    [
        (HOME, "https://old-ledger.net/", ("old-ledger.net", "ledger.org")),
        (HOME, "https://cloud.example/copies/ledger/", ("cloud.example/copies/ledger", "ledger.org")),
        ("https://ledger.org/en/", "http://old-ledger.net/en/", ("old-ledger.net", "ledger.org")),
        ("https://ledger.org/en/", "http://old-ledger.net/", ("old-ledger.net", "ledger.org/en")),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:9000/", ("127.0.0.1:9000", "127.0.0.1:8000")),
    ],
)
def test_a_mirror_stands_for_its_home(home: str, mirror: str, expected: tuple[str, str]) -> None:
    assert pair(home, mirror) == expected


def test_keys_and_sites_of_a_mirror_are_those_of_the_home_and_others_stay(connection: Connection) -> None:
    mirrors.keep(connection, HOME, ("https://old-ledger.net/", "https://cloud.example/copies/ledger/"), now=NOW)
    known = mirrors.known(connection)
    for url in (
        "https://ledger.org/a/b?x=1",
        "http://www.old-ledger.net/a/b/?x=1",
        "https://cloud.example/copies/ledger/a/b?x=1",
    ):
        assert known.key(url) == "ledger.org/a/b?x=1"
        assert known.site(url) == "ledger.org"
    assert known.key("https://cloud.example/copies/ledgers/a") == "cloud.example/copies/ledgers/a"
    assert known.key("https://not-old-ledger.net/a") == "not-old-ledger.net/a"


def test_pages_of_a_mirror_that_the_archive_has_come_home_with_their_addresses(connection: Connection) -> None:
    moved = archived(connection, "https://old-ledger.net/a")
    lonely = archived(connection, "https://old-ledger.net/only-there")
    other = archived(connection, "https://old-ledger.net.example/a")
    home = archived(connection, "https://ledger.org/a")
    assert mirrors.keep(connection, HOME, ("https://old-ledger.net/",), now=NOW) == 2
    assert mirrors.keep(connection, HOME, ("https://old-ledger.net/",), now=NOW) == 0
    for url in ("https://old-ledger.net/a", "https://ledger.org/a", "http://www.old-ledger.net/a/"):
        alias = pages.find_alias(connection, url)
        assert alias is not None
        assert alias.page_id == home != moved
    found = pages.find_alias(connection, "https://ledger.org/only-there")
    assert found is not None
    assert found.page_id == lonely
    site = connection.execute(select(PageRow.site).where(PageRow.id == lonely)).scalar_one()
    assert site == "ledger.org"
    assert "https://old-ledger.net/a" in set(connection.execute(select(AliasRow.url)).scalars())
    left = pages.find_alias(connection, "https://old-ledger.net.example/a")
    assert left is not None
    assert left.page_id == other


def test_a_new_page_at_a_mirror_is_the_homes(connection: Connection) -> None:
    mirrors.keep(connection, HOME, ("https://old-ledger.net/",), now=NOW)
    first = archived(connection, "https://old-ledger.net/a")
    assert archived(connection, "https://www.ledger.org/a/") == first


def test_a_publication_that_moves_again_takes_its_history_along(connection: Connection) -> None:
    first = archived(connection, "https://first.org/a")
    mirrors.keep(connection, "https://second.org/", ("https://first.org/",), now=NOW)
    archived(connection, "https://second.org/b")
    mirrors.keep(connection, "https://third.org/", ("https://second.org/", "https://first.org/"), now=NOW)
    for url in ("https://first.org/a", "https://second.org/a", "https://third.org/a"):
        alias = pages.find_alias(connection, url)
        assert alias is not None
        assert alias.page_id == first
    # And back to where it began.
    mirrors.keep(connection, "https://first.org/", ("https://second.org/", "https://third.org/"), now=NOW)
    assert mirrors.known(connection).key("https://third.org/c") == "first.org/c"
    assert mirrors.known(connection).key("https://first.org/c") == "first.org/c"
    back = pages.find_alias(connection, "https://third.org/a")
    assert back is not None
    assert back.page_id == first


def test_a_mirror_that_is_no_longer_configured_stands_for_itself(connection: Connection) -> None:
    mirrors.keep(connection, HOME, ("https://old-ledger.net/",), now=NOW)
    mirrors.keep(connection, "https://else.org/", ("https://elsewhere.org/",), now=NOW)
    mirrors.keep(connection, HOME, (), now=NOW)
    known = mirrors.known(connection)
    assert known.key("https://old-ledger.net/new") == "old-ledger.net/new"
    assert known.key("https://elsewhere.org/new") == "else.org/new"
