"""Measures searches, histories and mementos in a synthetic archive, and how large its index is.

    nice python bench/search.py --archive FOLDER [--snapshots 1000000] [--queries 200]

The archive is made by `made_up` where it is not there yet, which takes most of an hour for a million snapshots. Every
figure is the time of one call of the library with all that it returns, after a first round that warms up.
"""

# ruff: noqa: T201 - a benchmark's output

import argparse
import itertools
import os
import random
import sqlite3
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from made_up import A_NIGHT, START, Maker, build

from storage.archive import Archive
from storage.search import Search
from storage.search.form import form

Call = Callable[[], Any]


def measure(name: str, calls: list[Call]) -> None:
    """Wall clock, and the processor's time of this process alone: on a busy machine the former says little."""
    for call in calls[: len(calls) // 4]:
        call()
    walls, processor = [], []
    for call in calls:
        wall, own = time.perf_counter(), time.process_time()
        call()
        walls.append((time.perf_counter() - wall) * 1000)
        processor.append((time.process_time() - own) * 1000)
    print(f"{name:<50} {spread(walls)}   processor {spread(processor)}   load {os.getloadavg()[0]:.1f}", flush=True)


def spread(times: list[float]) -> str:
    times = sorted(times)
    return f"p50 {statistics.median(times):6.1f} p95 {times[min(len(times) - 1, int(len(times) * 0.95))]:6.1f} ms"


class Asker:
    """Makes queries of words by how many articles hold them."""

    def __init__(self, archive: Archive, snapshots: int, queries: int):
        self.archive = archive
        self.nights = snapshots // A_NIGHT
        self.queries = queries
        self.chance = random.Random(5)
        self.maker = Maker()
        some = (*self.maker.words.all[:300], *self.maker.words.all[300:6000:12])
        self.words = {word: self.share(word) for word in some if len(word) > 2}

    def share(self, word: str) -> float:
        """Of the pool's paragraphs; an article has about nine of them."""
        if not hasattr(self, "_paragraphs"):
            self._paragraphs = [set(form(one).split()) for one in self.maker.pool[:3000]]
        held = sum(word in one for one in self._paragraphs) / len(self._paragraphs)
        return 1 - (1 - held) ** 9

    def of(self, low: float, high: float) -> list[str]:
        return [word for word, share in self.words.items() if low <= share <= high]

    def between(self) -> str:
        """A date range of a quarter of a year."""
        first = START + timedelta(days=self.chance.randrange(max(1, self.nights - 90)))
        return f"after:{first:%Y-%m-%d} before:{first + timedelta(days=90):%Y-%m-%d}"

    def phrase(self) -> str:
        words = self.chance.choice(self.maker.pool).replace(".", "").split()
        at = self.chance.randrange(len(words) - 3)
        return f'"{" ".join(words[at : at + self.chance.choice((2, 3))])}"'

    def search(self, query: str, **more: Any) -> Call:
        return lambda: self.archive.search(Search(query=query, **more))

    def many(self, make: Callable[[], str], **more: Any) -> list[Call]:
        return [self.search(make(), **more) for _ in range(self.queries)]


def searches(ask: Asker) -> None:
    pick = ask.chance.choice
    every, half = ask.of(0.0005, 1.0), ask.of(0.4, 0.6)
    print(f"{len(every)} words that 0.05 to 100 % of the articles hold, {len(half)} of them 40 to 60 %")
    one, two = lambda: pick(every), lambda: f"{pick(every)} {pick(every)}"
    measure("one word, a quarter of a year, newest twenty", ask.many(lambda: f"{one()} {ask.between()}"))
    measure("two words, a quarter of a year, newest twenty", ask.many(lambda: f"{two()} {ask.between()}"))
    measure("a phrase, a quarter of a year, newest twenty", ask.many(lambda: f"{ask.phrase()} {ask.between()}"))
    measure("one word, newest twenty", ask.many(one))
    measure("two words, newest twenty", ask.many(two))
    measure("a phrase, newest twenty", ask.many(ask.phrase))
    measure("one word, all versions", ask.many(one, scope="all"))
    then = START + timedelta(days=ask.nights / 2)
    measure("one word, as of the middle", ask.many(one, scope="as_of", as_of=then))
    measure("one word of one source", ask.many(lambda: f"{one()} source:paper-{pick(range(1, 40))}"))
    measure("one word, the second page", [second(ask, one()) for _ in range(ask.queries)])
    few = min(ask.queries, 60)
    best = {"order": "relevance"}
    measure("by relevance, one word that half holds", ask.many(lambda: pick(half), **best)[:few])
    measure(
        "by relevance, two words that half holds each", ask.many(lambda: f"{pick(half)} {pick(half)}", **best)[:few]
    )
    measure(
        "by relevance, one word that half holds, a quarter",
        ask.many(lambda: f"{pick(half)} {ask.between()}", **best)[:few],
    )
    measure("by relevance, one word", ask.many(one, **best)[:few])
    measure("by relevance, a phrase", ask.many(ask.phrase, **best)[:few])
    counts: list[Call] = [count(ask, f"{one()} {ask.between()}") for _ in range(few)]
    measure("counts, one word, a quarter of a year", counts)


def count(ask: Asker, query: str) -> Call:
    return lambda: ask.archive.facets(Search(query=query))


def second(ask: Asker, query: str) -> Call:
    cursor = ask.archive.search(Search(query=query)).cursor
    return ask.search(query, cursor=cursor)


def pages(ask: Asker) -> None:
    with sqlite3.connect(ask.archive.folder.database) as connection:
        most = connection.execute("SELECT max(id) FROM page").fetchone()[0]
        some = [ask.chance.randrange(1, most + 1) for _ in range(ask.queries)]
        found = [
            connection.execute(
                "SELECT page.url, max(captured_at) FROM page JOIN alias ON page_id = page.id "
                "JOIN snapshot ON alias_id = alias.id WHERE page.id = ?",
                (page,),
            ).fetchone()
            for page in some
        ]
    later = START + timedelta(days=ask.nights + 1)
    measure("history of a page", [lambda url=url: ask.archive.history(url) for url, _ in found])  # type: ignore[misc]
    measure(
        "memento at a time",
        [lambda url=url: ask.archive.memento_at(url, later) for url, _ in found],  # type: ignore[misc]
    )


def sizes(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        texts = connection.execute("SELECT sum(length(CAST(text AS BLOB))), count(*) FROM rendition").fetchone()
        titles = connection.execute("SELECT sum(length(CAST(title AS BLOB))) FROM extraction").fetchone()[0]
        size = texts[0] + titles
        print(f"texts and headlines: {size / 1e6:,.0f} MB, {size / texts[1]:,.0f} bytes a snapshot")
        total = 0
        names = ("search_data", "search_idx", "search_docsize", "search_row", "ix_search_row_page_id",
                 "sqlite_autoindex_search_row_1")  # fmt: skip
        for name in names:
            pages = connection.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name = ? AND aggregate = TRUE", (name,)
            ).fetchone()[0]
            total += pages
            print(f"    {name:<32} {pages / 1e6:8,.0f} MB  {pages / size:6.1%}", flush=True)
        print(f"index, all together: {total / 1e6:,.0f} MB, {total / size:.1%} of the texts")


def unsegmented(articles: int = 4000) -> None:
    """How large the index of a language without spaces is: made-up words of one to three letters, without spaces."""
    chance = random.Random(3)
    letters = [chr(0x4E00 + n) for n in range(2500)]
    words = ["".join(chance.choices(letters, k=chance.choice((1, 2, 2, 2, 3)))) for _ in range(30_000)]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE search USING fts5 (text, content = '', tokenize = 'ascii')")
        size = 0
        for _ in range(articles):
            sentences = [
                "".join(chance.choices(words, cum_weights=weights, k=chance.randint(5, 20))) for _ in range(40)
            ]
            text = "。".join(sentences)
            size += len(text.encode())
            connection.execute("INSERT INTO search (text) VALUES (?)", (form(text),))
        connection.execute("INSERT INTO search (search) VALUES ('optimize')")
        made = connection.execute("SELECT sum(length(block)) FROM search_data").fetchone()[0]
    print(f"without spaces: {articles:,} texts, {size / 1e6:,.0f} MB, index {made / size:.1%} of them")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--snapshots", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--no-sizes", action="store_true", help="Leave out the sizes, which read the whole index.")
    given = parser.parse_args()
    build(given.archive, given.snapshots).dispose()
    archive = Archive.open(given.archive)
    ask = Asker(archive, given.snapshots, given.queries)
    print(f"{given.snapshots:,} snapshots, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    searches(ask)
    pages(ask)
    if not given.no_sizes:
        sizes(archive.folder.database)
        unsegmented()


if __name__ == "__main__":
    main()
