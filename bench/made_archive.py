"""Builds an archive of made-up articles in minutes: rows alone, without a crawl and without WARC files."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from storage.database import migrate, open_engine
from storage.folder import Folder

START = datetime(2016, 1, 1, tzinfo=UTC)
SOURCES = 20
BATCH = 5_000
# One snapshot in four is a later version of a page; one in ten leaves two blocks out.
VERSIONS, CUTS = 4, 10
COLUMNS = {
    "page": "id, key, url, site, source_id, added_at",
    "alias": "id, url, key, page_id, added_at",
    "record": "id, record_id, type, url, captured_at, file_id, offset, length, sha256, payload_digest",
    "snapshot": "id, alias_id, record_id, captured_at, added_at, access, whole",
    "extraction": "id, snapshot_id, extractor, made_at, title, authors, published_at, published_raw, language, "
    "section, tags, access, signs, origins, leaves",
    "rendition": "id, snapshot_id, extraction_id, rules, generation, confirmed, made_at, text, digest, "
    "content_digest, words",
    "visit": "id, run_id, url, final_url, alias_id, captured_at, outcome, status, access, record_id, snapshot_id",
    "block": "extraction_id, position, kind, text, box, links",
    "cut": "rendition_id, position, reason",
}
_NOUNS = (
    "council quay harbour ferry school mayor budget vote market bridge river storm engine harvest trial clinic museum "
    "rector tariff strike reform pension train orchard glacier festival election café Straße São naïve 橋 港"
)
_OTHERS = "said that would after before between against during while because although under over new old first last"
WORDS = [*_NOUNS.split(), *_OTHERS.split()]


def paragraphs(chance: random.Random, count: int = 2_000) -> list[str]:
    """Paragraphs to recombine, of 20 to 60 words."""
    return [" ".join(chance.choices(WORDS, k=chance.randint(20, 60))).capitalize() + "." for _ in range(count)]


def build(folder: Path, snapshots: int, *, seed: int = 7) -> None:
    """Fill a folder with an archive of so many snapshots, the same for the same seed."""
    made = Folder(folder)
    made.make()
    engine = open_engine(made.database, write=True)
    migrate(engine)
    chance = random.Random(seed)
    pool = paragraphs(chance)
    with engine.connect() as connection:
        for at in range(0, snapshots, BATCH):
            rows = _rows(chance, pool, range(at + 1, min(at + BATCH, snapshots) + 1))
            if at == 0:
                _fixed(connection)
            for table, values in rows.items():
                if values:
                    marks = ", ".join("?" * len(values[0]))
                    connection.exec_driver_sql(f"INSERT INTO {table} ({COLUMNS[table]}) VALUES ({marks})", values)
            connection.commit()
    engine.dispose()


def _fixed(connection: Connection) -> None:
    sources = [(n, f"source-{n}", f"https://source-{n}.example/", "2016-01-01 00:00:00.000000") for n in range(1, 21)]
    connection.exec_driver_sql("INSERT INTO source (id, name, home, added_at) VALUES (?, ?, ?, ?)", sources)
    connection.exec_driver_sql(
        "INSERT INTO run (id, kind, state, started_at, resumed, taken_up, listings, listings_failed, skipped, reached) "
        "VALUES (1, 'crawl', 'done', '2016-01-01 00:00:00.000000', 0, 0, 0, 0, '{}', 0)"
    )
    connection.exec_driver_sql("INSERT INTO warc_file (id, name, added_at) VALUES (1, 'made.warc.gz', '2016-01-01')")


def _rows(chance: random.Random, pool: list[str], numbers: range) -> dict[str, list[tuple[object, ...]]]:
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in COLUMNS}
    for n, when in zip(numbers, _times(numbers), strict=True):
        page = n if n % VERSIONS else n - 1
        url = f"https://source-{page % SOURCES + 1}.example/{page}/{chance.choice(pool)[:30].replace(' ', '-')}"
        text = "\n".join(chance.choices(pool, k=9))
        if page == n:
            rows["page"].append((n, f"k/{url}", url, f"source-{page % SOURCES + 1}.example", page % SOURCES + 1, when))
            rows["alias"].append((n, url, f"k/{url}", n, when))
        rows["record"].append((n, f"urn:uuid:{n}", "response", url, when, 1, n * 9_000, 9_000, b"0" * 32, f"sha1:{n}"))
        rows["snapshot"].append((n, page, n, when, when, "full", 1))
        title = chance.choice(pool)[:60]
        authors = json.dumps([f"Author {page % 97}"] if n % 3 else [])
        rows["extraction"].append((
            n, n, "bench 1", when, title, authors, when, when, "en", "local", "[]", "full", "[]", "{}", b"",
        ))  # fmt: skip
        digest = f"sha256:{n:064x}"
        rows["rendition"].append((n, n, n, "rules 1", 1, 1, when, text, digest, digest, text.count(" ") + 9))
        rows["visit"].append((n, 1, url, url, page, when, "new", 200, "full", n, n))
        if n % CUTS == 0:
            rows["block"] += [(n, at, "paragraph", chance.choice(pool), 0, 0.0) for at in range(2)]
            rows["cut"] += [(n, at, "repeated") for at in range(2)]
    return rows


def _times(numbers: range) -> Iterator[str]:
    for n in numbers:
        yield (START + timedelta(seconds=211 * n)).strftime("%Y-%m-%d %H:%M:%S.000000")
