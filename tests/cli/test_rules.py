"""Rules from end to end: pages of made-up hosts are imported, and a source on this machine is crawled."""

import io
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

URL = "https://www.ledger.example/quay"
TEXT = [
    "The council of Brackwater met on Tuesday and agreed to mend the eastern quay before the winter storms.",
    "Masons from three valleys will cut the granite that the harbour needs, the master builder told the assembly.",
    "Fishing crews asked for a second crane, since the old one has stood still since the flood of last April.",
]
ASIDE = "The quay was last mended by the guild of masons in the year of the great flood, at the town's expense."


def page(*, plea: str = ASIDE, text: list[str] = TEXT) -> str:
    paragraphs = "".join(f"<p>{one}</p>" for one in text)
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Quay mended</title></head><body><article>"
        f"<h1>Quay mended</h1>{paragraphs}<div class=zq><p>{plea}</p></div></article></body></html>"
    )


def warc(file: Path, pages: Mapping[str, tuple[str, str]]) -> str:
    """A WARC file of pages: URL -> date, HTML."""
    with file.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for url, (date, html) in pages.items():
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(html.encode()),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": date},
            )
            writer.write_record(record)
    return str(file)


def taken_in(backissue: Any, file: Path, html: str, day: int, url: str = URL) -> dict[str, Any]:
    (row,) = backissue.json(
        "import", "--json", "--workers", "1", warc(file, {url: (f"2026-03-0{day}T10:00:00Z", html)})
    )
    return dict(row)


def rule_file(backissue: Any, name: str, text: str) -> None:
    folder = backissue.archive / "site_rules"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def configure(backissue: Any, text: str) -> None:
    backissue.archive.mkdir(parents=True, exist_ok=True)
    (backissue.archive / "sources.toml").write_text(text, encoding="utf-8")


def test_a_rule_file_holds_for_its_host_and_what_it_drops_can_be_seen(backissue: Any, tmp_path: Path) -> None:
    rule_file(backissue, "ledger.example.txt", "strip_id_or_class: zq\nprune: no\n")
    assert taken_in(backissue, tmp_path / "a.warc.gz", page(), 1)["outcome"] == "new"
    (shown,) = backissue.json("show", "--json", URL)
    assert shown["text"].split("\n") == TEXT
    removed = [(cut["reason"], cut["text"]) for cut in shown["removed"]]
    assert ('rule: drop [id*="zq"], [class*="zq"]', ASIDE) in removed
    assert ", rules " in shown["rendition"]
    assert ASIDE in backissue("show", "--raw", URL).stdout


def test_an_edit_of_the_rules_is_no_edit_of_the_publishers(backissue: Any, tmp_path: Path) -> None:
    first = taken_in(backissue, tmp_path / "1.warc.gz", page(), 1)
    assert ASIDE in backissue.json("show", "--json", URL)[0]["text"]
    rule_file(backissue, "ledger.example.txt", "strip: //div[@class='zq']\n")
    # Other bytes, but only in what the new rules drop.
    second = taken_in(backissue, tmp_path / "2.warc.gz", page(plea=ASIDE.replace("great", "last")), 2)
    assert (second["outcome"], second["snapshot"]) == ("unchanged", first["snapshot"])
    assert backissue.json("show", "--json", URL)[0]["text"].split("\n") == TEXT
    edited = [*TEXT[:2], TEXT[2].replace("second", "third")]
    third = taken_in(backissue, tmp_path / "3.warc.gz", page(text=edited), 3)
    assert third["outcome"] == "changed"
    # Other rules again: the last snapshot is read again by them, the first is not.
    rule_file(backissue, "ledger.example.txt", f"strip: //div[@class='zq']\nstrip: //p[. = '{TEXT[0]}']\n")
    fourth = taken_in(backissue, tmp_path / "4.warc.gz", page(text=edited, plea="Please."), 4)
    assert fourth["outcome"] == "unchanged"
    rows = [row for row in backissue.json("history", "--json", URL) if "snapshot" in row]
    assert [row["change"]["summary"] for row in rows[1:]] == ["wording: second → third"]
    assert TEXT[0] not in backissue.json("show", "--json", URL)[0]["text"]


def test_rules_that_lose_the_article_neither_lose_the_page_nor_end_the_run(backissue: Any, tmp_path: Path) -> None:
    taken_in(backissue, tmp_path / "1.warc.gz", page(), 1)
    rule_file(backissue, "ledger.example.txt", "strip: //article\n")
    edited = page(text=[TEXT[0], TEXT[2]])
    assert taken_in(backissue, tmp_path / "2.warc.gz", edited, 2)["outcome"] == "changed"
    assert TEXT[2] in backissue.json("show", "--json", URL)[0]["text"]


def test_a_sources_own_rules_are_used_by_its_crawl_and_by_archive_on_its_host(site: Any, backissue: Any) -> None:
    site.pages = 2
    configure(
        backissue,
        f'[sources.brackwater]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\n'
        "delay = 0\nallow_private = true\n[sources.brackwater.rules]\ndrop = 'article > p:nth-of-type(2)'\n",
    )
    rule_file(backissue, "127.0.0.1.txt", "strip: //p\n")
    rows = backissue.json("crawl", "--json", "--workers", "1")
    assert [row["outcome"] for row in rows] == ["new", "new"]
    backissue.archived(site.url("/story/by-hand-and-alone"), code=0)
    for shown in backissue.json("export"):
        assert [line[:2] for line in shown["text"].split("\n")] == ["1.", "3.", "4.", "5.", "6."]
        reasons = [cut["reason"] for cut in shown["removed"]]
        assert "rule: drop article > p:nth-of-type(2)" in reasons
    (checked,) = [row for row in backissue.json("sources", "check", "--offline", "--json") if row["source"]]
    assert (checked["source"], checked["origin"], checked["problems"]) == ("brackwater", "sources.toml", [])
    assert len(checked["snapshots"]) == 2
    assert checked["results"] == [{"key": "drop", "selector": "article > p:nth-of-type(2)", "pages": 2, "found": 2}]


def test_a_wrong_rule_ends_any_command_that_would_use_it(site: Any, backissue: Any) -> None:
    configure(backissue, f'[sources.a]\nhome = "{site.url("/")}"\n[sources.a.rules]\ndrop = "p[["\n')
    for words in (("archive", site.url("/edited")), ("crawl",), ("sources", "check")):
        done = backissue(*words)
        assert done.returncode == 2
        assert "sources.toml, line 4: `drop` in the rules of source 'a'" in done.stderr
    assert site.hits == []


CHECKED = f"""\
body: //div[@class='nowhere']
strip: //div[@class='zq']
strip: //div[@class='not-here']
strip: //p[count('x') > 0]
strip: //p[re:test(., 'x')]
tidy: no
tidy: yes
wrap_in(blockquote): //p
test_url: {URL}
test_url: https://www.ledger.example/never-archived
test_url: nonsense
"""


def test_sources_check_tries_rule_files_on_the_test_urls_that_are_archived(backissue: Any, tmp_path: Path) -> None:
    row = taken_in(backissue, tmp_path / "1.warc.gz", page(), 1)
    rule_file(backissue, "ledger.example.txt", CHECKED)
    rule_file(backissue, "other.example.txt", "body: //main\nprune: no\n")
    found = {one["origin"]: one for one in backissue.json("sources", "check", "--offline", "--json", code=1)}
    ledger, other = found["ledger.example.txt"], found["other.example.txt"]
    assert ledger["snapshots"] == [row["snapshot"]]
    assert ledger["not_used"] == {"tidy": 2, "wrap_in": 1}
    counts = {result["selector"]: result["pages"] for result in ledger["results"]}
    assert counts["//div[@class='zq']"] == 1
    assert counts["//div[@class='not-here']"] == 0
    for problem in (
        "line 5 is left out: `strip`:",
        "the test_url is no address: 'nonsense'",
        "body //div[@class='nowhere'] finds nothing on the one page it was tried on",
        "drop //p[count('x') > 0] cannot be evaluated:",
    ):
        assert any(told.startswith(problem) for told in ledger["problems"]), problem
    assert len(ledger["problems"]) == 4
    assert (other["snapshots"], other["problems"]) == ([], [])
    done = backissue("sources", "check", "--offline")
    assert done.returncode == 1
    assert "0 sources with rules, 2 rule files: 4 wrong." in done.stdout
    assert "Lines of rule files that are not used: tidy 2, prune 1, wrap_in 1." in done.stdout


OWN = """\
[sources.ledger]
home = "https://www.ledger.example/"
[sources.ledger.rules]
"""

# The rules of a source, and what is wrong with them on one page.
JUDGED = [
    ("drop = '.gone'", "drop .gone finds nothing on the one page it was tried on"),
    ("title = ['h6', 'h5']", "title h6 finds nothing"),
    ("date = 'h1'", "date h1 finds texts, none of which can be read, on the one page"),
    ("drop = 'article'", "drop article drops 100% of the words of"),
    ("drop = ['article > p', 'div p', 'h1']", "the rules drop 100% of the words of"),
    ("drop = ['p', 'h1']\nkeep = 'div.zq p'", "the rules leave no article of"),
    ("body = ['.gone', 'article']\ndrop = '.zq'\ntitle = 'h1'", None),
]


def test_sources_check_tells_what_finds_nothing_and_what_drops_everything(backissue: Any, tmp_path: Path) -> None:
    """Each of these sources has one page, all with the same text."""
    urls = [f"https://www.ledger.example/{number}/quay-{'mended' * number}" for number in range(len(JUDGED))]
    pages = {url: ("2026-03-01T10:00:00Z", page()) for url in urls}
    assert len(backissue.json("import", "--json", warc(tmp_path / "all.warc.gz", pages))) == len(JUDGED)
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        for number, url in enumerate(urls, 1):
            values = (number, f"ledger-{number}", "2026-03-01 00:00:00.000000")
            connection.execute("INSERT INTO source (id, name, home, added_at) VALUES (?, ?, 'x', ?)", values)
            changed = connection.execute("UPDATE page SET source_id = ? WHERE url = ?", (number, url))
            assert changed.rowcount == 1
    configure(
        backissue,
        "\n".join(
            OWN.replace("ledger]", f"ledger-{n}]").replace("ledger.r", f"ledger-{n}.r") + rules
            for n, (rules, _) in enumerate(JUDGED, 1)
        ),
    )
    found = backissue.json("sources", "check", "--offline", "--json", code=1)
    assert [one["source"] for one in found] == [f"ledger-{n}" for n in range(1, len(JUDGED) + 1)]
    for checked, (_, problem) in zip(found, JUDGED, strict=True):
        assert len(checked["snapshots"]) == 1
        assert any(told.startswith(problem) for told in checked["problems"]) if problem else not checked["problems"]


def test_sources_check_needs_no_archive_and_knows_its_sources(backissue: Any) -> None:
    done = backissue("sources", "check", "--offline")
    assert (done.returncode, done.stdout) == (0, "0 sources with rules, 0 rule files: nothing wrong.\n")
    assert not backissue.archive.exists()
    configure(backissue, OWN + "drop = '.x'\n")
    assert backissue("sources", "check", "--offline").returncode == 0
    done = backissue("sources", "check", "--offline", "leger")
    assert done.returncode == 2
    assert "There is no source 'leger'" in done.stderr
