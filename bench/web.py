"""Measures the web page with ten readers at once, on an archive that `bench/search.py` has made.

    nice python bench/web.py --archive FOLDER [--readers 10] [--seconds 20] [--writing]

It adds a page with forty versions to the archive, starts `serve` in a process of its own, and has every reader ask for
one page after the other: the front page, that page, and searches, each for other words. `--writing` commits ten times a
second meanwhile, as a crawl does, so that nothing that was kept can be shown again.
"""

# ruff: noqa: T201 - a benchmark's output

import argparse
import http.client
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

PAGE = "https://forty.example/versions"
VERSIONS = 40
KINDS = ("home", "page", "search")


def forty_versions(folder: Path) -> None:
    """Put a page with forty versions into an archive that has none."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from storage.archive import Archive
    from storage.errors import PageNotFound
    from storage.folder import Folder
    from storage.recorder import Recorder
    from tests.web.made_up import LINES, MadeUp

    Recorder(Folder(folder), clock=_Clock()).close()  # brings it up to date
    archive = Archive.open(folder)
    try:
        archive.snapshot(PAGE)
        return
    except PageNotFound:
        archive.close()
    made, start = MadeUp(folder), datetime.now(UTC) - timedelta(days=VERSIONS)
    crawl = made.begin("forty", start)
    for day in range(VERSIONS):
        lines = (*LINES * 3, *(f"Edit {n} says something that no edit before it has said." for n in range(day)))
        made.sees(crawl, PAGE, start + timedelta(days=day), title=f"Version {day}", lines=lines)
    made.end(crawl, start + timedelta(days=VERSIONS))
    made.close()


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def words(folder: Path) -> list[str]:
    """Words that stand in the archive's headlines."""
    with sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True) as connection:
        titles = connection.execute("SELECT title FROM extraction WHERE title IS NOT NULL ORDER BY id LIMIT 3000")
        found = {word.lower() for (title,) in titles for word in re.findall(r"\w{4,}", title)}
    return sorted(found)


def start(folder: Path) -> tuple[subprocess.Popen[str], str, float]:
    """The server, its address, and the seconds until it answered."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "--archive", str(folder), "serve", "--port", "0"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    address = re.search(r"http://\S+", process.stderr.readline())
    assert address is not None
    host = urlsplit(address[0]).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", "/static/style.css")
    connection.getresponse().read()
    return process, host, time.perf_counter() - began


def asked(chance: random.Random, known: list[str]) -> Iterator[tuple[str, str]]:
    """What a reader looks at, one after the other."""
    while True:
        yield "home", "/"
        yield "page", f"/page?url={quote(PAGE, safe='')}"
        yield "search", f"/search?q={quote(' '.join(chance.sample(known, 2)))}"


def read(host: str, known: list[str], seed: int, until: float, times: dict[str, list[float]]) -> None:
    connection = http.client.HTTPConnection(host, timeout=60)
    for kind, path in asked(random.Random(seed), known):
        if time.monotonic() > until:
            return
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        times[kind].append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, (path, answer.status, body[:500])
        times[f"{kind} kB"].append(len(body) / 1000)


def write(folder: Path, stop: threading.Event) -> None:
    with sqlite3.connect(folder / "archive.db", timeout=60) as connection:
        while not stop.wait(0.1):
            connection.execute("UPDATE run SET reached = reached + 1 WHERE id = 1")
            connection.commit()


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--readers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--writing", action="store_true")
    given = parser.parse_args()
    forty_versions(given.archive)
    known = words(given.archive)
    process, host, seconds = start(given.archive)
    print(f"start-up: {seconds:.2f} s until the first answer")
    times: dict[str, list[float]] = defaultdict(list)
    read(host, known, 0, time.monotonic() + 3, defaultdict(list))
    stop = threading.Event()
    if given.writing:
        threading.Thread(target=write, args=(given.archive, stop), daemon=True).start()
    spent, until = cpu_seconds(process.pid), time.monotonic() + given.seconds
    readers = [threading.Thread(target=read, args=(host, known, n + 1, until, times)) for n in range(given.readers)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    stop.set()
    spent = cpu_seconds(process.pid) - spent
    process.terminate()
    process.wait()
    for kind in KINDS:
        some = sorted(times[kind])
        cuts = statistics.quantiles(some, n=100)
        print(
            f"{kind:7} {len(some):6,} answers  p50 {cuts[49]:7.1f} ms  p95 {cuts[94]:7.1f} ms  max {some[-1]:7.1f} ms  "
            f"at most {max(times[f'{kind} kB']):.0f} kB"
        )
    answers = sum(len(times[kind]) for kind in KINDS)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{spent / answers * 1000:.1f} ms of processor time an answer; the machine's load was {load}")


if __name__ == "__main__":
    main()
