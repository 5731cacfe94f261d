"""What happened to pages, as entries of a feed; their summaries come from the comparison."""

import hashlib
from datetime import datetime
from urllib.parse import quote

from storage.change_entries import ChangeEntry
from storage.clock import iso
from storage.compare import Change
from storage.entries import Entry as PageEntry
from storage.page_views import PageView, Version
from storage.search import Hit
from storage.takedown_entries import TakedownEntry
from storage.takedowns import Takedown
from web.feeds.atom import Entry
from web.wording import sign

_UNTITLED = "(no title)"


def new(one: PageEntry) -> Entry:
    """A page that was captured for the first time."""
    by = f" by {', '.join(one.authors)}" if one.authors else ""
    return _entry(
        "new", one.url, one.captured_at, title=one.title or _UNTITLED,
        summary=f"New: {one.words:,} words{by}, {_published(one.published_at)}.",
        link=f"/snapshots/{one.snapshot}", authors=one.authors, source=one.source,
    )  # fmt: skip


def change(one: ChangeEntry) -> Entry:
    """An edit."""
    title = one.title or _UNTITLED
    return _edit(one.url, one.captured_at, title, one.source, one.old, one.new, one.change)


def takedown(one: TakedownEntry) -> Entry:
    """A page that is gone, or was."""
    return _gone(
        one.url, one.title, one.source, sign_=one.sign, suspected_at=one.suspected_at, confirmed_at=one.confirmed_at,
        back_at=one.back_at,
    )  # fmt: skip


def hit(one: Hit) -> Entry:
    """A snapshot that a search has found."""
    view = one.view
    return _entry(
        "found", view.canonical_url, view.captured_at, title=view.title or _UNTITLED, summary=one.snippet.text,
        link=f"/snapshots/{view.snapshot}", authors=view.authors, source=view.source,
    )  # fmt: skip


def of_page(page: PageView) -> list[Entry]:
    """A page's versions and takedowns."""
    gone = [_of_takedown(page, one) for one in page.takedowns]
    return [*(_version(page, one) for one in page.versions), *gone]


def _version(page: PageView, one: Version) -> Entry:
    title = one.title or _UNTITLED
    if one.change is not None and one.before is not None:
        return _edit(page.url, one.captured_at, title, page.source, one.before, one.snapshot, one.change)
    what = "First captured" if one.before is None else "Captured again"
    return _entry(
        "new" if one.before is None else "captured",
        page.url,
        one.captured_at,
        title=title,
        summary=f"{what}: {one.words:,} words.",
        link=f"/snapshots/{one.snapshot}",
        source=page.source,
    )


def _of_takedown(page: PageView, one: Takedown) -> Entry:
    return _gone(
        page.url, page.title, page.source, sign_=one.sign, suspected_at=one.suspected_at,
        confirmed_at=one.confirmed_at, back_at=one.back_at,
    )  # fmt: skip


def _edit(
    url: str, at: datetime, title: str, source: str | None, old: int, new_: int, made: Change
) -> Entry:  # fmt: skip
    kind = "edited without a new modified date" if made.stealth else "edited"
    words = f"+{made.words_added:,} −{made.words_removed:,} words"
    return _entry(
        "edited", url, at, title=f"{title} ({kind})", summary=f"{made.summary} ({words})",
        link=f"/compare?from={old}&to={new_}", source=source, more=sorted(made.kinds),
    )  # fmt: skip


def _gone(
    url: str, title: str | None, source: str | None, *, sign_: str, suspected_at: datetime,
    confirmed_at: datetime | None, back_at: datetime | None,
) -> Entry:  # fmt: skip
    state = "back" if back_at else "gone" if confirmed_at else "perhaps gone"
    said = f"It {sign(sign_)}, since {iso(suspected_at)}"
    said += f"; confirmed {iso(confirmed_at)}" if confirmed_at else "; no second visit has confirmed it"
    said += f"; back since {iso(back_at)}." if back_at else "."
    return _entry(
        "gone",
        url,
        suspected_at,
        title=f"{title or url} ({state})",
        summary=said,
        link=f"/page?url={quote(url, safe='')}",
        source=source,
        updated=max(at for at in (suspected_at, confirmed_at, back_at) if at is not None),
    )


def _entry(
    kind: str, url: str, at: datetime, *, title: str, summary: str, link: str, source: str | None,
    authors: tuple[str, ...] = (), updated: datetime | None = None, more: list[str] | None = None,
) -> Entry:  # fmt: skip
    # The page and the moment name it, and not our numbers, which another database of the same captures need not have.
    digest = hashlib.sha256(f"{url}\n{at.isoformat()}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Entry(
        name=f"{kind}/{digest}", title=title, summary=summary, at=at, updated=updated or at, link=link, original=url,
        authors=authors, categories=[kind, *([source] if source else []), *(more or [])],
    )  # fmt: skip


def _published(at: datetime | None) -> str:
    return f"published {iso(at)}" if at else "without a date of its own"
