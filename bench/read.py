"""CPU time that reading a page takes, as a multiple of trafilatura's alone on the same page.

    python bench/read.py [--pages DIR] [--count N] [--rounds N]

DIR holds pages as `*.html.gz`, at any depth; without it made-up pages are used. Every page is read by the one and then
by the other, in one process, in turn which of them goes first. Printed is each round's ratio and CPU time a page: the
machine's speed drifts from round to round, the ratio does not.
"""

import argparse
import gc
import gzip
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import trafilatura

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.crawl import made_up  # noqa: E402 - the folder is no installed package
from pipelines.page import PageBytes  # noqa: E402
from pipelines.reading import read  # noqa: E402

URL = "https://example.org/2031/03/12/story"


def plain(body: bytes) -> None:
    trafilatura.bare_extraction(body, include_comments=False, with_metadata=True)


def product(body: bytes) -> None:
    read(PageBytes(url=URL, body=body, content_encoding=None, content_type="text/html", truncated=False))


def one_round(pages: Sequence[bytes]) -> tuple[float, float]:
    """CPU seconds of (trafilatura alone, the product)."""
    spent = {plain: 0.0, product: 0.0}
    for number, body in enumerate(pages):
        order = (plain, product) if number % 2 else (product, plain)
        for reader in order:
            start = time.process_time()
            reader(body)
            spent[reader] += time.process_time() - start
    return spent[plain], spent[product]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, help="folder of pages, *.html.gz")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if arguments.pages:
        paths = sorted(arguments.pages.rglob("*.html.gz"))
        if not paths:
            parser.error(f"{arguments.pages} holds no *.html.gz: name a folder of pages")
        # The same choice every time, from all folders.
        chosen = random.Random(0).sample(paths, min(arguments.count, len(paths)))
        pages = [gzip.decompress(path.read_bytes()) for path in chosen]
    else:
        pages = [gzip.decompress(page) for page in made_up(arguments.count)]
    for body in pages[:5]:  # What is loaded or compiled once is no page's.
        plain(body)
        product(body)
    # Else trafilatura would be charged with looking for garbage in what the product has loaded.
    gc.collect()
    gc.freeze()
    ratios = []
    for _ in range(arguments.rounds):
        alone, ours = one_round(pages)
        ratios.append(ours / alone)
        print(  # noqa: T201 - a benchmark's output
            f"trafilatura alone {1000 * alone / len(pages):.1f} ms a page,"
            f" read {1000 * ours / len(pages):.1f} ms, ratio {ours / alone:.2f}"
        )
    print(f"{len(pages)} pages, median ratio {statistics.median(ratios):.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
