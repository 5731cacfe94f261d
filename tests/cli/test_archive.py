"""`archive` against a site whose paths are behaviours: each URL ends in one outcome, and the rest goes on."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator


def test_every_kind_of_answer_ends_in_its_outcome(site: Any, backissue: Any, closed_port: int) -> None:
    expected = {
        "/story/one-two-three": "new",
        "/old": "new",
        "/loop": "failed",
        "/to-file": "refused",
        "/empty": "failed",
        "/paper.pdf": "not_article",
        "/menu": "not_article",
        "/lying-charset": "new",
        "/forbidden": "blocked",
        "/broken": "failed",
        "/nowhere": "failed",
        "/secret/page": "blocked",
        "/cut-off": "new",
        "/bomb": "refused",
    }
    refused = f"http://127.0.0.1:{closed_port}/x"
    rows = backissue.archived(
        *(site.url(path) for path in expected), refused, "mailto:a@b.example", "not a url", code=1
    )
    assert {path: rows[site.url(path)]["outcome"] for path in expected} == expected
    assert rows[refused]["outcome"] == "failed"
    assert rows["mailto:a@b.example"]["outcome"] == "refused"
    assert rows["not a url"]["outcome"] == "refused"
    for row in rows.values():
        assert (row["error"] is None) == (row["snapshot"] is not None) or row["outcome"] == "new"
        assert "\n" not in (row["error"] or "")
    assert rows[site.url("/lying-charset")]["title"] == "Grüße aus Brackwater"
    state = backissue.json("status", "--json")[0]
    run = state["runs"][0]
    assert run["taken_up"] == len(rows) == sum(run["outcomes"].values())


def test_a_private_address_is_refused_unless_allowed(site: Any, backissue: Any) -> None:
    done = backissue("archive", "--json", site.url("/story/one-two-three"), "http://localhost:1/x")
    assert done.returncode == 1
    assert done.stdout.count('"outcome": "refused"') == 2
    assert "allow_private" in done.stdout
    assert site.hits == []


def test_an_edit_is_changed_and_the_same_bytes_are_not(site: Any, backissue: Any) -> None:
    url = site.url("/edited")
    assert backissue.archived(url)[url]["outcome"] == "new"
    assert backissue.archived(url)[url]["outcome"] == "unchanged"
    site.edition = 2
    assert backissue.archived(url)[url]["outcome"] == "changed"
    rows = backissue.json("history", "--json", url)
    assert [row["title"] for row in rows] == ["Quay mended", "Quay mended twice"]
    assert rows[1]["change"]["kinds"]["headline"] == 1
    assert "Quay mended → Quay mended twice" in rows[1]["change"]["summary"]


def test_a_server_that_says_304_is_believed(site: Any, backissue: Any) -> None:
    url = site.url(site.path("/etag", audited=False))
    first = backissue.archived(url)[url]
    backissue.believes_304s()
    second = backissue.archived(url)[url]
    assert second["outcome"] == "not_modified"
    assert second["status"] == 304
    assert second["snapshot"] == first["snapshot"]


def test_a_teaser_never_replaces_a_full_article(site: Any, backissue: Any) -> None:
    url = site.url("/walled")
    whole = backissue.archived(url)[url]
    site.edition = 2
    assert backissue.archived(url)[url]["outcome"] == "degraded"
    assert backissue.json("show", "--json", url)[0]["snapshot"] == whole["snapshot"]


def test_a_page_that_vanishes_is_gone_and_comes_back(site: Any, backissue: Any) -> None:
    url = site.url("/vanishing")
    backissue.archived(url)
    site.edition = 2
    gone = backissue.archived(url)[url]
    assert (gone["outcome"], gone["status"]) == ("gone", 404)
    site.edition = 1
    backissue.archived(url)
    events = [row["event"] for row in backissue.json("history", "--json", url) if "event" in row]
    assert events == ["gone", "back"]


def test_the_files_pass_warcio_check_and_hold_the_wire_bytes(site: Any, backissue: Any) -> None:
    url, moved = site.url("/old"), site.url("/story/moved-here-now")
    row = backissue.archived(url)[url]
    assert row["canonical_url"] == moved
    backissue.archived(moved)
    files = sorted((backissue.archive / "warc").glob("*.warc.gz"))
    for file in files:
        done = subprocess.run([Path(sys.executable).parent / "warcio", "check", file], check=False)
        assert done.returncode == 0
    listed = subprocess.run(
        [Path(sys.executable).parent / "warcio", "index", "-f", "warc-type,http:status,http:content-encoding", *files],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert '"warc-type": "warcinfo"' in listed
    assert '"http:status": "301"' in listed
    assert '"http:content-encoding": "gzip"' in listed
    assert '"warc-type": "revisit"' in listed
    assert '"warc-type": "request"' in listed


def test_every_revisit_names_the_record_that_replay_needs(site: Any, backissue: Any) -> None:
    """pywb and others find a revisit's payload by the URI, the date and the digest that it names, or not at all."""
    etag = site.path("/etag", audited=False)
    paths = ("/old", "/edited", etag, "/cut-off", "/vanishing", "/nowhere")
    for _ in range(2):
        backissue.archived(*(site.url(path) for path in paths))
        backissue.believes_304s()
    held: dict[tuple[str, str], str] = {}
    revisits = []
    for file in sorted((backissue.archive / "warc").glob("*.warc.gz")):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                header = record.rec_headers.get_header
                if record.rec_type == "response":
                    held[header("WARC-Target-URI"), header("WARC-Date")] = header("WARC-Payload-Digest")
                elif record.rec_type == "revisit":
                    profile = header("WARC-Profile").rpartition("/")[2]
                    named = (header("WARC-Refers-To-Target-URI"), header("WARC-Refers-To-Date"))
                    revisits.append((profile, named, header("WARC-Payload-Digest")))
    assert sorted({profile for profile, _, _ in revisits}) == ["identical-payload-digest", "server-not-modified"]
    for profile, named, digest in revisits:
        assert named in held, (profile, named)
        assert digest == (held[named] if profile == "identical-payload-digest" else None)


def test_urls_come_from_a_file_and_from_standard_input(site: Any, backissue: Any, tmp_path: Path) -> None:
    listed = tmp_path / "urls.txt"
    listed.write_text(f"# mine\n{site.url('/story/from-a-file')}\n\n", encoding="utf-8")
    flags = ("archive", "--json", "--allow-private", "--delay", "0", "--workers", "1")
    assert '"new"' in backissue(*flags, "--from", str(listed)).stdout
    assert '"new"' in backissue(*flags, "--from", "-", given=site.url("/story/from-standard-input")).stdout


def test_two_spellings_of_one_page_are_visited_once_and_counted(site: Any, backissue: Any) -> None:
    url = site.url("/story/one-two-three")
    done = backissue("archive", "--allow-private", "--delay", "0", "--workers", "1", url, f"{url}?utm_source=a")
    assert done.returncode == 0, done.stderr
    assert "1 taken up: 1 new" in done.stderr
    assert "left out: 1 same_page" in done.stderr
    assert backissue.json("status", "--json")[0]["runs"][0]["skipped"] == {"same_page": 1}


def test_a_users_mistake_is_one_line(backissue: Any, tmp_path: Path) -> None:
    for words, code in (
        (("archive",), 2),
        (("show", "https://nowhere.example/"), 2),
        (("list",), 2),
        (("import", str(tmp_path / "missing.warc.gz")), 2),
        (("crawl",), 2),
        (("crawl", "nobody"), 2),
    ):
        done = backissue(*words)
        assert done.returncode == code, words
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert done.stdout == ""


def test_a_folder_that_cannot_be_made_is_said(site: Any, tmp_path: Path, backissue: Any) -> None:
    (tmp_path / "file").write_text("")
    backissue.archive = tmp_path / "file" / "archive"
    done = backissue("archive", site.url("/edited"))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


def test_a_database_of_a_newer_version_is_left_alone(site: Any, backissue: Any) -> None:
    import sqlite3

    backissue.archived(site.url("/edited"))
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for words in (("list",), ("archive", site.url("/edited"))):
        done = backissue(*words)
        assert done.returncode == 1
        assert "newer version of Backissue" in done.stderr
