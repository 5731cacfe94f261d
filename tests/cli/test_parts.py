"""An article over several pages is one snapshot with all its captures."""

import gzip
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PARTS = 3
TITLE = "The long quay of Brackwater"
STANDFIRST = "How a town of fishermen came by the longest quay of the coast, and what it costs to keep."
TOPICS = ("stone", "timber", "iron", "slate", "granite", "tar", "rope")


def text_of(part: int) -> list[str]:
    return [
        f"Part {part} tells in its chapter {n} of the {topic} that went into the quay, who carried it and what it cost."
        for n, topic in enumerate(TOPICS, 1)
    ]


def by_query(part: int) -> str:
    return "/news/long-quay" + (f"?page={part}" if part > 1 else "")


def by_segment(part: int) -> str:
    return "/news/long-quay/" + (f"{part}/" if part > 1 else "")


def endless(part: int) -> str:
    return f"/news/quay-{part}.html" if part > 1 else "/news/quay.html"


def page(
    address: Callable[[int], str],
    part: int,
    *,
    count: int = PARTS,
    text: list[str] | None = None,
    head: str = "",
    pager: str | None = None,
) -> bytes:
    """One part, with everything that a site repeats on each."""
    if pager is None:
        labels = (f"<b>{n}</b>" if n == part else f'<a href="{address(n)}">{n}</a>' for n in range(1, count + 1))
        pager = f"<div class=pager>{' '.join(labels)}</div>"
    body = "".join(f"<p>{line}</p>" for line in text or text_of(part))
    return (
        f'<html lang=en><head><title>{TITLE}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2026-03-02T08:00:00Z">{head}</head><body><article>'
        f"<h1>{TITLE}</h1><p class=standfirst>{STANDFIRST}</p><p class=byline>By Ada Ito</p>"
        f"<figure><img src=/quay.jpg><figcaption>The quay at low tide.</figcaption></figure>{body}{pager}</article>"
        "</body></html>"
    ).encode()


def put(site: Any, address: Callable[[int], str] = by_query, **more: Any) -> str:
    """Put the article on the site; returns the address of its first part."""
    site.made |= {address(n): page(address, n, **more) for n in range(1, PARTS + 1)}
    return str(site.url(address(1)))


def rows(archive: Path, query: str) -> list[Any]:
    with sqlite3.connect(archive / "archive.db") as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("address", [by_query, by_segment])
def test_all_parts_are_one_snapshot_in_order_and_each_line_once(
    site: Any, backissue: Any, address: Callable[[int], str]
) -> None:
    url = put(site, address)
    row = backissue.archived(url, code=0)[url]
    assert (row["outcome"], row["error"]) == ("new", None)
    shown = backissue.json("show", "--json", url)[0]
    body = [line for n in range(1, PARTS + 1) for line in text_of(n)]
    assert shown["text"].splitlines() == [STANDFIRST, *body]
    assert shown["title"] == TITLE
    assert shown["authors"] == ["Ada Ito"]
    assert len(backissue.json("list", "--json")) == 1


def test_the_records_of_all_parts_are_written_and_belong_to_the_snapshot(site: Any, backissue: Any) -> None:
    url = put(site)
    backissue.archived(url)
    urls = [site.url(by_query(n)) for n in range(1, PARTS + 1)]
    assert [row[0] for row in rows(backissue.archive, "SELECT url FROM record WHERE type = 'response'")] == urls
    parts = "SELECT p.position, r.url FROM snapshot_part p JOIN record r ON r.id = p.record_id ORDER BY position"
    assert rows(backissue.archive, parts) == [(2, urls[1]), (3, urls[2])]
    (file,) = (backissue.archive / "warc").glob("*.warc.gz")
    assert gzip.decompress(file.read_bytes()).count(b"WARC-Type: response") == PARTS


def test_a_revisit_checks_the_parts_although_the_first_has_the_same_bytes(site: Any, backissue: Any) -> None:
    url = put(site)
    first = backissue.archived(url)[url]
    again = backissue.archived(url)[url]
    assert (again["outcome"], again["snapshot"]) == ("unchanged", first["snapshot"])
    assert site.hits.count(by_query(2)) == 2
    edited = [line.replace("iron", "bronze") for line in text_of(2)]
    site.made[by_query(2)] = page(by_query, 2, text=edited)
    changed = backissue.archived(url)[url]
    assert changed["outcome"] == "changed"
    assert "the bronze that went" in backissue.json("show", "--json", url)[0]["text"]
    assert len(backissue.json("history", "--json", url)) == 2


def test_a_part_that_is_gone_degrades_the_visit_and_never_displaces_the_whole(site: Any, backissue: Any) -> None:
    url = put(site)
    whole = backissue.archived(url)[url]
    second = site.made.pop(by_query(2))
    row = backissue.archived(url)[url]
    assert (row["outcome"], row["snapshot"]) == ("degraded", None)
    assert row["error"].startswith("part 2 of 3 could not be fetched: ")
    assert "404" in row["error"]
    assert backissue.json("show", "--json", url)[0]["snapshot"] == whole["snapshot"]
    site.made[by_query(2)] = second
    assert backissue.archived(url)[url]["outcome"] == "unchanged"


def test_a_half_is_kept_where_there_is_nothing_better_and_the_whole_follows_it(site: Any, backissue: Any) -> None:
    url = put(site)
    third = site.made.pop(by_query(3))
    backissue.archived(url)
    (degraded,) = rows(backissue.archive, "SELECT e.degraded FROM extraction e JOIN snapshot s WHERE NOT s.whole")
    assert degraded[0].startswith("part 3 of 3 could not be fetched: ")
    assert text_of(2)[0] in backissue.json("show", "--json", url)[0]["text"]
    site.made[by_query(3)] = third
    assert backissue.archived(url)[url]["outcome"] == "changed"
    assert text_of(3)[0] in backissue.json("show", "--json", url)[0]["text"]


def test_a_part_that_robots_txt_disallows_is_not_fetched_and_said(site: Any, backissue: Any) -> None:
    url = put(site, by_segment)
    site.robots = (200, b"User-agent: *\nDisallow: /news/long-quay/2/\n")
    backissue.archived(url)
    assert by_segment(2) not in site.hits
    ((degraded,),) = rows(backissue.archive, "SELECT degraded FROM extraction")
    assert degraded.startswith("part 2 of 3 could not be fetched: ")
    assert "robots.txt" in degraded


def test_the_address_of_a_part_leads_to_the_page(site: Any, backissue: Any) -> None:
    url = put(site)
    third = site.url(by_query(3))
    row = backissue.archived(third, code=0)[third]
    assert (row["outcome"], row["canonical_url"]) == ("new", url)
    assert site.hits.count(by_query(3)) == 1
    second = site.url(by_query(2))
    both = backissue.archived(url, second, code=0)
    assert {row["outcome"] for row in both.values()} == {"unchanged"}
    assert {row["canonical_url"] for row in both.values()} == {url}
    assert len(backissue.json("list", "--json")) == 1
    assert backissue.json("show", "--json", second)[0]["text"].count("chapter 1") == PARTS


def test_a_known_part_that_is_gone_is_no_takedown(site: Any, backissue: Any) -> None:
    put(site)
    second = site.url(by_query(2))
    backissue.archived(site.url(by_query(1)))
    del site.made[by_query(2)]
    assert backissue.archived(second)[second]["outcome"] == "degraded"


def test_a_part_whose_first_is_not_to_be_had_says_so(site: Any, backissue: Any) -> None:
    put(site)
    del site.made[by_query(1)]
    second = site.url(by_query(2))
    backissue.archived(second)
    ((degraded,),) = rows(backissue.archive, "SELECT degraded FROM extraction")
    assert degraded.startswith("this is part 2 of the article; part 1 could not be fetched: ")


def test_the_pages_of_a_listing_are_not_followed(site: Any, backissue: Any) -> None:
    cards = "".join(
        f'<div><h2><a href="/story/{n}">Headline number {n} of many here</a></h2><p>{text_of(1)[n % 7]}</p></div>'
        for n in range(12)
    )
    for n in (1, 2):
        pager = f'<a rel=next href="/news?page={n + 1}">Next</a>'
        site.made["/news" + (f"?page={n}" if n > 1 else "")] = (
            f'<html><head><title>News of Brackwater</title><meta property="og:type" content="article"></head><body>'
            f"<main><h1>News of Brackwater</h1>{cards}{pager}</main></body></html>"
        ).encode()
    backissue.archived(site.url("/news"))
    assert not [hit for hit in site.hits if "page=" in hit]


def test_a_number_that_leads_to_another_article_is_not_joined(site: Any, backissue: Any) -> None:
    url = put(site)
    other = page(by_query, 2).replace(TITLE.encode(), b"Ferry back in service").replace(b"2026-03-02", b"2026-03-01")
    site.made[by_query(2)] = other
    assert backissue.archived(url)[url]["outcome"] == "new"
    ((degraded, pager),) = rows(backissue.archive, "SELECT degraded, pager FROM extraction")
    assert (degraded, pager) == (None, None)
    assert "Part 2" not in backissue.json("show", "--json", url)[0]["text"]


def test_links_that_lead_in_a_circle_or_on_for_ever_end(site: Any, backissue: Any) -> None:
    last = f'<a rel=next href="{by_query(1)}">Next</a><a rel=prev href="{by_query(2)}">Back</a>'
    url = put(site)
    site.made[by_query(3)] = page(by_query, 3, pager=last)
    assert backissue.archived(url)[url]["outcome"] == "new"
    assert [site.hits.count(by_query(n)) for n in (1, 2, 3)] == [1, 1, 1]
    for n in range(1, 40):
        onward = f'<link rel=next href="{endless(n + 1)}">'
        site.made[endless(n)] = page(endless, n, head=onward, pager="")
    backissue.archived(site.url(endless(1)))
    assert endless(20) in site.hits
    assert endless(21) not in site.hits
    query = "SELECT degraded FROM extraction ORDER BY id DESC LIMIT 1"
    assert rows(backissue.archive, query) == [("it goes on after 20 parts, and those were not fetched",)]


def test_reading_again_reads_all_parts(site: Any, backissue: Any) -> None:
    url = put(site)
    backissue.archived(url)
    done = backissue("reextract", "--all", "--json")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(backissue.archive / "archive.db") as database:
        database.execute("UPDATE extraction SET extractor = 'an older one'")
        database.execute("UPDATE block SET text = 'What an older one read.' WHERE position = 9")
    assert backissue.archived(url)[url]["outcome"] == "unchanged"
    shown = backissue.json("show", "--json", url)[0]
    assert all(line in shown["text"] for n in range(1, PARTS + 1) for line in text_of(n))
