"""How long the library takes to look up a page over time, in an archive of `bench/search.py`.

    python bench/library.py FOLDER [--snapshots N] [--rounds N]

The archive is built where there is none, and gets a page with forty versions, as `bench/web.py` has it. Printed are the
median and p95 of `history` and `memento_at`, of pages by chance and of that one, by the clock and of the processor;
first with what the system has not read yet, and then once more.
"""

# ruff: noqa: T201 - a benchmark's output

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import func, select

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.made_up import build  # noqa: E402 - the folder is no installed package
from bench.web import PAGE, forty_versions  # noqa: E402
from storage import Archive  # noqa: E402
from storage.tables import PageRow  # noqa: E402


def by_chance(archive: Archive, count: int) -> list[str]:
    """The URLs of so many pages."""
    chance = random.Random(3)
    query = select(PageRow.url).order_by(PageRow.id).limit(1)
    with archive.engine.connect() as connection:
        last = connection.execute(select(func.max(PageRow.id))).scalar_one()
        numbers = [chance.randint(1, last) for _ in range(count)]
        return [connection.execute(query.where(PageRow.id >= number)).scalar_one() for number in numbers]


def figures(name: str, work: Callable[[str], object], urls: Sequence[str]) -> None:
    wall, processor = [], []
    for url in urls:
        start, busy = time.perf_counter(), time.process_time()
        work(url)
        wall.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - busy))
    shown = [(sorted(one)[len(one) // 2], sorted(one)[len(one) * 95 // 100]) for one in (wall, processor)]
    said = [f"p50 {median:.2f} p95 {high:.2f} ms" for median, high in shown]
    print(f"{name:<34} {len(urls):>5} times: {said[0]}; of the processor {said[1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--snapshots", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1_000)
    arguments = parser.parse_args()
    if not (arguments.folder / "archive.db").exists():
        build(arguments.folder, arguments.snapshots).dispose()
    forty_versions(arguments.folder)
    with Archive.open(arguments.folder) as archive:
        urls, long = by_chance(archive, arguments.rounds), [PAGE] * (arguments.rounds // 5)
        archive.history(PAGE)
        for turn in ("first", "again"):
            figures(f"history, {turn}", archive.history, urls)
            figures(f"history of forty versions, {turn}", archive.history, long)
            figures(f"memento_at, {turn}", lambda url: archive.memento_at(url, "2036"), urls)
            figures(f"memento_at of forty, {turn}", lambda url: archive.memento_at(url, "2036"), long)


if __name__ == "__main__":
    main()
