"""Indexes of web archives as they come, and where their mementos are."""

from datetime import UTC, datetime

import pytest

from crawler.backfilling.index import Index, read_cdx, read_timemap
from crawler.backfilling.memento import NoMemento, memento_of
from crawler.backfilling.web_archive import original_of, raw, web_archive
from storage.capture import Exchange
from storage.errors import UsageError

URL = "https://islands.example/ferry?a=1,2"
WHEN = datetime(2020, 3, 2, 10, tzinfo=UTC)
ROW = '["example,islands)/ferry", "20200302100000", "https://islands.example/ferry", "text/html", "200", "ABC", "1"]'
NAMES = '["urlkey","timestamp","original","mimetype","statuscode","digest","length"]'


def summary(index: Index) -> tuple[int, int, str | None]:
    return len(index.listed), index.damaged, index.resume_key


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (f"[{NAMES},\n{ROW},\n{ROW}]", (2, 0, None)),
        (f"[{NAMES},{ROW},{ROW}]", (2, 0, None)),
        (f"[{NAMES},\n{ROW},\n[],\n[\"example,islands)/ferry+1\"]]", (1, 0, "example,islands)/ferry+1")),
        (f"[{NAMES},\n{ROW},\n{ROW[:40]}", (1, 1, None)),
        ("example,islands)/ferry 20200302100000 https://islands.example/ferry text/html 200 ABC 1\n", (1, 0, None)),
        ('{"urlkey": "x", "timestamp": "20200302100000", "url": "https://islands.example/ferry"}\n{"a"', (1, 1, None)),
        ('{"timestamp": "20201340999999", "url": "https://islands.example/ferry"}', (0, 1, None)),
        ('{"timestamp": "20200302100000", "url": "javascript:alert(1)"}', (0, 1, None)),
        ("<html><body>Wayback Machine is down</body></html>", (0, 1, None)),
        ("[" * 5000, (0, 1, None)),
        ("[]", (0, 0, None)),
        ("", (0, 0, None)),
    ],
)  # fmt: skip
def test_an_answer_of_a_cdx_server_is_read_line_by_line(answer: str, expected: tuple[int, int, str | None]) -> None:
    assert summary(read_cdx(answer.encode())) == expected


def test_a_revisit_has_no_status_and_a_redirect_has_its_own() -> None:
    text = ROW.replace('"200"', '"-"').replace("text/html", "warc/revisit") + "\n" + ROW.replace('"200"', '"301"')
    assert [(one.status, one.captured_at) for one in read_cdx(text.encode()).listed] == [(None, WHEN), (301, WHEN)]


def test_a_timemap_names_mementos_and_other_timemaps() -> None:
    text = (
        f'<{URL}>; rel="original",\n<https://a.example/tm/1>; rel="self"; type="application/link-format",\n'
        f'<https://a.example/2020/{URL}> ; rel="first memento";\n datetime="Mon, 02 Mar 2020 10:00:00 GMT",\n'
        '<https://a.example/tm/2>; rel="timemap"; from="Mon, 02 Mar 2020 10:00:00 GMT",\n'
        f'<https://a.example/no-date>; rel="memento", <torn; rel=memento, </3/x>; rel=memento; '
        'datetime="2 Mar 2020 10:00"'
    )
    found = read_timemap(text.encode(), "https://a.example/tm/1")
    assert [(one.uri, one.url, one.captured_at) for one in found.listed] == [
        (f"https://a.example/2020/{URL}", URL, WHEN),
        ("https://a.example/3/x", URL, WHEN),
    ]
    assert found.further == ("https://a.example/tm/2",)
    assert found.damaged == 2


def test_where_mementos_are_follows_from_where_the_index_is() -> None:
    wayback, pywb = web_archive(None, None, None), web_archive("http://localhost:8080/news/cdx", None, None)
    (one,) = read_cdx(ROW.encode()).listed
    assert wayback.memento_url(one) == "https://web.archive.org/web/20200302100000id_/https://islands.example/ferry"
    assert pywb.memento_url(one) == "http://localhost:8080/news/20200302100000id_/https://islands.example/ferry"
    assert (
        raw("https://a.example/20200302100000mp_/http://b.example/")
        == "https://a.example/20200302100000id_/http://b.example/"
    )
    assert raw("https://a.example/m/17") == "https://a.example/m/17"
    assert original_of("https://a.example/20200302100000id_/http:/b.example/x?y=1") == ("http://b.example/x?y=1", WHEN)
    url = web_archive("https://a.example/cdx", None, None).index_url(URL, WHEN, WHEN, prefix=True, resume_key="a b")
    assert "url=https%3A%2F%2Fislands.example%2Fferry%3Fa%3D1%2C2&matchType=prefix&from=20200302100000" in url
    with pytest.raises(UsageError, match="exclude each other"):
        web_archive("https://a.example/cdx", "https://a.example/tm/", None)
    with pytest.raises(UsageError, match="--replay"):
        web_archive("https://a.example/index", None, None)


def answer(status: int = 200, stamp: str = "20200302100000", **headers: str) -> Exchange:
    lines = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    uri = f"https://a.example/{stamp}id_/https://islands.example/ferry"
    return Exchange(url=uri, status=status, headers=lines, body=b"x", captured_at=WHEN, ip_address="192.0.2.1")


def test_a_memento_has_the_originals_headers_and_none_of_the_archives() -> None:
    capture = memento_of(
        answer(
            Memento_Datetime="Mon, 02 Mar 2020 10:00:00 GMT",
            Link='<https://islands.example/ferry>; rel="original", <https://a.example/x>; rel="memento"',
            Content_Type="text/html",
            Content_Encoding="gzip",
            Date="Tue, 24 Nov 2026 12:00:00 GMT",
            Server="islands/1",
        ),
        entry=7, taken_at=WHEN, by_address=False,
    )  # fmt: skip
    assert (capture.url, capture.captured_at, capture.ip_address, capture.entry) == (
        "https://islands.example/ferry", WHEN, None, 7,
    )  # fmt: skip
    assert dict(capture.headers) == {"Content-Type": "text/html", "Content-Encoding": "gzip", "Server": "islands/1"}
    assert capture.memento is not None
    assert capture.memento.headers == "replayed"


@pytest.mark.parametrize(
    ("exchange", "kind"),
    [
        (answer(404), "not_archived"),
        (answer(500), "not_archived"),
        (answer(200), "no_memento"),
        (answer(200, Memento_Datetime="Tue, 03 Mar 2020 10:00:00 GMT"), "other_date"),
    ],
)
def test_what_is_not_the_capture_that_was_asked_for_is_none(exchange: Exchange, kind: str) -> None:
    with pytest.raises(NoMemento) as told:
        memento_of(exchange, entry=None, taken_at=WHEN, by_address=False)
    assert told.value.kind == kind
