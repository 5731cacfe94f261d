"""A synthetic archive of news articles, for benchmarks: paragraphs of made-up words, recombined."""

# ruff: noqa: T201 - a benchmark's output

import hashlib
import itertools
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from storage import database
from storage.folder import Folder
from storage.search import index
from storage.search.form import form
from storage.search.index import Entry
from storage.search.places import first, span
from storage.search_tables import SearchRow
from storage.tables import (
    AliasRow,
    BlockRow,
    CutRow,
    ExtractionRow,
    PageRow,
    RecordRow,
    RenditionRow,
    RunRow,
    SnapshotRow,
    SourceRow,
    VisitRow,
    WarcFileRow,
    table,
)

START = datetime(2021, 1, 4, 2, tzinfo=UTC)
SOURCES = 50
LANGUAGES = ("en",) * 14 + ("de",) * 3 + ("fr",) * 2 + (None,)
# A crawl a night; its articles come three seconds apart.
A_NIGHT = 550
BATCH = 2000
# Of ten pages, seven have one snapshot, two have two and one has three.
VERSIONS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)
SECTIONS = ("News", "Politics", "Sport", "Business", "Culture / Books")

_BEGINNINGS = (*"bcdfghjklmnprstvw", "br", "ch", "dr", "fl", "gr", "pr", "qu", "sh", "st", "tr")
_MIDDLES = (*"aeiou", "ai", "ea", "ee", "ou", "oa")
_ENDS = ("", "", *"nrstlm", "nd", "rk", "st", "ck")


class Words:
    """Words by how often they occur, as in a language: few often, most hardly ever."""

    def __init__(self, chance: random.Random, count: int = 60_000):
        made: dict[str, None] = {}
        while len(made) < count:
            syllables = 1 + (len(made) > 100) + (len(made) > 4000 and chance.random() < 0.7)
            made.setdefault(word(chance, syllables), None)
        self.all = list(made)
        self._weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(count)))

    def some(self, chance: random.Random, count: int) -> list[str]:
        return chance.choices(self.all, cum_weights=self._weights, k=count)


def word(chance: random.Random, syllables: int) -> str:
    return "".join(
        chance.choice(_BEGINNINGS) + chance.choice(_MIDDLES) + chance.choice(_ENDS) for _ in range(syllables)
    )


def paragraph(chance: random.Random, words: Words) -> str:
    sentences = [words.some(chance, chance.randint(8, 24)) for _ in range(chance.randint(2, 5))]
    return " ".join(" ".join(sentence).capitalize() + "." for sentence in sentences)


class Maker:
    """Makes articles: paragraphs out of a pool, and a few names that hardly another article has."""

    def __init__(self, seed: int = 7, pool: int = 20_000):
        self.chance = random.Random(seed)
        self.words = Words(self.chance)
        self.pool = [paragraph(self.chance, self.words) for _ in range(pool)]
        self.authors = [f"{word(self.chance, 2).capitalize()} {word(self.chance, 2).capitalize()}" for _ in range(2000)]

    def article(self) -> tuple[str, list[str], str]:
        """Title, authors and text."""
        chance = self.chance
        name = f"{word(chance, 3).capitalize()} {word(chance, 4).capitalize()}"
        title = f"{' '.join(self.words.some(chance, 6)).capitalize()} {name}"
        paragraphs = chance.sample(self.pool, chance.randint(6, 12))
        paragraphs[0] = f"{name}, {word(chance, 4)} of {word(chance, 3).capitalize()}, {paragraphs[0]}"
        return title, chance.sample(self.authors, chance.choice((0, 1, 1, 1, 2))), "\n".join(paragraphs)


def build(path: Path, snapshots: int) -> Engine:
    """An archive of so many snapshots in a folder; one that is there is gone on with. Returns it, open for writing."""
    folder = Folder(path)
    folder.make()
    engine = database.open_engine(folder.database, write=True)
    database.migrate(engine)
    index.catch_up(engine)
    with database.reading(engine) as connection:
        have = connection.execute(select(func.count()).select_from(SnapshotRow)).scalar_one()
    if have >= snapshots:
        return engine
    if have:
        raise SystemExit(f"{path} holds {have:,} snapshots and not {snapshots:,}. Remove it, or name another folder.")
    began, made = time.perf_counter(), 0
    for rows in _batches(snapshots):
        with database.writing(engine) as connection:
            made += _insert(connection, rows)
        if made % (25 * BATCH) == 0:
            rate = made / (time.perf_counter() - began)
            print(f"{made:>9,} snapshots, {rate:,.0f} a second", flush=True)
    return engine


Rows = dict[Any, list[dict[str, Any]]]


def _batches(snapshots: int) -> Iterator[Rows]:
    maker = Maker()
    chance = random.Random(11)
    setting: Rows = {
        SourceRow: [
            {"id": n, "name": f"paper-{n}", "home": f"https://paper-{n}.example/", "added_at": START}
            for n in range(1, SOURCES + 1)
        ],
        RunRow: [{"id": 1, "kind": "import", "state": "done", "started_at": START, "ended_at": START, "skipped": {}}],
        WarcFileRow: [{"id": 1, "name": "made-up.warc.gz", "added_at": START}],
    }
    yield setting
    places: dict[int, int] = {}
    articles: dict[int, tuple[int, int, str, list[str], str, int]] = {}
    waiting: list[int] = []
    pages, rows = 0, _empty()
    for number in range(1, snapshots + 1):
        captured_at = START + timedelta(days=number // A_NIGHT, seconds=number % A_NIGHT * 3)
        if waiting and chance.random() < 0.25:
            page = waiting.pop(chance.randrange(len(waiting)))
            versions, source, title, authors, text, last = articles.pop(page)
            paragraphs = text.split("\n")
            paragraphs[chance.randrange(len(paragraphs))] = chance.choice(maker.pool)
            text, versions = "\n".join(paragraphs), versions - 1
            rows["outdated"].append({"doc": last})
        else:
            pages += 1
            page, source = pages, 1 + min(int(chance.expovariate(0.08)), SOURCES - 1)
            title, authors, text = maker.article()
            versions = chance.choice(VERSIONS) - 1
            url = f"https://paper-{source}.example/{captured_at:%Y/%m/%d}/story-{page}"
            rows[PageRow].append(
                {"id": page, "key": url[8:], "url": url, "site": url.split("/")[2], "source_id": source,
                 "added_at": captured_at}
            )  # fmt: skip
            rows[AliasRow].append({"id": page, "url": url, "key": url[8:], "page_id": page, "added_at": captured_at})
        at = span(captured_at)
        doc = first(at) + places.get(at, 0)
        places[at] = places.get(at, 0) + 1
        _snapshot(rows, number, doc, page, source, captured_at, title, authors, text)
        if versions:
            articles[page] = (versions, source, title, authors, text, doc)
            waiting.append(page)
        if number % BATCH == 0 or number == snapshots:
            yield rows
            rows = _empty()


def _empty() -> Rows:
    tables = (PageRow, AliasRow, RecordRow, SnapshotRow, VisitRow, ExtractionRow, RenditionRow, BlockRow, CutRow)
    return {one: [] for one in (*tables, SearchRow, "entry", "outdated")}


def _snapshot(
    rows: Rows, number: int, doc: int, page: int, source: int, captured_at: datetime, title: str,
    authors: list[str], text: str,
) -> None:  # fmt: skip
    url = f"https://paper-{source}.example/story-{page}"
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    language = LANGUAGES[page % len(LANGUAGES)]
    section = SECTIONS[page % len(SECTIONS)]
    rows[RecordRow].append(
        {"id": number, "record_id": f"urn:uuid:00000000-0000-4000-8000-{number:012}", "type": "response", "url": url,
         "captured_at": captured_at, "file_id": 1, "offset": number * 9000, "length": 9000, "sha256": b"0" * 32,
         "payload_digest": f"sha1:{number:032}", "refers_to_id": None}
    )  # fmt: skip
    rows[SnapshotRow].append(
        {"id": number, "alias_id": page, "record_id": number, "captured_at": captured_at, "added_at": captured_at,
         "access": "full", "whole": True}
    )  # fmt: skip
    rows[VisitRow].append(
        {"run_id": 1, "url": url, "final_url": url, "alias_id": page, "captured_at": captured_at, "outcome": "new",
         "status": 200, "access": "full", "record_id": number, "snapshot_id": number}
    )  # fmt: skip
    rows[ExtractionRow].append(
        {"id": number, "snapshot_id": number, "extractor": "made up 1", "made_at": captured_at, "title": title,
         "authors": authors, "published_at": captured_at - timedelta(hours=5), "published_raw": None,
         "modified_at": None, "modified_raw": None, "language": language, "section": section, "tags": [],
         "canonical_url": None, "image": None, "description": None, "site_name": None, "access": "full", "signs": [],
         "degraded": None, "origins": {}, "pager": None, "leaves": b""}
    )  # fmt: skip
    rows[RenditionRow].append(
        {"id": number, "snapshot_id": number, "extraction_id": number, "rules": "made up 1", "generation": 0,
         "confirmed": 0, "made_at": captured_at, "text": text, "digest": digest, "content_digest": digest,
         "words": text.count(" ") + 1}
    )  # fmt: skip
    rows[BlockRow].append(
        {"extraction_id": number, "position": 0, "kind": "paragraph", "text": "Read more in our letter.", "box": 0,
         "links": 1.0, "signs": None}
    )  # fmt: skip
    rows[CutRow].append({"rendition_id": number, "position": 0, "reason": "plea"})
    made = Entry(form(title), form("\n".join(authors)), form(text))
    rows[SearchRow].append(
        {"doc": doc, "snapshot_id": number, "rendition_id": number, "digest": made.digest, "page_id": page,
         "captured_at": captured_at, "added_at": captured_at, "newest": True, "access": "full",
         "language": language, "section": f" {form(section)} "}
    )  # fmt: skip
    rows["entry"].append(made.values | {"doc": doc})


def _insert(connection: Connection, rows: Rows) -> int:
    entries, outdated = rows.pop("entry", []), rows.pop("outdated", [])
    for row, values in rows.items():
        if values:
            connection.execute(insert(table(row)), values)
    if entries:
        connection.execute(index.NEW_ENTRY, entries)
    if outdated:
        connection.exec_driver_sql(
            "UPDATE search_row SET newest = 0 WHERE doc = ?", [(one["doc"],) for one in outdated]
        )
    return len(rows.get(SnapshotRow, []))
