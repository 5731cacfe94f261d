"""KEEP: the database, the WARC files, and everything that is asked of them.

`from storage import Archive` is the whole of it for a reader: see docs/library.md.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.archive import Archive
    from storage.search.request import Search

__all__ = ["Archive", "Search"]

# They are loaded when they are asked for: every room imports this package, and few need the archive.
_PLACES = {"Archive": "storage.archive", "Search": "storage.search.request"}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
