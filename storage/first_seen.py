"""When a phrase entered and left pages."""

from collections.abc import Iterable
from typing import Any

import attrs
from sqlalchemy import Connection

from storage import page_history
from storage.clock import iso
from storage.compare.words import words_of
from storage.errors import UsageError
from storage.finding import page_of
from storage.snapshot_views import SnapshotView, as_view, snapshots
from storage.tables import SnapshotRow


@attrs.frozen(kw_only=True)
class Seen:
    """When a phrase stood on a page."""

    url: str
    entered: SnapshotView
    left: SnapshotView | None
    """The first snapshot without it. None: it stands there still."""

    def as_json(self) -> dict[str, Any]:
        """The fields that `first-seen --json` prints."""
        left = self.left
        return {
            "url": self.url,
            "entered": {"snapshot": self.entered.snapshot, "captured_at": iso(self.entered.captured_at)},
            "left": {"snapshot": left.snapshot, "captured_at": iso(left.captured_at)} if left else None,
        }


def first_seen(connection: Connection, phrase: str, url: str | None = None) -> list[Seen]:
    """When a phrase entered and left pages' texts or headlines, the earliest first; case and kinds of quotation marks
    make no difference. Raises PageNotFound, and Withheld."""
    wanted = _folded(phrase)
    if not wanted.strip():
        raise UsageError("There is no word in the phrase to look for. Give one or more words.")
    pages: dict[str, list[SnapshotView]] = {}
    for view in _views(connection, url):
        pages.setdefault(view.canonical_url, []).append(view)
    seen = []
    for address, versions in pages.items():
        entered: SnapshotView | None = None
        for view in versions:
            has = wanted in _folded(f"{view.title or ''}\n{view.text}")
            if has and entered is None:
                entered = view
            elif not has and entered is not None:
                seen.append(Seen(url=address, entered=entered, left=view))
                entered = None
        if entered is not None:
            seen.append(Seen(url=address, entered=entered, left=None))
    return sorted(seen, key=lambda one: (one.entered.captured_at, one.entered.snapshot))


def _views(connection: Connection, url: str | None) -> Iterable[SnapshotView]:
    """A page's snapshots, or all, oldest first."""
    if url is not None:
        return page_history.views(connection, page_of(connection, url), url)
    query = snapshots(all_versions=True).order_by(SnapshotRow.captured_at, SnapshotRow.id)
    return map(as_view, connection.execution_options(yield_per=500).execute(query))


def _folded(text: str) -> str:
    return f" {' '.join(words_of(text).forms).casefold()} "
