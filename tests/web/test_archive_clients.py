"""Clients of other web archives, pointed at ours: they list what there is, and fetch what was sent."""

import gzip
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.web.made_archive import FERRY, HARBOUR, OLD, archive_of, captures, page, when
from tests.web.serving import served
from web.app import create_app
from web.settings import Settings

STAMPS = ["20200302100000", "20200305100000", "20200309100000", "20200312100000"]
BODIES = [page("Ferry stopped"), *[page("Ferry back in service")] * 3]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    archive = archive_of(tmp_path_factory.mktemp("archive"), captures())
    with served(create_app(archive, settings=Settings(host_names=("web.archive.org",)))) as found:
        yield found


class Instead(HTTPAdapter):
    """Takes what is meant for the Wayback Machine to our address, by the session's own means."""

    def __init__(self, address: str):
        super().__init__()
        self.address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        asked = str(request.url)
        sent = request.copy()
        sent.url = self.address + asked.partition("://web.archive.org")[2]
        sent.headers["Host"] = "web.archive.org"
        answer = super().send(sent, *args, **more)
        answer.url, answer.request = asked, request
        return answer


def test_edgis_wayback_lists_and_fetches(address: str) -> None:
    wayback = pytest.importorskip("wayback")
    session = wayback.WaybackSession(retries=0, search_calls_per_second=0, memento_calls_per_second=0)
    for scheme in ("https", "http"):
        session.mount(f"{scheme}://web.archive.org", Instead(address))
    with wayback.WaybackClient(session) as client:
        found = list(client.search(FERRY))
        assert [(one.timestamp, one.statuscode) for one in found] == [
            (when(2), 200), (when(5), 200), (when(9), 200), (when(12), 200),
        ]  # fmt: skip
        plain = [one.statuscode for one in client.search(FERRY, resolve_revisits=False)]
        assert plain == [200, 200, None, None]
        assert [one.original for one in client.search("islands.example", match_type="domain", limit=2)][-1].endswith(
            "regatta"
        )
        for one, body in zip(found, BODIES, strict=True):
            memento = client.get_memento(one)
            assert (memento.timestamp, memento.url, memento.ok) == (one.timestamp, FERRY, True)
            assert memento.content == body
            assert set(memento.links) >= {"original", "timegate", "timemap"}
        assert client.get_memento(found[0]).headers["Server"] == "islands/1"
        near = client.get_memento(FERRY, timestamp=datetime(2020, 3, 4, 22, tzinfo=UTC), exact=False)
        assert near.timestamp == when(5)
        moved = client.get_memento(OLD, timestamp=when(3))
        assert (moved.url, moved.content, len(moved.history)) == (HARBOUR, page("Harbour"), 1)
        with pytest.raises(wayback.exceptions.NoMementoError):
            client.get_memento("https://islands.example/never", timestamp=when(2))


def test_cdx_toolkit_lists_and_fetches(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    toolkit = pytest.importorskip("cdx_toolkit")
    # It waits between requests to one host.
    monkeypatch.setitem(toolkit.myrequests.retry_info["default"], "minimum_interval", 0)
    fetcher = toolkit.CDXFetcher(source=f"{address}/cdx/search/cdx", wb=f"{address}/web")
    assert [one["timestamp"] for one in fetcher.get(FERRY)] == STAMPS
    assert [one["timestamp"] for one in fetcher.get(FERRY, from_ts="20200305", to="20200309")] == STAMPS[1:3]
    every = list(fetcher.iter("islands.example/*"))
    assert len(every) == 8
    assert [one["url"] for one in fetcher.iter("islands.example/*", filter="=status:404")] == [
        "https://islands.example/gone"
    ]
    assert fetcher.get_size_estimate("islands.example/*", as_pages=True) == 1
    assert list(fetcher.iter("nowhere.example/*")) == []
    for one, body in zip(fetcher.get(FERRY), BODIES, strict=True):
        content = one.content
        assert (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content) == body


def test_waybackpack_lists_and_downloads(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("waybackpack")
    from waybackpack import asset, cdx, cli

    # It has no setting for the address of the archive; these are where it is written.
    monkeypatch.setattr(cdx, "SEARCH_URL", f"{address}/cdx/search/cdx")
    monkeypatch.setattr(asset, "ARCHIVE_TEMPLATE", f"{address}/web/{{timestamp}}{{flag}}/{{url}}")
    monkeypatch.setattr(sys, "argv", ["waybackpack", FERRY, "--list", "--from-date", "20200305"])
    cli.main()
    assert [line.split("/web/")[1][:14] for line in capsys.readouterr().out.split()] == STAMPS[1:]
    monkeypatch.setattr(sys, "argv", ["waybackpack", FERRY, "-d", str(tmp_path), "--raw", "--uniques-only", "--quiet"])
    cli.main()
    kept = {path.relative_to(tmp_path).parts[0]: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert kept == {STAMPS[0]: BODIES[0], STAMPS[1]: BODIES[1]}
