"""How long the library takes to look up a page over time, in an archive of a million snapshots.

    python bench/library.py FOLDER [--snapshots N] [--rounds N]

FOLDER is an archive of `bench/made_archive.py`, which is built where there is none (20 minutes for a million), and
gets fifty pages with forty versions each. Printed are the median and p95 of `history` and `memento_at`, of pages as
they come and of those with forty versions, first with what the system has not read yet and then once more.
"""

# ruff: noqa: T201 - a benchmark's output

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.made_archive import COLUMNS, START, build, paragraphs  # noqa: E402 - the folder is no installed package

from storage import Archive  # noqa: E402
from storage.change_tables import ChangeRow  # noqa: E402
from storage.database import migrate, open_engine  # noqa: E402
from storage.folder import Folder  # noqa: E402
from storage.tables import AliasRow, PageRow, SnapshotRow, table  # noqa: E402
from storage.urls import key  # noqa: E402

LONG_PAGES, LONG = 50, 40
_LONG_URL = "https://source-1.example/long/{}"


def add_long_pages(folder: Folder) -> None:
    """Pages with forty versions, each with its change; none where they are there already."""
    engine = open_engine(folder.database, write=True)
    migrate(engine)
    chance = random.Random(11)
    pool = paragraphs(chance, 500)
    with engine.connect() as connection:
        known = connection.execute(select(PageRow.id).where(PageRow.url == _LONG_URL.format(0))).first()
        if known is not None:
            return
        page = connection.execute(select(func.max(PageRow.id))).scalar_one() + 1_000_000
        number = connection.execute(select(func.max(SnapshotRow.id))).scalar_one() + 1_000_000
        for index in range(LONG_PAGES):
            url, when = _LONG_URL.format(index), f"{START:%Y-%m-%d %H:%M:%S.000000}"
            put(connection, "page", (page, key(url), url, "source-1.example", 1, when))
            put(connection, "alias", (page, url, key(url), page, when))
            text = chance.choices(pool, k=9)
            for version in range(LONG):
                text[version % 9] = chance.choice(pool)
                captured = START + timedelta(hours=version * 7)
                rows(connection, number, page, url, f"{captured:%Y-%m-%d %H:%M:%S.000000}", "\n".join(text))
                if version:
                    change(connection, number - 1, number, captured)
                number += 1
            page += 1
        connection.commit()
    engine.dispose()


def some_pages(folder: Folder, chance: random.Random, count: int) -> list[str]:
    """Pages by chance; their keys are made right, which the builder does not do."""
    engine = open_engine(folder.database, write=True)
    with engine.begin() as connection:
        long = connection.execute(select(PageRow.id).where(PageRow.url == _LONG_URL.format(0))).scalar_one()
        last = long - 1_000_000
        query = select(PageRow.id, PageRow.url).order_by(PageRow.id).limit(1)
        found = [connection.execute(query.where(PageRow.id >= chance.randint(1, last))).one() for _ in range(count)]
        for row in found:
            for one in (PageRow, AliasRow):
                connection.execute(update(one).where(one.id == row.id).values(key=key(row.url)))
    engine.dispose()
    return [row.url for row in found]


def put(connection: Connection, name: str, values: Sequence[object]) -> None:
    marks = ", ".join("?" * len(values))
    connection.exec_driver_sql(f"INSERT INTO {name} ({COLUMNS[name]}) VALUES ({marks})", tuple(values))


def rows(connection: Connection, n: int, page: int, url: str, when: str, text: str) -> None:
    put(connection, "record", (n, f"urn:uuid:{n}", "response", url, when, 1, n * 9_000, 9_000, b"0" * 32, f"sha1:{n}"))
    put(connection, "snapshot", (n, page, n, when, when, "full", 1))
    fields = ("Long", "[]", when, when, "en", "local", "[]", "full", "[]", "{}", b"")
    put(connection, "extraction", (n, n, "bench 1", when, *fields))
    digest = f"sha256:{n:064x}"
    put(connection, "rendition", (n, n, n, "rules 1", 1, 1, when, text, digest, digest, text.count(" ") + 9))
    put(connection, "visit", (n, 1, url, url, page, when, "changed", 200, "full", n, n))


def change(connection: Connection, old: int, new: int, when: datetime) -> None:
    values = {
        "new_snapshot_id": new, "old_snapshot_id": old, "old_rendition_id": old, "new_rendition_id": new,
        "engine": "bench", "captured_at": when, "worked_out_at": when, "kinds": {"rewrite": 1}, "words_added": 30,
        "words_removed": 30, "substantive": True, "reason": "rewrite", "stealth": True, "redated": False,
        "headline": False, "returns_to": None, "summary": "rewritten",
    }  # fmt: skip
    connection.execute(insert(table(ChangeRow)), values)


def figures(name: str, work: Callable[[str], object], urls: Sequence[str]) -> None:
    wall, processor = [], []
    for url in urls:
        start, busy = time.perf_counter(), time.process_time()
        work(url)
        wall.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - busy))
    said = [
        f"p50 {sorted(one)[len(one) // 2]:.2f} p95 {sorted(one)[len(one) * 95 // 100]:.2f}" for one in (wall, processor)
    ]
    print(f"{name:<34} {len(urls):>5} times: {said[0]} ms; of the processor {said[1]} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--snapshots", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1_000)
    arguments = parser.parse_args()
    folder = Folder(arguments.folder)
    if not folder.database.exists():
        build(arguments.folder, arguments.snapshots)
    add_long_pages(folder)
    chance = random.Random(3)
    urls = some_pages(folder, chance, arguments.rounds)
    with Archive.open(arguments.folder) as archive:
        long = [_LONG_URL.format(chance.randrange(LONG_PAGES)) for _ in range(arguments.rounds // 5)]
        archive.history(long[0])
        for turn in ("first", "again"):
            figures(f"history, {turn}", archive.history, urls)
            figures(f"history of forty versions, {turn}", archive.history, long)
            figures(f"memento_at, {turn}", lambda url: archive.memento_at(url, "2036"), urls)
            figures(f"memento_at of forty, {turn}", lambda url: archive.memento_at(url, "2016-01-08"), long)


if __name__ == "__main__":
    main()
