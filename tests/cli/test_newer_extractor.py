"""A newer version of the extractor reads the earlier snapshot again, so that its own work is no publisher's edit."""

import sqlite3
from contextlib import closing
from typing import Any


def made_by_an_older_version(backissue: Any) -> None:
    """As if an older version, which read the page otherwise, had made the renditions."""
    with closing(sqlite3.connect(backissue.archive / "archive.db")) as connection, connection:
        connection.execute("UPDATE extraction SET extractor = 'older 1', title = 'As it was read then'")
        connection.execute(
            "UPDATE rendition SET text = 'read then', digest = 'then', content_digest = 'then', words = 2"
        )


def renditions(backissue: Any) -> list[tuple[int, str, str]]:
    """Snapshot, extractor and text of every rendition, in the order made."""
    with closing(sqlite3.connect(backissue.archive / "archive.db")) as connection:
        return connection.execute(
            "SELECT rendition.snapshot_id, extractor, text FROM rendition"
            " JOIN extraction ON extraction.id = extraction_id ORDER BY rendition.id"
        ).fetchall()


def test_an_unchanged_page_in_other_bytes_is_unchanged_and_read_anew(site: Any, backissue: Any) -> None:
    url = site.url("/stamped")
    snapshot = backissue.archived(url, code=0)[url]["snapshot"]
    text = renditions(backissue)[0][2]
    made_by_an_older_version(backissue)
    row = backissue.archived(url, code=0)[url]
    assert (row["outcome"], row["snapshot"]) == ("unchanged", snapshot)
    older, newer = renditions(backissue)
    assert older == (snapshot, "older 1", "read then")
    assert newer[0] == snapshot
    assert newer[1] != "older 1"
    assert newer[2] == text
    shown = backissue.json("show", "--json", url)[0]
    assert shown["text"] == text


def test_an_edited_page_is_changed_against_the_earlier_one_read_anew(site: Any, backissue: Any) -> None:
    url = site.url("/edited")
    first = backissue.archived(url, code=0)[url]["snapshot"]
    made_by_an_older_version(backissue)
    site.edition = 2
    second = backissue.archived(url, code=0)[url]
    assert second["outcome"] == "changed"
    assert [(snapshot, extractor == "older 1") for snapshot, extractor, _ in renditions(backissue)] == [
        (first, True),
        (first, False),
        (second["snapshot"], False),
    ]
    history = backissue.json("history", "--json", url)
    assert [row["title"] for row in history] == ["Quay mended", "Quay mended twice"]
    assert history[1]["change"]["kinds"]["headline"] == 1


def test_two_urls_of_one_page_have_its_snapshot_read_anew_once(site: Any, backissue: Any) -> None:
    urls = [site.url("/stamped"), site.url("/stamped/print")]
    assert {row["canonical_url"] for row in backissue.archived(*urls, code=0).values()} == {urls[0]}
    made_by_an_older_version(backissue)
    rows = backissue.archived(*urls, code=0)
    assert [rows[url]["outcome"] for url in urls] == ["unchanged", "unchanged"]
    assert len(renditions(backissue)) == 2


def test_a_snapshot_whose_bytes_are_lost_fails_its_page_and_the_rest_goes_on(site: Any, backissue: Any) -> None:
    url, other = site.url("/edited"), site.url("/story/one-two-three")
    backissue.archived(url, code=0)
    made_by_an_older_version(backissue)
    for file in (backissue.archive / "warc").glob("*.warc.gz"):
        file.write_bytes(b"\0" * file.stat().st_size)
    site.edition = 2
    rows = backissue.archived(url, other, code=1)
    assert [rows[one]["outcome"] for one in (url, other)] == ["failed", "new"]
    assert "is damaged" in rows[url]["error"]
    # What it says now is kept all the same.
    with closing(sqlite3.connect(backissue.archive / "archive.db")) as connection:
        kept = connection.execute("SELECT record_id FROM visit WHERE kind = 'reread'").fetchall()
    assert kept[0][0] is not None
