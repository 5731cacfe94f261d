"""Measures an export of everything as JSON Lines, as the command does it: snapshots a second, and the memory it takes.

    python bench/export.py --archive DIR [--snapshots 1000000] [--format jsonl]

Without an archive in DIR one is made up there first (`bench/made_up.py`), which takes a while. WARC and WACZ need an
archive with its WARC files.
"""

# ruff: noqa: T201 - a benchmark's output

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench import made_up  # noqa: E402 - the folder is no installed package
from storage.exporting.export import FORMATS  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--snapshots", type=int, default=1_000_000)
    parser.add_argument("--format", choices=FORMATS, default="jsonl")
    options = parser.parse_args()
    if not (options.archive / "archive.db").exists():
        made_up.build(options.archive, options.snapshots).dispose()
    with tempfile.TemporaryDirectory(dir=options.archive.parent) as folder:
        output = Path(folder) / "all"
        words = ["export", "--all-versions", "--format", options.format, "--output", str(output)]
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", "--archive", str(options.archive), *words],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        took = time.perf_counter() - began
        size = output.stat().st_size
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    rows = int(done.stderr.split(" ", 1)[0].replace(",", ""))
    cpu = used.ru_utime + used.ru_stime
    print(f"{rows:,} snapshots, {size / 1e9:.2f} GB, in {took:.1f} s: {rows / took:,.0f} a second")
    print(f"processor time {cpu:.1f} s, {cpu / rows * 1e6:.0f} microseconds a snapshot; load {os.getloadavg()[0]:.1f}")
    print(f"memory of the largest process: {used.ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
