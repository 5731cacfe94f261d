"""Measures how duplicates are found: recall and false links by class, and speed with a large index.

    python bench/dedup.py --articles FILE.jsonl[.gz] [--pairs FILE.jsonl.gz] [--indexed 1000000] [--sample 2000]

`--articles`: lines of JSON with `text` or `expected_text`; without it articles are made up. `--pairs`: lines with `a`,
`b` (`body` each) and `label`. The archive's own tables and functions are used, in a folder that is thrown away.
"""

# ruff: noqa: T201 - a benchmark's output

import argparse
import gzip
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, insert, text

from pipelines.stories.reading import find_like, read_bodies
from storage import links
from storage.database import migrate, open_engine, reading, writing
from storage.fingerprints import tokens
from storage.tables import AliasRow, Base, ExtractionRow, PageRow, RenditionRow, SnapshotRow, table

START = datetime(2025, 3, 1, tzinfo=UTC)
BOILERPLATE = (
    "This article is part of our continuing coverage, which you can follow on our website every day.",
    "Readers who want to get in touch with the newsroom about this or another story may write to the editor.",
    "Reproduction in whole or in part without the written permission of the publisher is prohibited by law everywhere.",
)
Mutation = Callable[[list[str], random.Random, list[str]], list[str]]
"""Paragraphs, chance, another article's paragraphs -> paragraphs."""


def words_changed(paragraphs: list[str], share: float, chance: random.Random, pool: Sequence[str]) -> list[str]:
    return [
        " ".join(chance.choice(pool) if chance.random() < share else word for word in line.split())
        for line in paragraphs
    ]


def cut(paragraphs: list[str], share: float) -> list[str]:
    words = " ".join(paragraphs).split()
    return [" ".join(words[: int(len(words) * share)])]


MUTATIONS: dict[str, Mutation] = {
    "boilerplate changed": lambda p, c, o: ["By our own correspondent", *p, *c.sample(BOILERPLATE, 2)],
    "5 % of words": lambda p, c, o: words_changed(p, 0.05, c, " ".join(o).split()),
    "cut to 70 %": lambda p, c, o: cut(p, 0.7),
    "cut to 40 %": lambda p, c, o: cut(p, 0.4),
    "local introduction": lambda p, c, o: [*cut(o, 0.15), *p],
    "half wire": lambda p, c, o: [*cut(p, 0.5), " ".join(o)[: len(" ".join(p)) // 2]],
    "every seventh word": lambda p, c, o: words_changed(p, 1 / 7, c, " ".join(o).split()),
}


class Scratch:
    """An archive of texts without anything around them."""

    def __init__(self, folder: Path):
        self.file = folder / "archive.db"
        self.engine: Engine = open_engine(self.file, write=True)
        migrate(self.engine)
        self.count = 0

    def add(self, texts: Sequence[str], *, days: float = 0) -> list[int]:
        """Put texts in, each as a page on a site of its own. Returns the snapshots."""
        made = range(self.count + 1, self.count + 1 + len(texts))
        self.count += len(texts)
        with writing(self.engine) as connection:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            if self.count == len(texts):
                _ground(connection)
            for number, article in zip(made, texts, strict=True):
                _page(connection, number, START + timedelta(days=days, seconds=number), article)
        return list(made)

    def link(self, snapshots: Sequence[int]) -> dict[str, float]:
        """Take the three steps for these snapshots. Returns the seconds of each."""
        took = {}
        began = time.process_time()
        reads = read_bodies(self.file, snapshots)
        took["tokenise and fingerprint"] = time.process_time() - began
        began = time.process_time()
        with writing(self.engine) as connection:
            bodies = links.keep_bodies(connection, reads)
        took["insert"] = time.process_time() - began
        began = time.process_time()
        found = find_like(self.file, bodies)
        took["look up and verify"] = time.process_time() - began
        began = time.process_time()
        with writing(self.engine) as connection:
            links.keep_edges(connection, found)
            while links.place(connection, 500):
                pass
        took["keep and place"] = time.process_time() - began
        return took

    def edges(self) -> dict[tuple[int, int], float]:
        """Links between snapshots, each pair once."""
        query = text(
            "SELECT a.snapshot_id, b.snapshot_id, edge.containment FROM edge "
            "JOIN snapshot_body a ON a.body_id = edge.one JOIN snapshot_body b ON b.body_id = edge.other "
            "UNION SELECT a.snapshot_id, b.snapshot_id, 1.0 FROM snapshot_body a JOIN snapshot_body b "
            "ON a.body_id = b.body_id AND a.snapshot_id < b.snapshot_id"
        )
        with reading(self.engine) as connection:
            return {(min(r[0], r[1]), max(r[0], r[1])): r[2] for r in connection.execute(query)}


def _page(connection: Connection, number: int, when: datetime, article: str) -> None:
    """A page with one snapshot, whose ids are all that number."""
    key = f"site{number}.example/a"
    rows: tuple[tuple[type[Base], dict[str, Any]], ...] = (
        (PageRow, {"key": key, "url": f"https://{key}", "site": key.partition("/")[0], "added_at": when}),
        (AliasRow, {"key": key, "url": f"https://{key}", "page_id": number, "added_at": when}),
        (
            SnapshotRow,
            {"alias_id": number, "record_id": 1, "captured_at": when, "added_at": when, "access": "open", "whole": 1},
        ),
        (
            ExtractionRow,
            {"snapshot_id": number, "extractor": "bench", "made_at": when, "authors": [], "tags": [], "access": "open",
             "signs": [], "origins": {}},
        ),
        (
            RenditionRow,
            {"snapshot_id": number, "extraction_id": number, "rules": "bench", "generation": 0, "confirmed": 0,
             "made_at": when, "text": article, "digest": "", "content_digest": "", "words": len(article.split())},
        ),
    )  # fmt: skip
    for row, values in rows:
        connection.execute(insert(table(row)), {"id": number, **values})


def _ground(connection: Connection) -> None:
    connection.execute(text("INSERT INTO warc_file (id, name, added_at) VALUES (1, 'none', '2025-01-01')"))
    connection.execute(text(
        "INSERT INTO record (id, record_id, type, url, captured_at, file_id, offset, length, sha256) "
        "VALUES (1, 'none', 'response', '', '2025-01-01', 1, 0, 0, x'')"))  # fmt: skip


def made_up(count: int, chance: random.Random) -> list[str]:
    """Articles of some 640 words whose frequencies fall as those of a language do."""
    vocabulary = ["".join(chance.choices("bdfgklmnprstvw", k=1) + chance.choices("aeiou", k=1)) * 1 for _ in range(9)]
    vocabulary = ["".join(chance.choice(vocabulary) for _ in range(chance.randint(1, 4))) for _ in range(30_000)]
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    return [
        "\n".join(" ".join(chance.choices(vocabulary, weights, k=64)).capitalize() + "." for _ in range(10))
        for _ in range(count)
    ]


def rows_of(file: Path) -> list[dict[str, Any]]:
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [json.loads(line) for line in data.splitlines()]


def real(file: Path) -> list[str]:
    rows = rows_of(file)
    texts = [row.get("text") or row.get("expected_text") or "" for row in rows]
    return list(dict.fromkeys(one for one in texts if 200 <= len(one.split()) <= 3000))


def paragraphs(article: str) -> list[str]:
    return [line for line in article.splitlines() if line.strip()]


def classes(articles: Sequence[str], chance: random.Random) -> None:
    """Recall by class, and links between articles that have nothing to do with each other."""
    # What is like another in the collection itself is left out: it would count as a false link.
    alone = distinct(articles)
    half = len(alone) // 2
    originals, others = alone[:half], alone[half : 2 * half]
    print(f"{len(originals)} originals, {len(others)} unrelated articles, each with the same boilerplate")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder))
        plate = "\n".join(BOILERPLATE)
        first = scratch.add([f"{one}\n{plate}" for one in originals])
        unrelated = scratch.add([f"{one}\n{plate}" for one in others])
        copies: dict[int, tuple[str, int]] = {}
        for name, mutate in MUTATIONS.items():
            made = [
                "\n".join(mutate(paragraphs(one), chance, paragraphs(other)))
                for one, other in zip(originals, others, strict=True)
            ]
            for copy, original in zip(scratch.add(made, days=2), first, strict=True):
                copies[copy] = (name, original)
        scratch.link(range(1, scratch.count + 1))
        edges = scratch.edges()
    found = Counter(name for copy, (name, original) in copies.items() if (original, copy) in edges)
    group = {one: n for n, one in enumerate(first)} | {one: n for n, one in enumerate(unrelated)}
    belongs: dict[int, set[int]] = {one: {n} for one, n in group.items()}
    for copy, (_, original) in copies.items():
        belongs[copy] = {group[original]}
    wrong: Counter[str] = Counter()
    for one, other in edges:
        if belongs[one] & belongs[other]:
            continue
        wrong[copies.get(other, ("unrelated", 0))[0]] += 1
    pairs = scratch.count * (scratch.count - 1) // 2
    for name in MUTATIONS:
        linked = sum((name == copies.get(other, ("", 0))[0]) for _, other in edges)
        precision = 1 - wrong[name] / linked if linked else 1.0
        print(f"  {name:<22} recall {found[name] / len(first):.4f}  precision {precision:.4f}")
    total = sum(wrong.values())
    print(f"  false links: {total} of {pairs:,} pairs ({total / pairs * 10_000:.4f} in 10,000)")


def distinct(articles: Sequence[str]) -> list[str]:
    """Those that share no more than a sentence with any before them."""
    seen: dict[int, int] = {}
    kept: list[str] = []
    for article in articles:
        shingles = tokens(article).shingles().tolist()
        like = Counter(seen[s] for s in shingles if s in seen)
        if not like or like.most_common(1)[0][1] < 0.1 * len(shingles):
            for shingle in shingles:
                seen.setdefault(shingle, len(kept))
            kept.append(article)
    return kept


def republished(file: Path) -> None:
    """Pairs on two sites, years apart: put in as they are, found or not by what the archive says."""
    rows = rows_of(file)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder))
        pairs = []
        for row in rows:
            (one,), (other,) = scratch.add([row["a"]["body"]], days=0), scratch.add([row["b"]["body"]], days=900)
            pairs.append((row["label"], one, other))
        scratch.link(range(1, scratch.count + 1))
        edges = scratch.edges()
    counted = Counter(
        (label, "shares text" if edges[one, other] < 0.6 else "found") if (one, other) in edges else (label, "apart")
        for label, one, other in pairs
    )
    for (label, what), count in sorted(counted.items()):
        print(f"  {label:<12} {what:<12} {count}")


def speed(articles: Sequence[str], indexed: int, sample: int, chance: random.Random) -> None:
    """Throughput and look-up with so many articles in the index."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder))
        scratch.add(["nothing"])
        before = scratch.file.stat().st_size
        fill(scratch, indexed)
        size = scratch.file.stat().st_size - before
        print(f"  index: {size / indexed:,.0f} bytes an article, {indexed:,} articles")
        texts = [fresh(chance.choice(articles), chance) for _ in range(sample)]
        # A third of them are copies of the others.
        texts[::3] = [" ".join(words_changed([one], 0.03, chance, ["word"])) for one in texts[1::3]][: len(texts[::3])]
        words = statistics.mean(len(one.split()) for one in texts)
        snapshots = scratch.add(texts, days=1)
        took: Counter[str] = Counter()
        for start in range(0, len(snapshots), 100):
            took.update(scratch.link(snapshots[start : start + 100]))
        whole = sum(took.values())
        print(f"  {sample / whole:,.0f} articles/s of {words:,.0f} words on one core (CPU time)")
        for step, seconds in took.items():
            print(f"    {step:<26} {seconds / sample * 1e3:.2f} ms")
        print(f"    links found: {len(scratch.edges()):,}")
        waits: list[float] = []
        busy: list[float] = []
        with reading(scratch.engine) as connection:
            there = links.months(connection)
            for one in texts[:1000]:
                read = tokens(one)
                keys = read.keys()
                began, spent = time.perf_counter(), time.process_time()
                links.candidates(connection, 0, read.count, keys, links.month_of(START), there)
                waits.append((time.perf_counter() - began) * 1e3)
                busy.append((time.process_time() - spent) * 1e3)
        for name, times in (("elapsed", sorted(waits)), ("CPU", sorted(busy))):
            slow = times[int(len(times) * 0.99)]
            print(
                f"  look-up in {len(there)} months, {name}: median {statistics.median(times):.2f} ms, p99 {slow:.2f} ms"
            )


def fresh(article: str, chance: random.Random) -> str:
    """An article of the same words that shares no passage with it."""
    words = re.findall(r"\S+", article)
    chance.shuffle(words)
    return " ".join(words)


def fill(scratch: Scratch, count: int, *, keys: int = 52, months: int = 12, batch: int = 10_000) -> None:
    """Put keys of made-up articles into the index: as many as an article of 640 words has, spread over months."""
    began = time.perf_counter()
    generator = np.random.default_rng(5)
    per_month = -(-count // months)
    first_month = links.month_of(START) - months + 2
    # In the index's own order, as a crawl fills it month by month.
    for start in range(0, count, batch):
        some = range(start, min(start + batch, count))
        numbers = generator.integers(-(1 << 63), (1 << 63) - 1, len(some) * keys).tolist()
        rows = [
            (first_month + article // per_month, numbers[place * keys + n], 1_000_000 + article)
            for place, article in enumerate(some)
            for n in range(keys)
        ]
        rows.sort()
        with writing(scratch.engine) as connection:
            connection.exec_driver_sql("INSERT OR IGNORE INTO fingerprint VALUES (?, ?, ?)", rows)
    seconds = time.perf_counter() - began
    with scratch.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"  filled: {count / seconds:,.0f} articles/s inserted alone", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, action="append")
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--indexed", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=2_000)
    parser.add_argument("--count", type=int, default=600, help="articles that copies are made of, and unrelated ones")
    given = parser.parse_args()
    chance = random.Random(5)
    articles = (
        [one for file in given.articles for one in real(file)] if given.articles else made_up(given.count, chance)
    )
    chance.shuffle(articles)
    print("Copies by class")
    classes(articles[: given.count], chance)
    if given.pairs:
        print("Pairs that were republished")
        republished(given.pairs)
    if given.indexed:
        print("Speed")
        speed(articles, given.indexed, given.sample, chance)


if __name__ == "__main__":
    main()
