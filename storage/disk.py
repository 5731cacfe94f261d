"""What the archive takes on the disk."""

import shutil
from pathlib import Path

import attrs

from storage.folder import Folder

# A WARC file grows to a gigabyte, and SQLite needs room beside the database to write at all.
LEAST_FREE = 2 * 1024**3


@attrs.frozen(kw_only=True)
class Disk:
    """Bytes by what they are for."""

    warc: int
    database: int
    """With its journal."""
    other: int
    free: int
    """Left on the disk of the WARC files."""

    @property
    def total(self) -> int:
        """All of the archive's folder."""
        return self.warc + self.database + self.other


def disk(folder: Folder) -> Disk:
    """What an archive's folder takes, and what is left."""
    sizes = {"warc": 0, "database": 0, "other": 0}
    for file in folder.path.rglob("*"):
        if file.is_file():
            sizes[_part(folder, file)] += _size(file)
    return Disk(**sizes, free=shutil.disk_usage(folder.warc if folder.warc.is_dir() else folder.path).free)


def _part(folder: Folder, file: Path) -> str:
    if folder.warc in file.parents:
        return "warc"
    return "database" if file.name.startswith(folder.database.name) else "other"


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # a crawl has removed its lock meanwhile
        return 0
