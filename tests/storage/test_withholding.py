"""What is withheld is shown by no command, which says so; what is lifted is shown again; nothing is lost."""

import datetime as dt
import gzip
import json
import re
import sqlite3
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attrs
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from cli.main import COMMANDS, cli
from crawler.notices.sending import notify
from storage import change_entries, entries, page_views, takedown_entries
from storage.archive import Archive
from storage.capture import Exchange
from storage.clock import Clock
from storage.errors import BackissueError, Withheld
from storage.evidence.evidence import make_evidence
from storage.exporting import export as exporting
from storage.exporting.selection import Selection
from storage.folder import Folder
from storage.warc_records import response_records
from tests.conftest import Command, running

START = dt.datetime(2026, 3, 2, 3, tzinfo=dt.UTC)
COPY = "https://wire.example/news/quay-is-mended"
LINES = (
    "The council of Brackwater met on Tuesday and agreed to mend the eastern quay before the winter storms come in.",
    "Its members heard from the harbour master, who said that the stones had moved by a hand's breadth since May.",
    "Fishermen had asked for the repair in three letters, of which the last one was read aloud before the vote.",
    "The work begins in the second week of September and is to cost less than the new roof of the market hall.",
    "Two members voted against it because they would rather have seen the money go to the bridge on Mill Lane.",
    "A ferry will carry walkers across the basin for as long as the quay is closed, at no charge to anybody.",
)
REASON = "A court has ordered it"
SEEN = {1: "flamingo", 2: "pelican", 3: "cormorant"}
"""A word that only this version has."""


def page(version: int | None) -> bytes:
    """The article with a sentence and a headline of that version, or the wire's, which has neither."""
    own = f"Nobody but this page tells of the {SEEN[version]} of the treasurer." if version else ""
    title = f"Zanzibar {SEEN[version]}" if version else "Quay is mended"
    body = "".join(f"<p>{line}</p>" for line in (*LINES, *([own] if own else [])))
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>"
        f'<meta property="og:type" content="article"></head><body><article><h1>{title}</h1>{body}</article>'
        "</body></html>"
    ).encode()


def warc(file: Path, *captures: tuple[str, int | None, int]) -> Path:
    """A WARC file of captures: URL, version, days after START."""
    records = []
    for url, version, days in captures:
        exchange = Exchange(
            url=url, status=200, reason="OK", headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=page(version), captured_at=START + dt.timedelta(days=days),
        )  # fmt: skip
        records.append(response_records(exchange, earlier=None)[0].gzipped)
    file.write_bytes(b"".join(records))
    return file


@attrs.frozen
class Kept:
    """An archive with a page in three versions that belongs to a source, is gone since, and has a copy elsewhere."""

    backissue: Command
    url: str
    site: Any

    def says(self, *words: str) -> str:
        """All that a command prints, without the URL that it was asked for."""
        if words[0] == "export":
            # It writes past Python's streams.
            done = self.backissue(*words)
            return done.stdout + done.stderr
        result = CliRunner().invoke(cli, ["--archive", str(self.backissue.archive), *words])
        error = result.exception
        assert error is None or isinstance(error, (BackissueError, SystemExit)), (words, error)
        said = result.output + (str(error) if isinstance(error, BackissueError) else "")
        return said.replace(self.url, "") if self.url in words else said

    def json(self, *words: str) -> list[dict[str, Any]]:
        result = CliRunner().invoke(cli, ["--archive", str(self.backissue.archive), *words])
        return [json.loads(line) for line in result.stdout.splitlines()]


def make(folder: Path, site: Any) -> Kept:
    backissue = Command(folder / "archive")
    site.pages = 1
    path = "/story/0-of-the-day"
    url = site.url(path)
    file = warc(folder / "first.warc.gz", (url, 1, 0), (COPY, None, 1), (url, 2, 2))
    done = backissue("import", "--workers", "1", str(file))
    assert done.returncode == 0, done.stderr
    Folder(backissue.archive).sources.write_text(
        f'[sources.ledger]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\n'
        "delay = 0\nallow_private = true\nmax_age_days = 0\n"
    )
    site.made[path] = page(3)
    done = backissue("crawl", "--workers", "1")
    assert done.returncode == 0, done.stderr
    site.refusals[path] = [(404, {})]
    assert backissue.archived(url)[url]["outcome"] == "gone"
    assert backissue("tag", url, "harbour").returncode == 0
    assert backissue("note", "3", "Nobody else has the pelican").returncode == 0
    return Kept(backissue=backissue, url=url, site=site)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    for site in running():
        yield make(tmp_path_factory.mktemp("kept"), site)


# Each reading command, with marks of the page that it shows while nothing is withheld.
READING: dict[str, Callable[[str], tuple[str, ...]]] = {
    "list": lambda url: ("list",),
    "list of versions": lambda url: ("list", "--all-versions", "--json"),
    "list, folded": lambda url: ("list", "--fold"),
    "list of a source": lambda url: ("list", "--source", "ledger"),
    "show": lambda url: ("show", url),
    "show a number": lambda url: ("show", "3"),
    "show as JSON": lambda url: ("show", "--json", "3"),
    "show raw": lambda url: ("show", "--raw", "3"),
    "show removed": lambda url: ("show", "--removed", "3"),
    "show the copy": lambda url: ("show", COPY),
    "history": lambda url: ("history", url),
    "history as JSON": lambda url: ("history", "--json", url),
    "diff": lambda url: ("diff", url),
    "diff of two": lambda url: ("diff", url, "1", "3", "--json"),
    "diff from the first": lambda url: ("diff", url, "first", "2026-03-05"),
    "diff as HTML": lambda url: ("diff", "--format", "html", url),
    "diff as Markdown": lambda url: ("diff", "--format", "markdown", url),
    "diff of two pages": lambda url: ("diff", COPY, url, "--json"),
    "changes": lambda url: ("changes",),
    "changes as JSON": lambda url: ("changes", "--json", "--flips"),
    "changes of a source": lambda url: ("changes", "--source", "ledger"),
    "blame": lambda url: ("blame", url),
    "first-seen": lambda url: ("first-seen", "of the treasurer"),
    "first-seen on the page": lambda url: ("first-seen", "of the treasurer", "--page", url, "--json"),
    "stories": lambda url: ("stories",),
    "stories as JSON": lambda url: ("stories", "--json"),
    "stories of the page": lambda url: ("stories", url),
    "stories of the copy": lambda url: ("stories", COPY, "--json"),
    "stories of a source": lambda url: ("stories", "--source", "ledger"),
    "aliases": lambda url: ("aliases", url),
    "search": lambda url: ("search", "treasurer"),
    "search, best first": lambda url: ("search", "--by-relevance", "--all-versions", "nobody", "--json"),
    "search by a field": lambda url: ("search", "source:ledger"),
    "search, folded": lambda url: ("search", "--fold", "brackwater"),
    "search as of a day": lambda url: ("search", "--as-of", "2027", "brackwater"),
    "search, counted": lambda url: ("search", "--counts", "treasurer"),
    "tags": lambda url: ("tag", "--list"),
    "tags of the page": lambda url: ("tag", "--list", url),
    "notes": lambda url: ("note", "--list"),
    "notes of a snapshot": lambda url: ("note", "--list", "3"),
    "export": lambda url: ("export",),
    "export of a source": lambda url: ("export", "--source", "ledger"),
    "status": lambda url: ("status",),
    "status as JSON": lambda url: ("status", "--json"),
    "notices": lambda url: ("notices",),
    "sources": lambda url: ("sources", "list"),
    "sources memory": lambda url: ("sources", "memory", "127.0.0.1"),
    "sources check": lambda url: ("sources", "check", "--offline"),
}
# They work on the archive, and what they report of that is for its owner; `serve` and `replay` have doors of their
# own, and what `evidence` writes is read below.
OTHERS = {
    "archive", "backfill", "crawl", "demo", "evidence", "import", "lift", "reextract", "reindex", "replay", "schedule",
    "serve", "withhold", "worker",
}  # fmt: skip


# What other doors read: values that the web page, the API and the feeds are made of; and exported files.
LISTS: dict[str, Callable[[Archive, str], object]] = {
    "new pages": lambda archive, url: entries.new_pages(archive, limit=50),
    "pages of a source": lambda archive, url: entries.pages_of_source(archive, "ledger", limit=50),
    "a page": lambda archive, url: page_views.page(archive, url, limit=50),
    "versions": lambda archive, url: page_views.versions(archive, url),
    "list of changes": lambda archive, url: change_entries.changes(archive, limit=50),
    "list of takedowns": lambda archive, url: takedown_entries.takedowns(archive, limit=50),
    "takedowns of a source": lambda archive, url: takedown_entries.takedowns(archive, limit=50, source="ledger"),
    "JSON Lines": lambda archive, url: exported(archive, "jsonl").read_text(),
    "CSV": lambda archive, url: exported(archive, "csv").read_text(),
    "exported changes": lambda archive, url: exported(archive, "csv", rows="changes").read_text(),
    "Parquet": lambda archive, url: pyarrow.parquet.read_table(exported(archive, "parquet")).to_pylist(),
    "WARC": lambda archive, url: unpacked(exported(archive, "warc").read_bytes()),
    "evidence": lambda archive, url: proof(archive, url),
    "WACZ": lambda archive, url: {
        name: unpacked(zipped.read(name))
        for zipped in [zipfile.ZipFile(exported(archive, "wacz"))]
        for name in zipped.namelist()
        if "datapackage" not in name
    },
}


def exported(archive: Archive, form: str, rows: str = "snapshots") -> Path:
    file = archive.folder.path / f"all.{form}"
    exporting.export(
        archive,
        exporting.Request(form=form, rows=rows, selection=Selection(all_versions=True), output=file, force=True),
    )
    return file


def proof(archive: Archive, url: str) -> list[str]:
    """The texts and records in a page's evidence."""
    file = archive.folder.path / "proof.zip"
    make_evidence(archive, url, file, made=START, stamper=None, force=True)
    with zipfile.ZipFile(file) as zipped:
        return [unpacked(zipped.read(name)) for name in sorted(zipped.namelist())]


def unpacked(data: bytes) -> str:
    """The text of a file and of the bodies in it; without what is made anew with each export."""
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", "replace")
    return re.sub(r"WARC/1.1\r\nWARC-Type: warcinfo.*?(?=WARC/1.1)", "", text, flags=re.DOTALL)


def read(kept: Kept, name: str) -> str:
    archive = Archive.open(kept.backissue.archive)
    try:
        return repr(LISTS[name](archive, kept.url))
    except Withheld as error:
        return error.for_readers.replace(kept.url, "")
    finally:
        archive.close()


def said(kept: Kept, names: Iterable[str] = (*READING, *LISTS)) -> dict[str, str]:
    return {name: read(kept, name) if name in LISTS else kept.says(*READING[name](kept.url)) for name in names}


# Without what counts time or bytes that are made anew.
LASTING = [name for name in (*READING, *LISTS) if "status" not in name and name not in ("WACZ", "evidence")]


@pytest.fixture(scope="module")
def shown(kept: Kept) -> dict[str, str]:
    """What each command says while nothing is withheld."""
    return said(kept)


def test_every_command_that_reads_is_tried_here() -> None:
    assert {words("")[0] for words in READING.values()} == set(COMMANDS) - OTHERS


@pytest.mark.parametrize(
    ("target", "secrets"),
    [
        (("URL",), (*SEEN.values(), "Zanzibar", "0-of-the-day")),
        (("--source", "ledger"), (*SEEN.values(), "Zanzibar", "0-of-the-day")),
        (("1",), ("flamingo",)),
        (("3",), ("pelican",)),
        (("4",), ("cormorant",)),
    ],
)
def test_no_command_shows_what_is_withheld_and_all_show_what_is_lifted(
    kept: Kept, shown: dict[str, str], target: tuple[str, ...], secrets: tuple[str, ...]
) -> None:
    target = tuple(kept.url if word == "URL" else word for word in target)
    for secret in secrets:
        assert sum(secret in one for one in shown.values()) >= 5, secret
    assert "shows it again" in kept.says("withhold", *target, "--reason", REASON)
    during = said(kept)
    for name, one in during.items():
        assert [secret for secret in secrets if secret in one] == [], (name, one)
        if name in READING and shown[name] != one and name not in ("status", "show the copy"):
            assert "withheld" in one.casefold(), (name, one)
    assert REASON in during["history"]
    kept.says("lift", *target)
    changed = [name for name in LASTING if during[name] != shown[name]]
    assert said(kept, changed) == {name: shown[name] for name in changed}
    assert "0-of-the-day" in kept.says("status")


def test_a_page_whose_snapshots_are_all_withheld_is_refused_like_one_that_is(kept: Kept) -> None:
    for number in ("1", "3", "4"):
        kept.says("withhold", number, "--reason", REASON)
    try:
        for words in (("show",), ("history",), ("diff",), ("blame",), ("first-seen", "treasurer", "--page")):
            assert "Every snapshot of " in kept.says(*words, kept.url), words
        assert [row["canonical_url"] for row in kept.json("list", "--json")] == [COPY]
    finally:
        for number in ("1", "3", "4"):
            kept.says("lift", number)


def test_the_newest_snapshot_that_is_shown_stands_for_its_page(kept: Kept) -> None:
    kept.says("withhold", "4", "--reason", REASON)
    try:
        assert {row["snapshot"] for row in kept.json("list", "--json")} == {2, 3}
        assert "Snapshots withheld of this page: 4" in kept.says("show", kept.url)
        state = kept.json("status", "--json")[0]
        assert (state["pages"], state["snapshots"], state["withheld"]) == (2, 3, {"pages": 0, "snapshots": 1})
    finally:
        kept.says("lift", "4")
    kept.says("withhold", "3", "--reason", REASON)
    try:
        # The two around it are shown, and no change between them: it would tell of the one that is not.
        first, last, gone, withheld = kept.json("history", "--json", kept.url)
        assert (first["snapshot"], last["snapshot"], last["change"]) == (1, 4, None)
        assert (gone["event"], withheld["event"], withheld["snapshot"]) == ("gone", "withheld", 3)
        assert withheld["reason"] == REASON
    finally:
        kept.says("lift", "3")


def test_a_story_says_how_many_of_its_pages_are_withheld(kept: Kept) -> None:
    kept.says("withhold", kept.url, "--reason", REASON)
    try:
        (story,) = kept.json("stories", "--json")
        assert (story["withheld"], [page["url"] for page in story["pages"]]) == (1, [COPY])
        assert story["pages"][0]["relation"] == "near_duplicate"
        state = kept.json("status", "--json")[0]
        assert state["sources"][0]["pages"] == 0 and state["sources"][0]["withheld"] == 1
        assert (state["pages"], state["withheld"]) == (1, {"pages": 1, "snapshots": 3})
    finally:
        kept.says("lift", kept.url)


def test_what_is_withheld_is_crawled_and_kept_and_the_log_keeps_who_was_hidden_when(tmp_path: Path) -> None:
    for site in running():
        kept = make(tmp_path, site)
        kept.says("withhold", kept.url, "--reason", REASON)
        site.publish("/story/0-of-the-day", "Zanzibar four")
        assert kept.backissue.archived(kept.url)[kept.url]["outcome"] == "changed"
        refused = kept.says("show", kept.url)
        assert "has been withheld since 20" in refused and f": {REASON}. `backissue lift" in refused
        assert "Zanzibar" not in kept.says("list")
        with pytest.raises(Withheld) as error:
            Archive.open(kept.backissue.archive).snapshot("5")
        assert error.value.for_readers.startswith("Snapshot 5 has been withheld with its whole page since ")
        assert "backissue" not in error.value.for_readers and error.value.reason == REASON
        assert "is withheld already" in kept.says("withhold", kept.url, "--reason", "Again")
        assert "Snapshot 5 itself is not withheld" in kept.says("lift", "5")
        kept.says("withhold", "--source", "ledger", "--reason", "All of it!")
        assert "It stays hidden with its whole source" in kept.says("lift", kept.url)
        assert ": All of it! `backissue lift --source ledger`" in kept.says("show", kept.url)
        kept.says("lift", "--source", "ledger")
        assert "Zanzibar four" in kept.says("show", kept.url)
        log = kept.json("withhold", "--list", "--json")
        assert [(row["kind"], row["name"], row["reason"]) for row in log] == [
            ("source", "ledger", "All of it!"),
            ("page", kept.url, REASON),
        ]
        assert all(row["lifted_at"] >= row["withheld_at"] for row in log)
        # A URL that is split off what is withheld is withheld too, and so is what it is joined with again.
        other = kept.url + "?utm_source=feed"
        with sqlite3.connect(kept.backissue.archive / "archive.db") as connection:
            connection.execute(
                "INSERT INTO alias (url, key, page_id, added_at) "
                "SELECT ?, key, page_id, added_at FROM alias WHERE url = ?",
                (other, kept.url),
            )
        kept.says("withhold", kept.url, "--reason", REASON)
        done = kept.backissue("aliases", "--split", other)
        assert "has been withheld" in done.stderr
        kept.says("lift", kept.url)
        assert REASON in kept.says("show", other)


def test_a_withheld_page_is_in_no_notice(tmp_path: Path) -> None:
    got: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    for site in running():
        backissue = Command(tmp_path / "archive")
        folder = Folder(backissue.archive)
        urls = {path: site.url(path) for path in ("/a-quay", "/b-ferry")}
        for path in urls:
            site.publish(path, f"First of {path}")
        backissue.archived(*urls.values())
        with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            folder.notices.write_text(
                f'[notices.all]\nwebhook = "http://127.0.0.1:{server.server_address[1]}/"\non = ["change"]\nevery = 1\n'
            )
            kept = Kept(backissue=backissue, url=urls["/a-quay"], site=site)
            notify(folder)
            for path in urls:
                site.publish(path, f"Second of {path}")
            backissue.archived(*urls.values())
            # Both changes wait in the outbox; what is withheld by then does not go out.
            notify(folder, send=False)
            kept.says("withhold", urls["/a-quay"], "--reason", REASON)
            assert notify(folder).failures == []
            site.publish("/a-quay", "Third of /a-quay")
            backissue.archived(*urls.values())
            notify(folder, clock=Clock(offset=dt.timedelta(hours=1)))
            server.shutdown()
    assert [[notice["url"] for notice in digest["notices"]] for digest in got] == [[urls["/b-ferry"]]]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("withhold", "1"), "Give the reason in a sentence"),
        (("withhold", "1", "--reason", " \t"), "Give the reason in a sentence"),
        (("withhold", "1", "--reason", "bell\a"), "Give the reason in a sentence"),
        (("withhold", "1", "--reason", "\udcff"), "Give the reason in a sentence"),
        (("withhold", "1", "--reason", "a" * 501), "Give the reason in a sentence"),
        (("withhold", "--reason", "x"), "Give one thing"),
        (("withhold", "1", "--source", "ledger", "--reason", "x"), "Give one thing"),
        (("withhold", "99", "--reason", "x"), "holds nothing for"),
        (("withhold", "9" * 30, "--reason", "x"), "holds nothing for"),
        (("withhold", "https://nowhere.example/", "--reason", "x"), "holds nothing for"),
        (("withhold", "no URL", "--reason", "x"), "holds nothing for"),
        (("withhold", "--source", "nobody", "--reason", "x"), "has no source"),
        (("lift",), "Give one thing"),
        (("lift", "1"), "itself is not withheld"),
        (("lift", COPY), "itself is not withheld"),
        (("lift", "--source", "ledger"), "itself is not withheld"),
    ],
)
def test_what_cannot_be_withheld_or_lifted_is_refused_in_a_sentence(
    kept: Kept, words: tuple[str, ...], says: str
) -> None:
    result = CliRunner().invoke(cli, ["--archive", str(kept.backissue.archive), *words])
    assert isinstance(result.exception, BackissueError) and result.exception.exit_code == 2
    assert says in str(result.exception)
    assert kept.backissue("withhold", "--list").returncode == 0
