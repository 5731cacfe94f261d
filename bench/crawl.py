"""Speed of a first crawl, as a share of the ceiling: trafilatura alone on the same pages, in a pool of processes.

    python bench/crawl.py [--pages DIR] [--count N] [--rounds N]

DIR holds pages as `*.html.gz`, at any depth; without it made-up pages are used. They are served gzipped from the
loopback by a process of its own. Timed in turn, each as a program of its own from its start to its end: trafilatura
alone, the product's reading alone (extraction and cleaning) in the same pool, and the crawl. The ratios of each round
are printed: the machine's speed drifts, they do not.
"""

import argparse
import asyncio
import gzip
import importlib
import multiprocessing
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

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


def extract(page: bytes) -> None:
    import trafilatura

    trafilatura.bare_extraction(gzip.decompress(page), include_comments=False, with_metadata=True)


def read(page: bytes) -> None:
    from pipelines import page as pages
    from pipelines import reading

    reading.read(
        pages.PageBytes(
            url="https://example.org/story", body=page, content_encoding="gzip", content_type="text/html",
            truncated=False,
        )
    )  # fmt: skip


READERS: dict[str, tuple[str, Callable[[bytes], None]]] = {
    "trafilatura": ("trafilatura", extract),
    "reading": ("pipelines.ready", read),
}
"""What reads a page, and the module that is imported before the pool is forked, as the product does."""


def alone(name: str, file: Path) -> None:
    """What the program of a reader does that has nothing else to do."""
    module, reader = READERS[name]
    importlib.import_module(module)
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(reader, pickle.loads(file.read_bytes()), chunksize=4))


def ceiling(pages: Sequence[bytes], name: str) -> float:
    """Seconds that a reader's program takes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pages.pickle"
        file.write_bytes(pickle.dumps(pages))
        began = time.perf_counter()
        subprocess.run([sys.executable, __file__, "--alone", name, str(file)], check=True)
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
    parser.add_argument("--alone", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        alone(given.alone[0], Path(given.alone[1]))
        return
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
        extracting, reading = ceiling(pages, "trafilatura"), ceiling(pages, "reading")
        ours, taken = crawl(number)
        of_trafilatura.append(extracting / ours)
        of_reading.append(reading / ours)
        rates = (len(pages) / extracting, len(pages) / reading, taken / ours)
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
