"""`backfill`: mementos of another web archive, at their dates, in the same chain as our own captures."""

import io
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.conftest import article
from tests.crawler.web_archive import SmallArchive, small_archive

URL = "https://islands.example/2020/03/02/ferry-sails-again"


@pytest.fixture
def web_archive() -> Iterator[SmallArchive]:
    with small_archive() as archive:
        yield archive


@pytest.fixture
def ferry(web_archive: SmallArchive) -> SmallArchive:
    """A page with an edit, a takedown, and what is no evidence of either."""
    first, edited = article("Ferry sails again"), article("Ferry sails on Monday")
    web_archive.add("20200302100000", URL, first)
    web_archive.add("20200303100000", URL, first)
    web_archive.add("20200402100000", URL, edited, ETag='"x"', Server="islands/1")
    web_archive.add("20210102100000", URL, b"<h1>gone</h1>", 404)
    web_archive.add("20210202100000", URL, edited)
    web_archive.add("20210302100000", URL, b"moved", 302, Location="https://islands.example/")
    web_archive.add("20210402100000", URL, b"busy", 503)
    return web_archive


def backfill(backissue: Any, *words: str) -> Any:
    done = backissue("backfill", "--allow-private", "--delay", "0", "--workers", "1", *words)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def wayback(archive: SmallArchive) -> tuple[str, str]:
    return "--cdx", archive.url("/cdx/search/cdx")


def raw_requests(archive: SmallArchive) -> list[str]:
    return [path.split("/")[2] for path in archive.hits if path.startswith("/web/")]


def records(backissue: Any) -> Iterator[Any]:
    for file in sorted((backissue.archive / "warc").glob("*.warc.gz")):
        yield from ArchiveIterator(io.BytesIO(file.read_bytes()))


def test_mementos_come_into_the_chain_at_their_dates_with_their_provenance(ferry: SmallArchive, backissue: Any) -> None:
    # What the archive has of its own is later than all of them.
    ferry.page = 2
    done = backfill(backissue, URL, *wayback(ferry))
    assert done.returncode == 0, done.stderr
    assert "4 taken up: 1 changed, 1 gone, 1 new, 1 unchanged" in done.stderr
    assert "left out: 1 http_503, 1 redirect, 1 same_digest" in done.stderr
    assert raw_requests(ferry) == [
        f"{stamp}id_" for stamp in (20200302100000, 20200402100000, 20210102100000, 20210202100000)
    ]
    history = backissue.json("history", "--json", URL)
    assert [(row.get("captured_at"), row.get("event")) for row in history] == [
        ("2020-03-02T10:00:00Z", None), ("2020-04-02T10:00:00Z", None), (None, "gone"), (None, "back"),
    ]  # fmt: skip
    assert history[1]["memento"] == ferry.url(f"/web/20200402100000id_/{URL}")
    responses = [record for record in records(backissue) if record.rec_type in ("response", "revisit")]
    assert {record.rec_headers["WARC-Target-URI"] for record in responses} == {URL}
    edited = responses[1]
    assert edited.rec_headers["WARC-Date"] == "2020-04-02T10:00:00Z"
    assert edited.rec_headers["WARC-Source-URI"] == history[1]["memento"]
    assert edited.rec_headers["WARC-Creation-Date"] > "2026"
    assert edited.rec_headers["WARC-IP-Address"] is None
    assert [name for name, _ in edited.http_headers.headers] == ["Content-Type", "Etag", "Server", "Content-Length"]
    told = [r.content_stream().read().decode() for r in records(backissue) if r.rec_type == "metadata"]
    assert len(told) == 4
    assert f"via: {history[1]['memento']}\r\n" in told[1]
    # The same again takes nothing, and asks for no memento.
    again = backfill(backissue, URL, *wayback(ferry))
    assert (again.returncode, len(raw_requests(ferry))) == (0, 4)


def test_an_older_memento_does_not_become_the_newest_and_changes_what_follows_it(
    ferry: SmallArchive, backissue: Any
) -> None:
    for when in (["--from", "2021"], ["--to", "2020-03"]):
        assert backfill(backissue, URL, *wayback(ferry), *when).returncode == 0
    rows = [row for row in backissue.json("history", "--json", URL) if "snapshot" in row]
    assert [row["captured_at"][:10] for row in rows] == ["2020-03-02", "2021-02-02"]
    assert rows[1]["change"]["kinds"]
    assert "Monday" in backissue.json("show", "--json", URL)[0]["title"]
    # The payload of 2021 was here first; that of 2020, the same, is no revisit of what came after it.
    assert backfill(backissue, URL, *wayback(ferry)).returncode == 0
    kinds = [(r.rec_headers["WARC-Date"][:4], r.rec_type) for r in records(backissue) if r.rec_type != "metadata"]
    assert ("2020", "revisit") not in kinds


def test_a_limit_bounds_it_and_the_next_goes_on_without_asking_the_index(ferry: SmallArchive, backissue: Any) -> None:
    done = backfill(backissue, URL, *wayback(ferry), "--limit", "1")
    assert done.returncode == 3
    assert "1 mementos were taken, as --limit says. 3 wait; the same command goes on there." in done.stderr
    asked = sum(path.startswith("/cdx") for path in ferry.hits)
    done = backfill(backissue, URL, *wayback(ferry))
    assert "3 taken up: 1 changed, 1 gone, 1 unchanged" in done.stderr
    assert sum(path.startswith("/cdx") for path in ferry.hits) == asked
    assert len(raw_requests(ferry)) == len(set(raw_requests(ferry)))


def test_an_archive_that_asks_to_be_left_alone_is(ferry: SmallArchive, backissue: Any) -> None:
    ferry.refusing = 1
    done = backfill(backissue, URL, *wayback(ferry))
    assert done.returncode == 3
    assert "it asks to be left alone. 4 wait" in done.stderr
    hits = len(ferry.hits)
    done = backfill(backissue, URL, *wayback(ferry))
    assert (done.returncode, len(ferry.hits)) == (3, hits)
    assert "is left alone until" in done.stderr
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        connection.execute("UPDATE host SET back_off_until = '2000-01-01 00:00:00.000000'")
    assert "4 taken up" in backfill(backissue, URL, *wayback(ferry)).stderr


def test_pywbs_index_with_damaged_lines_is_read_and_they_are_counted(ferry: SmallArchive, backissue: Any) -> None:
    ferry.torn = True
    del ferry.captures["20210202100000", URL]
    done = backfill(backissue, URL, "--cdx", ferry.url("/coll/cdx"))
    assert done.returncode == 0, done.stderr
    assert "3 taken up: 1 changed, 1 gone, 1 new" in done.stderr
    assert "2 damaged_line" in done.stderr


def test_a_timemap_is_read_and_what_its_archive_does_not_give_out_fails(ferry: SmallArchive, backissue: Any) -> None:
    ferry.torn = True
    ferry.add("20190101000000", URL, b"early", 404)
    done = backfill(backissue, URL, "--timemap", ferry.url("/timemap/"))
    assert done.returncode == 0, done.stderr
    # The memento of a 503 is neither the archive's own answer nor one about the article.
    assert "5 taken up: 1 changed, 1 gone, 1 new, 2 unchanged" in done.stderr
    assert "left out: 2 damaged_line, 1 http_404, 1 http_503, 1 redirect" in done.stderr
    other = f"{URL}/more"
    ferry.add("20200302100000", other, article("More of it"))
    timemap = ferry.url("/timemap/") + "{url}"
    ferry.captures["20200302100001", other] = ferry.captures["20200302100000", other]
    assert backfill(backissue, other, "--timemap", timemap, "--limit", "1").returncode == 3
    del ferry.captures["20200302100001", other]
    done = backfill(backissue, other, "--timemap", timemap)
    assert done.returncode == 1
    assert "answered 404: the web archive does not give it out." in done.stderr


def test_a_sources_articles_are_taken_and_nothing_else(ferry: SmallArchive, backissue: Any) -> None:
    ferry.add("20200501100000", "https://islands.example/2020/05/01/harbour-master-retires", article("Retires"))
    ferry.add("20200501100000", "https://islands.example/about", article("About us"))
    ferry.add("20200501100000", "https://islands.example/2020/05/01/style-of-it.css", b"p{}", Content_Type="text/css")
    ferry.captures["20200501100000", "https://islands.example/2020/05/01/style-of-it.css"][2]["Content-Type"] = (
        "text/css"
    )
    backissue.archive.mkdir(parents=True)
    (backissue.archive / "sources.toml").write_text('[sources.islands]\nhome = "https://islands.example/"\n')
    done = backfill(backissue, "islands", *wayback(ferry), "--to", "2020-12")
    assert done.returncode == 0, done.stderr
    assert "left out: 1 not_article_like, 1 same_digest, 1 text/css" in done.stderr
    assert len(backissue.json("list", "--json", "--source", "islands")) == 2


def test_what_cannot_be_asked_is_said_in_one_line(web_archive: SmallArchive, closed_port: int, backissue: Any) -> None:
    for words, code, said in (
        ((URL, "--cdx", f"http://127.0.0.1:{closed_port}/cdx"), 1, "the connection was refused"),
        ((URL, *wayback(web_archive)), 0, "lists no capture of"),
        (("nowhere", *wayback(web_archive)), 2, "There is no source 'nowhere'"),
        ((URL, "--from", "2021", "--to", "2020", *wayback(web_archive)), 2, "is later than"),
    ):
        done = backfill(backissue, *words)
        assert done.returncode == code, done.stderr
        assert said in done.stderr
