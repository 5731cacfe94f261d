"""Speed of a first crawl, as a share of the ceiling: trafilatura alone on the same pages, in a pool of processes.

    python bench/crawl.py [--pages DIR] [--count N] [--rounds N]

DIR holds pages as `*.html.gz`, at any depth; without it made-up pages are used. They are served gzipped from the
loopback by a process of its own. Timed in turn, process start-up included: trafilatura alone, the product's reading
alone (extraction and cleaning) in the same pool, and the crawl. The ratios of each round are printed: the machine's
speed drifts, they do not.
"""

import argparse
import asyncio
import gzip
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import trafilatura

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipelines.page import PageBytes  # noqa: E402 - the folder is no installed package
from pipelines.reading import read  # noqa: E402

WORKERS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
SENTENCE = "The harbour office counted {n} boats on the morning of the storm, and none was lost by evening. "


def made_up(count: int) -> list[bytes]:
    pages = []
    for n in range(count):
        paragraphs = "".join(f"<p>{SENTENCE.format(n=n * 31 + k) * 4}</p>" for k in range(20))
        menu = "".join(f"<li><a href='/section/{k}'>Section {k}</a></li>" for k in range(200))
        head = f"<title>Storm report {n}</title><meta name=author content='A. Writer'>"
        html = f"<html><head>{head}</head><body><ul>{menu}</ul><h1>Storm report {n}</h1>{paragraphs}</body></html>"
        pages.append(gzip.compress(html.encode()))
    return pages


def serve(pages: Sequence[bytes], port: "multiprocessing.Queue[int]") -> None:
    """Answers /story/N-of-the-day and /sitemap.xml until it is killed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                if path.startswith("/story/"):
                    body, more = pages[int(path[7:].split("-")[0])], "Content-Encoding: gzip\r\n"
                elif path == "/sitemap.xml":
                    body, more = sitemap, ""
                else:
                    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                    continue
                kind = "application/xml" if path.endswith(".xml") else "text/html"
                start = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
                writer.write(start.encode() + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        nonlocal sitemap
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        number = server.sockets[0].getsockname()[1]
        urls = "".join(
            f"<url><loc>http://127.0.0.1:{number}/story/{n}-of-the-day</loc></url>" for n in range(len(pages))
        )
        sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
        port.put(number)
        await server.serve_forever()

    sitemap = b""
    asyncio.run(main())


def one(page: bytes) -> None:
    trafilatura.bare_extraction(gzip.decompress(page), include_comments=False, with_metadata=True)


def one_read(page: bytes) -> None:
    read(
        PageBytes(
            url="https://example.org/story", body=page, content_encoding="gzip", content_type="text/html",
            truncated=False,
        )
    )  # fmt: skip


def ceiling(pages: Sequence[bytes], reader: Callable[[bytes], None]) -> float:
    """Seconds that a reader alone takes."""
    began = time.perf_counter()
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(reader, pages, chunksize=4))
    return time.perf_counter() - began


def crawl(port: int) -> tuple[float, int]:
    """Seconds that a first crawl takes, and how many pages it took up."""
    with tempfile.TemporaryDirectory() as folder:
        home = f"http://127.0.0.1:{port}"
        # The limits per host are lifted: what is measured is ours, not a guest's manners.
        (Path(folder) / "sources.toml").write_text(
            f'[sources.bench]\nhome = "{home}/"\nsitemaps = ["{home}/sitemap.xml"]\n'
            "delay = 0\nconcurrency = 16\nmax_age_days = 0\nallow_private = true\n"
        )
        began = time.perf_counter()
        command = [sys.executable, "-c", "from cli.main import main; main()", "--archive", folder, "crawl", "--json"]
        done = subprocess.run(command, capture_output=True, cwd=ROOT, check=False)
        return time.perf_counter() - began, done.stdout.count(b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, help="folder of *.html.gz")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.pages:
        files = sorted(given.pages.rglob("*.html.gz"))
        step = max(1, len(files) // given.count)
        pages = [gzip.compress(gzip.decompress(f.read_bytes()), 6) for f in files[::step][: given.count]]
    else:
        pages = made_up(given.count)
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(pages, port), daemon=True)
    server.start()
    number = port.get(timeout=30)
    of_trafilatura, of_reading = [], []
    for round_ in range(given.rounds):
        alone, reading = ceiling(pages, one), ceiling(pages, one_read)
        ours, taken = crawl(number)
        of_trafilatura.append(alone / ours)
        of_reading.append(reading / ours)
        rates = (len(pages) / alone, len(pages) / reading, taken / ours)
        print(  # noqa: T201 - a benchmark's output
            "round {}: trafilatura alone {:.1f}/s, reading alone {:.1f}/s, crawl {:.1f}/s ({} pages), ratio {:.2f}, "
            "to reading alone {:.2f}".format(round_ + 1, *rates, taken, of_trafilatura[-1], of_reading[-1])
        )
    print(  # noqa: T201
        f"median ratio {statistics.median(of_trafilatura):.2f}, to reading alone {statistics.median(of_reading):.2f}"
    )
    server.kill()


if __name__ == "__main__":
    main()
