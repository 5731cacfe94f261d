"""The protocols of web archives, over a real server: dates, neighbours, lists, and payloads as they were sent."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crawler.backfilling.index import read_cdx, read_timemap
from storage import mementos_kept
from tests.web.made_archive import FERRY, HARBOUR, MARKET, OLD, archive_of, captures, page
from tests.web.serving import served
from web.app import create_app

STAMPS = ["20200302100000", "20200305100000", "20200309100000", "20200312100000"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    app = create_app(archive_of(tmp_path_factory.mktemp("archive"), captures()))
    with served(app) as address, httpx.Client(base_url=address, timeout=30) as found:
        yield found


def links(header: str) -> dict[str, str]:
    """Relations -> targets."""
    return {relation: target for target, relation in re.findall(r'<([^>]*)>; rel="([^"]*)"', header)}


def problem(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    said: str = answer.json()["detail"]
    assert "Traceback" not in said
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("wanted", "stamp"),
    [
        ("Mon, 02 Mar 2020 10:00:00 GMT", STAMPS[0]),
        ("Wed, 04 Mar 2020 10:00:00 GMT", STAMPS[1]),
        ("Tue, 03 Mar 2020 10:00:00 GMT", STAMPS[0]),
        ("Sat, 01 Jan 2000 00:00:00 GMT", STAMPS[0]),
        ("Fri, 01 Jan 2100 00:00:00 GMT", STAMPS[3]),
        (None, STAMPS[3]),
    ],
)
def test_a_timegate_leads_to_the_memento_of_the_date(client: httpx.Client, wanted: str | None, stamp: str) -> None:
    answer = client.get(f"/timegate/{FERRY}", headers={"Accept-Datetime": wanted} if wanted else {})
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{client.base_url}/web/{stamp}/{FERRY}"
    assert answer.headers["vary"] == "accept-datetime"
    assert "memento-datetime" not in answer.headers
    assert links(answer.headers["link"])["original"] == FERRY


def test_a_memento_names_its_date_and_its_neighbours(client: httpx.Client) -> None:
    answer = client.get(f"/web/{STAMPS[1]}/{FERRY}")
    assert answer.headers["memento-datetime"] == "Thu, 05 Mar 2020 10:00:00 GMT"
    found = links(answer.headers["link"])
    assert found["original"] == FERRY
    assert found["timegate"] == f"{client.base_url}/timegate/{FERRY}"
    assert found["timemap"] == f"{client.base_url}/timemap/link/{FERRY}"
    assert [found[relation].split("/web/")[1][:14] for relation in ("first prev memento", "memento")] == STAMPS[:2]
    assert [found[relation].split("/web/")[1][:14] for relation in ("next memento", "last memento")] == STAMPS[2:]


@pytest.mark.parametrize(
    ("asked", "stamp"),
    [("20200305100000", 1), ("20200304", 1), ("202003", 3), ("2020", 3), ("2019", 0), ("20200302100001", 0)],
)
def test_a_date_that_is_not_exact_leads_to_the_exact_one(client: httpx.Client, asked: str, stamp: int) -> None:
    answer = client.get(f"/web/{asked}id_/{FERRY}", follow_redirects=True)
    assert str(answer.url) == f"{client.base_url}/web/{STAMPS[stamp]}id_/{FERRY}"
    assert answer.status_code == 200


def test_a_payload_is_as_it_was_sent_and_revisits_have_that_of_what_they_refer_to(client: httpx.Client) -> None:
    with client.stream("GET", f"/web/{STAMPS[1]}id_/{FERRY}") as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == page("Ferry back in service")
    first = client.get(f"/web/{STAMPS[0]}id_/{FERRY}")
    assert first.content == page("Ferry stopped")
    assert first.headers["x-archive-orig-server"] == "islands/1"
    for revisit in STAMPS[2:]:
        answer = client.get(f"/web/{revisit}id_/{FERRY}")
        assert (answer.status_code, answer.content) == (200, page("Ferry back in service")), revisit


def test_what_was_captured_has_no_power_over_our_own_origin(client: httpx.Client) -> None:
    answer = client.get("/web/20200304100000id_/" + MARKET)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "refresh" not in answer.headers
    assert answer.headers["x-archive-orig-set-cookie"] == "a=1"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_status_of_a_memento_is_that_of_its_capture(client: httpx.Client) -> None:
    answer = client.get("/web/20200307100000/https://islands.example/gone")
    assert answer.status_code == 404
    assert answer.headers["memento-datetime"] == "Sat, 07 Mar 2020 10:00:00 GMT"


def test_a_redirect_leads_to_the_memento_of_where_it_led(client: httpx.Client) -> None:
    answer = client.get(f"/web/20200303100000id_/{OLD}")
    assert (answer.status_code, answer.content) == (301, b"moved")
    assert answer.headers["location"] == f"{client.base_url}/web/20200303100000id_/{HARBOUR}"
    assert answer.headers["x-archive-orig-location"] == "/harbour"


def test_a_query_belongs_to_the_url_and_spellings_of_one_key_are_one(client: httpx.Client) -> None:
    for url in (MARKET, "https://islands.example/market?a=1&b=2", "islands.example/Market?a=1&b=2", MARKET[:5] + "/" +
                MARKET[7:], "http%3A%2F%2Fislands.example%2Fmarket%3Fa%3D1%26b%3D2"):  # fmt: skip
        assert client.get(f"/timegate/{url}").headers["location"].endswith("/web/20200304100000/" + MARKET), url
    assert client.get("/timegate/http://islands.example/Market?b=2").status_code == 404


def test_a_timemap_in_link_format_is_read_by_our_own_reader(client: httpx.Client) -> None:
    answer = client.get(f"/timemap/link/{FERRY}")
    assert answer.headers["content-type"] == "application/link-format"
    found = read_timemap(answer.content, str(answer.url))
    assert (found.damaged, found.further) == (0, ())
    assert [one.uri for one in found.listed] == [f"{client.base_url}/web/{stamp}/{FERRY}" for stamp in STAMPS]


def test_a_long_timemap_comes_in_pages(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mementos_kept, "PAGE_MEMENTOS", 3)
    first = client.get(f"/timemap/link/{FERRY}")
    found = read_timemap(first.content, str(first.url))
    assert found.further == (f"{client.base_url}/timemap/link/2/{FERRY}",)
    second = read_timemap(client.get(found.further[0]).content, found.further[0])
    assert [one.uri.split("/web/")[1][:14] for one in (*found.listed, *second.listed)] == STAMPS
    told = client.get(f"/timemap/json/{FERRY}").json()
    assert told["pages"] == {"next": f"{client.base_url}/timemap/json/2/{FERRY}"}
    assert told["mementos"]["list"][0]["datetime"] == "2020-03-02T10:00:00Z"
    assert "no page 3" in problem(client.get(f"/timemap/json/3/{FERRY}"))


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/timegate/https://islands.example/never", 404, "holds no capture of https://islands.example/never"),
        ("/timemap/link/https://islands.example/never", 404, "holds no capture"),
        ("/web/2020/https://islands.example/never", 404, "holds no capture"),
        ("/web/20201399/" + FERRY, 400, "no date of the form YYYYMMDDhhmmss"),
        ("/web/20200302100000999/" + FERRY, 400, "no date of the form"),
        ("/web/202/" + FERRY, 400, "no date of the form"),
        ("/web/2020id_/", 400, "names no URL"),
        ("/timegate/", 400, "names no URL"),
        ("/timegate/ftp://islands.example/", 404, "holds no capture"),
        ("/timegate/http://a:b@islands.example/", 400, "user name"),
        ("/timemap/xml/" + FERRY, 400, "There is no such TimeMap"),
        ("/timemap/link/0/" + FERRY, 400, "no page 0"),
        ("/timemap/link/999999999/" + FERRY, 400, "no page 999999999"),
        ("/cdx", 400, "names no URL"),
        ("/cdx?url=" + FERRY + "&matchType=all", 400, "matchType=all is not known"),
        ("/cdx?url=" + FERRY + "&output=xml", 400, "output=xml is not known"),
        ("/cdx?url=" + FERRY + "&fl=nothing", 400, "no field 'nothing'"),
        ("/cdx?url=" + FERRY + "&limit=many", 400, "limit=many is no number"),
        ("/cdx?url=" + FERRY + "&limit=99999999999999999999", 400, "is no number that fits"),
        ("/cdx?url=" + FERRY + "&limit=-99999", 400, "is no number that fits"),
        ("/cdx?url=" + FERRY + "&from=2020133", 400, "no date of the form"),
        ("/cdx?url=" + FERRY + "&resumeKey=tampered", 400, "resumeKey is none"),
        ("/cdx?url=" + FERRY + "&filter=statuscode", 400, "names no field"),
        ("/cdx?url=" + FERRY + "&filter=statuscode:(", 400, "no regular expression"),
        ("/cdx?url=" + FERRY + "&filter=original:(.|.|.)*(.|.|.)*x", 400, "takes too long"),
        ("/cdx?url=" + FERRY + "&collapse=timestamp:x", 400, "collapse=x is no number"),
        ("/cdx?url=islands.example/*&closest=2020", 400, "closest= goes with one URL only"),
        ("/cdx?url=" + FERRY + "&page=7", 400, "no page 7"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_answered_in_one_sentence(
    client: httpx.Client, path: str, status: int, sentence: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, sentence in problem(answer)) == (status, True), answer.text


def test_a_date_that_http_does_not_know_is_refused(client: httpx.Client) -> None:
    for wrong in (
        "yesterday",
        "2020-03-02",
        "Mon, 31 Feb 2020 10:00:00 GMT",
        "Mon, 02 Mar 2020 10:00:00 +0100",
        "x" * 999,
    ):
        answer = client.get(f"/timegate/{FERRY}", headers={"Accept-Datetime": wrong})
        assert answer.status_code == 400
        assert "Accept-Datetime" in problem(answer)


def rows(client: httpx.Client, **query: str | list[str]) -> list[list[str]]:
    found = client.get("/cdx/search/cdx", params={"url": FERRY, "output": "json", **query}).json()
    return [list(row) for row in found[1:]]


def stamps(client: httpx.Client, **query: str | list[str]) -> list[str]:
    return [row[1] for row in rows(client, **query)]


def test_a_search_of_the_index_takes_the_waybacks_words(client: httpx.Client) -> None:
    assert stamps(client) == STAMPS
    assert stamps(client, limit="2") == STAMPS[:2]
    assert stamps(client, limit="-2") == STAMPS[2:]
    assert stamps(client, limit="2", offset="1") == STAMPS[1:3]
    assert stamps(client, sort="reverse") == STAMPS[::-1]
    assert stamps(client, **{"from": "20200305", "to": "20200309"}) == STAMPS[1:3]
    assert stamps(client, to="202003020959") == []
    assert stamps(client, closest="20200308", sort="closest") == [STAMPS[i] for i in (2, 1, 3, 0)]
    assert stamps(client, filter="statuscode:200") == STAMPS[:2]
    assert stamps(client, filter="!mimetype:warc/.*") == STAMPS[:2]
    assert stamps(client, filter=["!=status:200", "~timestamp:.*9100000"]) == [STAMPS[2]]
    assert stamps(client, filter="statuscode:200", resolveRevisits="true") == STAMPS
    assert stamps(client, collapse="digest") == STAMPS[:2]
    assert stamps(client, collapse="timestamp:7") == [STAMPS[0], STAMPS[3]]
    assert rows(client, fl="timestamp,original", limit="1") == [[STAMPS[0], FERRY]]
    assert [row[-1] for row in rows(client, showDupeCount="true")] == ["0", "0", "1", "2"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("url=islands.example&matchType=domain", 9),
        ("url=*.islands.example", 9),
        ("url=www.islands.example&matchType=host", 8),
        ("url=sport.islands.example&matchType=host", 1),
        ("url=https://islands.example/f&matchType=prefix", 4),
        ("url=islands.example/*", 8),
        ("url=islands.exampl&matchType=domain", 0),
        ("url=example.islands&matchType=domain", 0),
        ("url=http://islands.example:8080/*", 0),
    ],
)
def test_a_search_is_of_a_url_a_prefix_a_host_or_a_domain(client: httpx.Client, query: str, found: int) -> None:
    answer = client.get(f"/cdx?{query}").text
    assert len(answer.splitlines()) == found, answer
    assert answer.splitlines() == sorted(answer.splitlines())


def test_a_search_goes_on_where_it_ended(client: httpx.Client) -> None:
    query = {"url": "islands.example", "matchType": "domain", "limit": "3", "showResumeKey": "true", "output": "json"}
    whole, found, asked = client.get("/cdx", params={**query, "limit": "99"}).content, [], 0
    while True:
        index = read_cdx(client.get("/cdx", params=query).content)
        found += index.listed
        asked += 1
        if index.resume_key is None:
            break
        query["resumeKey"] = index.resume_key
    assert (tuple(found), asked) == (tuple(read_cdx(whole).listed), 3)


def test_a_search_is_counted_and_read_in_pages(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.cdx_query.PAGE_CAPTURES", 3)
    query = {"url": "*.islands.example"}
    assert client.get("/cdx", params={**query, "showNumPages": "true"}).text == "3\n"
    pages = [client.get("/cdx", params={**query, "page": str(n)}).text for n in range(3)]
    assert "".join(pages) == client.get("/cdx", params=query).text
    assert (
        client.get("/cdx", params={**query, "page": "0", "filter": "statuscode:999", "output": "json"}).text == "[]\n"
    )


def test_lines_of_cdxj_are_in_pywbs_words(client: httpx.Client) -> None:
    line = client.get("/cdx", params={"url": FERRY, "output": "cdxj", "limit": "1"}).text
    key, stamp, rest = line.split(" ", 2)
    assert (key, stamp) == ("example,islands)/ferry", STAMPS[0])
    assert {name: json.loads(rest)[name] for name in ("url", "mime", "status")} == {
        "url": FERRY, "mime": "text/html", "status": "200",
    }  # fmt: skip


TRAVERSAL = Path(__file__).resolve().parents[3] / "shared" / "hostile" / "traversal"


@pytest.mark.skipif(not TRAVERSAL.is_dir(), reason="shared/hostile/traversal is not on this machine")
@pytest.mark.parametrize("step", [25, pytest.param(1, marks=pytest.mark.slow)])
def test_no_path_leads_out(client: httpx.Client, step: int) -> None:
    lines = [line for file in sorted(TRAVERSAL.glob("*.txt")) for line in file.read_bytes().splitlines() if line]
    for line in lines[::step]:
        tail = "".join(chr(byte) if 0x21 <= byte < 0x7F and byte not in b"#" else f"%{byte:02X}" for byte in line)
        for start in ("/web/2020id_/", "/timegate/", "/timemap/link/", "/"):
            answer = client.get(httpx.URL(str(client.base_url), raw_path=f"{start}{tail}".encode()))
            assert answer.status_code in (400, 404), (start, tail)
            assert "root:" not in answer.text
