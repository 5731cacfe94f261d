"""Disks that are full, locked or not there: the run ends with its cause on one line, and the next goes on."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.database import migrate, open_engine

POLITE = "delay = 0\nconcurrency = 8\nmax_age_days = 0\nallow_private = true\n"
PAGES = 40


@pytest.fixture
def small_disk() -> Iterator[Callable[[Path, int], None]]:
    """Mounts a disk of so many KiB on a folder; called again, it changes the size. Only root can."""
    mounted: list[Path] = []

    def mount(folder: Path, kib: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        options = f"size={kib}k" if folder not in mounted else f"remount,size={kib}k"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
        if folder not in mounted:
            mounted.append(folder)

    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a disk")
    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def source(site: Any, backissue: Any, tmp_path: Path) -> None:
    site.pages = PAGES
    text = f'[sources.brackwater]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\n{POLITE}'
    (tmp_path / "sources.toml").write_text(text, encoding="utf-8")


def use(source: Path, archive: Path) -> None:
    archive.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "sources.toml", archive)


def make_database(archive: Path) -> None:
    engine = open_engine(archive / "archive.db", write=True)
    migrate(engine)
    engine.dispose()


def what_rows_refer_to_is_whole(archive: Path) -> int:
    """Checks every record that a row refers to; returns how many there are."""
    with sqlite3.connect(archive / "archive.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute(
            "SELECT name, offset, length, sha256 FROM record JOIN warc_file ON warc_file.id = file_id"
        ).fetchall()
    for name, offset, length, digest in rows:
        with (archive / "warc" / name).open("rb") as file:
            file.seek(offset)
            assert hashlib.sha256(file.read(length)).digest() == digest
    for file in (archive / "warc").glob("*.warc.gz"):
        subprocess.run([Path(sys.executable).parent / "warcio", "check", file], check=True)
    return len(rows)


def fails_with_one_cause(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if any(word in line for word in words)]
    assert len(lines) == 1, done.stderr


def goes_on_to_the_end(site: Any, backissue: Any) -> None:
    done = backissue("crawl", "--json")
    assert done.returncode == 0, done.stderr
    what_rows_refer_to_is_whole(backissue.archive)
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        found = connection.execute("SELECT alias.url FROM snapshot JOIN alias ON alias.id = alias_id").fetchall()
        left = connection.execute("SELECT count(*) FROM frontier WHERE state <> 'done'").fetchone()
    assert sorted(found) == sorted((site.url(f"/story/{n}-of-the-day"),) for n in range(PAGES))
    assert left == (0,)
    for run in backissue.json("status", "--json")[0]["runs"]:
        assert run["taken_up"] == sum(run["outcomes"].values())


def test_a_full_disk_under_the_warc_files_ends_the_run_and_the_next_goes_on(
    site: Any, backissue: Any, source: None, tmp_path: Path, small_disk: Callable[[Path, int], None]
) -> None:
    use(tmp_path, backissue.archive)
    small_disk(backissue.archive / "warc", 32)
    done = backissue("crawl", "--json")
    fails_with_one_cause(done, "No space left on device")
    assert "free the disk and run the same command again" in done.stderr
    run = backissue.json("status", "--json")[0]["runs"][0]
    assert run["state"] == "failed"
    assert "No space left" in run["error"]
    assert run["taken_up"] == sum(run["outcomes"].values()) == len(done.stdout.splitlines())
    assert run["taken_up"] < PAGES
    what_rows_refer_to_is_whole(backissue.archive)
    small_disk(backissue.archive / "warc", 4096)
    goes_on_to_the_end(site, backissue)


def test_a_full_disk_under_the_database_ends_the_run_and_the_next_goes_on(
    site: Any, backissue: Any, source: None, tmp_path: Path, small_disk: Callable[[Path, int], None]
) -> None:
    small_disk(backissue.archive, 4096)
    use(tmp_path, backissue.archive)
    make_database(backissue.archive)
    disk = os.statvfs(backissue.archive)
    # Room for the beginning of a run, not for forty articles.
    small_disk(backissue.archive, (disk.f_blocks - disk.f_bfree) * disk.f_frsize // 1024 + 160)
    (tmp_path / "warc").mkdir()
    (backissue.archive / "warc").symlink_to(tmp_path / "warc")
    done = backissue("crawl", "--json")
    fails_with_one_cause(done, "The database failed", "No space left", "disk")
    small_disk(backissue.archive, 16384)
    what_rows_refer_to_is_whole(backissue.archive)
    goes_on_to_the_end(site, backissue)


def test_a_database_that_another_process_holds_ends_the_run_and_the_next_goes_on(
    site: Any, backissue: Any, source: None, tmp_path: Path
) -> None:
    use(tmp_path, backissue.archive)
    make_database(backissue.archive)
    holder = sqlite3.connect(backissue.archive / "archive.db", check_same_thread=False, isolation_level=None)

    def hold() -> None:
        while not any(path.startswith("/story/") for path in site.hits):
            time.sleep(0.01)
        while True:
            try:
                holder.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                time.sleep(0.001)

    holding = threading.Thread(target=hold)
    holding.start()
    words = backissue.args("crawl", "--json")
    # The command as it is, but for how long it waits for a lock.
    words[2] = f"import storage.database\nstorage.database.BUSY_TIMEOUT_SECONDS = 1\n{words[2]}"
    done = subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)
    holding.join()
    holder.execute("ROLLBACK")
    holder.close()
    fails_with_one_cause(done, "database is locked")
    goes_on_to_the_end(site, backissue)


@pytest.mark.parametrize(
    "what", ["file above", "proc", "folder for database", "no database", "file for warc", "read-only"]
)
def test_a_folder_that_cannot_hold_an_archive_is_one_line(
    backissue: Any, tmp_path: Path, what: str, request: pytest.FixtureRequest
) -> None:
    archive = tmp_path / "archive"
    if what == "file above":
        (tmp_path / "file").write_text("")
        archive = tmp_path / "file" / "archive"
    elif what == "proc":
        archive = Path("/proc/backissue")
    elif what == "folder for database":
        (archive / "archive.db").mkdir(parents=True)
    elif what == "no database":
        archive.mkdir()
        (archive / "archive.db").write_text("This is no database, and long enough to be told from an empty one. " * 20)
    elif what == "file for warc":
        archive.mkdir()
        (archive / "warc").write_text("")
    else:
        request.getfixturevalue("small_disk")(archive, 1024)
        subprocess.run(["mount", "-o", "remount,ro", str(archive)], check=True)
    backissue.archive = archive
    done = backissue("archive", "http://nowhere.invalid/")
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stderr.startswith("backissue: ")
