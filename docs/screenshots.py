"""Makes docs/screenshots/*.png: the demo is crawled into a temporary archive, served, and looked at.

    python docs/screenshots.py [--archive DIR]

It needs playwright and a Chromium at /usr/bin/chromium. With --archive an archive that `demo` has made before is shown.
"""

import argparse
import contextlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright
from png import smaller

from storage.archive import Archive
from storage.change_entries import changes

OUT = Path(__file__).parent / "screenshots"
BACKISSUE = (sys.executable, "-m", "cli.main")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESK, PHONE = (1120, 700), (360, 640)


@contextlib.contextmanager
def served(archive: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [*BACKISSUE, "--archive", str(archive), "serve", "--port", "0", "--read-only"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    found = re.search(r"http://\S+", said)
    if found is None:
        sys.exit(said)
    yield found[0].rstrip("/")
    process.terminate()
    process.wait(20)


def shots(archive: Path) -> list[tuple[str, str, tuple[int, int], str]]:
    """Name, path, size of the window, and scheme of each."""
    opened = Archive.open(archive)
    # The page with the most edits, and the latest of them that says something else.
    latest = changes(opened, limit=200).entries
    counts = {one.url: sum(other.url == one.url for other in latest) for one in latest}
    page = max(counts, key=lambda url: counts[url])
    edit = next(one for one in latest if one.change.substantive)
    opened.close()
    url = quote(page, safe="")
    return [
        ("today", "/", DESK, "light"),
        ("today-phone", "/", PHONE, "dark"),
        ("page", f"/page?url={url}", DESK, "light"),
        ("snapshot", f"/snapshots/{edit.new}?cut=1", DESK, "light"),
        ("compare", f"/compare?from={edit.old}&to={edit.new}", DESK, "light"),
        ("side-by-side", f"/compare?from={edit.old}&to={edit.new}&view=side", DESK, "dark"),
        ("search", "/search?q=harbor", DESK, "light"),
        ("source", "/sources/ledger", DESK, "light"),
    ]


def take(archive: Path) -> None:
    OUT.mkdir(exist_ok=True)
    with served(archive) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        for name, path, (width, height), scheme in shots(archive):
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(address + path)
            (OUT / f"{name}.png").write_bytes(smaller(page.screenshot()))
            page.close()
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--archive", type=Path)
    given = parser.parse_args().archive
    if given is not None:
        take(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "demo"
        subprocess.run([*BACKISSUE, "--archive", str(archive), "demo"], check=True, stdout=subprocess.DEVNULL)
        take(archive)


if __name__ == "__main__":
    main()
