"""KEEP: the database, the WARC files, and everything that is asked of them.

from storage import Archive

with Archive.open("archive") as archive:
    snapshots, events = archive.history("https://www.example.org/some/article")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.archive import Archive as Archive


def __getattr__(name: str) -> Any:
    # Every worker process imports this room, and few of them read an archive.
    if name == "Archive":
        from storage.archive import Archive

        return Archive
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
