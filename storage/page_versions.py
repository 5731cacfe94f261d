"""Reads a page over time: two of its versions compared, its changes, and when each sentence came in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from storage import comparable, database, withholding
from storage.change_tables import ChangeRow
from storage.clock import Clock, iso
from storage.compare import Change, Comparison, change_of, compare
from storage.compare.sentences import sentence_starts
from storage.compare.words import words_of
from storage.errors import PageNotFound, UsageError
from storage.finding import is_id, must_know, page_of
from storage.snapshot_views import SnapshotView, as_view, snapshots
from storage.tables import AliasRow, FrontierRow, PageRow, SnapshotRow, SourceRow
from storage.urls import key
from storage.withholding import visible_snapshot

if TYPE_CHECKING:
    from storage.archive import Archive


class NoSuchVersion(UsageError):
    """A page has no snapshot of that name or by that time."""

    def __init__(self, url: str, when: str, first: datetime):
        super().__init__(
            f"{url} has no snapshot {when!r}: the first was captured {iso(first)}. Give a date, a snapshot's number, "
            "`first`, `latest` or `yesterday`; `backissue history` lists what there is."
        )


class OneVersion(UsageError):
    """A page has one snapshot, so there is nothing to compare it with."""

    def __init__(self, url: str, only: SnapshotView, due: datetime | None):
        when = f"the next visit is due {iso(due)}" if due else "no further visit is planned"
        super().__init__(
            f"{url} has one snapshot, number {only.snapshot} of {iso(only.captured_at)}, and nothing to compare it "
            f"with; {when}. `backissue archive` visits it now."
        )


class NotADate(UsageError):
    """What was given is no time."""

    def __init__(self, given: str):
        super().__init__(f"{given!r} is no date. Write 2026-01-03, 2026-01-03T18:00, `today` or `yesterday`.")


@attrs.frozen(kw_only=True)
class Diff:
    """Two versions and what differs."""

    old: SnapshotView
    new: SnapshotView
    comparison: Comparison
    change: Change
    same_version: bool
    """Both are renditions of one version. Else a difference may be ours, and two pages of two sites may well be."""

    def as_json(self) -> dict[str, Any]:
        """`from`, `to`, `fields`, `hunks`, `moves` and `summary`."""
        return {
            "from": {"snapshot": self.old.snapshot, "captured_at": iso(self.old.captured_at), "url": self.old.url},
            "to": {"snapshot": self.new.snapshot, "captured_at": iso(self.new.captured_at), "url": self.new.url},
            "fields": [
                {"field": one.field, "old": _plain(one.old), "new": _plain(one.new)} for one in self.comparison.fields
            ],
            "hunks": [hunk.as_json() for hunk in self.comparison.hunks],
            "moves": [move.as_json() for move in self.comparison.moves],
            "summary": self.change.summary,
            "substantive": self.change.substantive,
            "stealth": self.change.stealth,
            "same_version": self.same_version,
        }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return list(value) if isinstance(value, tuple) else value


def moment(given: str, now: datetime) -> datetime:
    """The end of what was given: a day, or a time (UTC unless it says otherwise). Raises NotADate."""
    days = {"today": 0, "yesterday": 1}
    if given in days:
        return _end(now.date() - timedelta(days[given]))
    try:
        if len(given) == 10:
            return _end(date.fromisoformat(given))
        when = datetime.fromisoformat(given)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotADate(given) from error


def _end(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999999, tzinfo=UTC)


def beginning(given: str, now: datetime) -> datetime:
    """The beginning of what was given. Raises NotADate."""
    end = moment(given, now)
    return end.replace(hour=0, minute=0, second=0, microsecond=0) if "T" not in given and " " not in given else end


def diff(archive: "Archive", url: str, since: str | None = None, until: str | None = None) -> Diff:
    """Compare two versions of a page, its last two where none is named, or a page with another one (a URL).

    Raises PageNotFound, NoSuchVersion, OneVersion, NotADate; and Withheld, where one of the two that were named is, or
    all but one.
    """
    views = [view for view, _ in archive.history(url)[0]]
    if not views:
        raise PageNotFound(url)
    if since is not None and "://" in since:
        old, new = views[-1], archive.snapshot(since)
    elif since is None:
        _must_be_two(archive, url, views)
        old, new = views[-2], views[-1]
    else:
        if not since.isdecimal():
            _must_be_two(archive, url, views)
        old, new = (_pick(archive, views, url, what) for what in (since, until or "latest"))
    with database.reading(archive.engine) as connection:
        return between(connection, old, new)


def memento_at(connection: Connection, url: str, when: datetime) -> SnapshotView:
    """A page's newest snapshot at a time, of those that readers are shown.

    Raises PageNotFound, Withheld, NoSuchVersion, and ValueError for a time without a zone.
    """
    if when.tzinfo is None:
        raise ValueError(f"{when!r} has no time zone. Give an aware datetime, such as one with `tzinfo=UTC`.")
    page = page_of(connection, url)
    of_page = (
        select(SnapshotRow.id, SnapshotRow.captured_at)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .where(AliasRow.page_id == page, visible_snapshot())
    )
    newest = of_page.order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc()).limit(1)
    found = connection.execute(newest.where(SnapshotRow.captured_at <= when)).first()
    if found is None:
        first = connection.execute(of_page.order_by(SnapshotRow.captured_at).limit(1)).first()
        if first is None:
            raise withholding.none_to_show(connection, page, url) or PageNotFound(url)
        raise NoSuchVersion(url, when.isoformat(), first.captured_at)
    return as_view(connection.execute(snapshots(all_versions=True).where(SnapshotRow.id == found.id)).one())


def between(connection: Connection, old: SnapshotView, new: SnapshotView) -> Diff:
    """Compare two snapshots, in renditions of one version where they have such."""
    made = comparable.renditions_of(connection, [old.snapshot, new.snapshot])
    pair = comparable.same_version(made[old.snapshot], made[new.snapshot])
    both = pair or (old.rendition_id, new.rendition_id)
    ours, theirs = (comparable.version(connection, rendition) for rendition in both)
    made_of = compare(ours, theirs)
    return Diff(
        old=old, new=new, comparison=made_of, change=change_of(made_of, ours, theirs), same_version=pair is not None
    )


def _must_be_two(archive: "Archive", url: str, views: list[SnapshotView]) -> None:
    if len(views) > 1:
        return
    for hidden in archive.withheld_of(url):
        archive.must_show(hidden.snapshot)
    raise OneVersion(url, views[0], _due(archive, url))


def _pick(archive: "Archive", views: list[SnapshotView], url: str, what: str) -> SnapshotView:
    if what in ("first", "latest"):
        return views[0] if what == "first" else views[-1]
    if is_id(what):
        if any(int(what) == hidden.snapshot for hidden in archive.withheld_of(url)):
            archive.must_show(int(what))
        found = [view for view in views if view.snapshot == int(what)]
    else:
        until = moment(what, Clock().now())
        found = [view for view in views if view.captured_at <= until]
    if not found:
        raise NoSuchVersion(url, what, views[0].captured_at)
    return found[-1]


def _due(archive: "Archive", url: str) -> datetime | None:
    with database.reading(archive.engine) as connection:
        query = select(FrontierRow.due_at).where(FrontierRow.key == key(url), FrontierRow.due_at.is_not(None))
        due: datetime | None = connection.execute(query.order_by(FrontierRow.due_at).limit(1)).scalar()
        return due


@attrs.frozen(kw_only=True)
class Changed:
    """A change that the archive has worked out."""

    url: str
    """The page's."""
    old: int
    old_captured_at: datetime
    new: int
    new_captured_at: datetime
    returns_to: int | None
    """The earlier snapshot that it goes back to."""
    change: Change

    def as_json(self) -> dict[str, Any]:
        """The fields that `changes --json` prints."""
        return {
            "url": self.url,
            "from": {"snapshot": self.old, "captured_at": iso(self.old_captured_at)},
            "to": {"snapshot": self.new, "captured_at": iso(self.new_captured_at)},
            "returns_to": self.returns_to,
            **self.change.as_json(),
        }


def changes(
    archive: "Archive",
    *,
    since: datetime | None = None,
    substantive: bool = False,
    headline: bool = False,
    stealth: bool = False,
    source: str | None = None,
    flips: bool = False,
    limit: int | None = None,
) -> Iterator[Changed]:
    """The changes, newest first; what goes back to an earlier text only with `flips`. None from or to a snapshot that
    is withheld. Raises SourceNotFound, and Withheld where the source is hidden."""
    old, old_alias, old_page = aliased(SnapshotRow), aliased(AliasRow), aliased(PageRow)
    query: Any = (
        select(*ChangeRow.__table__.columns, PageRow.url, old.captured_at.label("old_captured_at"))
        .join(SnapshotRow, SnapshotRow.id == ChangeRow.new_snapshot_id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .join(old, old.id == ChangeRow.old_snapshot_id)
        # A URL may have been split off since, so that the two are of two pages.
        .join(old_alias, old_alias.id == old.alias_id)
        .join(old_page, old_page.id == old_alias.page_id)
        .where(withholding.visible(), withholding.visible(old_page, old.id))
        .order_by(ChangeRow.captured_at.desc(), ChangeRow.id.desc())
    )
    if since is not None:
        query = query.where(ChangeRow.captured_at >= since)
    columns = (ChangeRow.substantive, ChangeRow.headline, ChangeRow.stealth)
    for wanted, column in zip((substantive, headline, stealth), columns, strict=True):
        if wanted:
            query = query.where(column)
    if source is not None:
        query = query.join(SourceRow, SourceRow.id == PageRow.source_id).where(SourceRow.name == source)
    if not flips:
        query = query.where(ChangeRow.returns_to.is_(None))
    with database.reading(archive.engine) as connection:
        if source is not None:
            must_know(connection, source)
        told = 0
        for row in connection.execute(query):
            # Nothing differs in renditions of one version: that was no edit.
            if not row.kinds and not row.redated:
                continue
            if limit is not None and told >= limit:
                return
            told += 1
            yield Changed(
                url=row.url, old=row.old_snapshot_id, old_captured_at=row.old_captured_at,
                new=row.new_snapshot_id, new_captured_at=row.captured_at, returns_to=row.returns_to,
                change=stored_change(row),
            )  # fmt: skip


def stored_change(row: Any) -> Change:
    """A change as its row has it."""
    return Change(**{field.name: getattr(row, field.name) for field in attrs.fields(Change)})


@attrs.frozen(kw_only=True)
class Sentence:
    """A sentence of a page's latest text, and when it came in."""

    text: str
    snapshot: int
    since: datetime

    def as_json(self) -> dict[str, Any]:
        """The fields that `blame --json` prints."""
        return {"text": self.text, "snapshot": self.snapshot, "since": iso(self.since)}


def blame(archive: "Archive", url: str) -> list[Sentence]:
    """For each sentence of the latest text the snapshot that had it first, without a break, as far as readers are shown
    them. Raises PageNotFound, and Withheld."""
    views = [view for view, _ in archive.history(url)[0]]
    latest = _sentences(views[-1].text)
    since = dict.fromkeys((form for form, _ in latest), views[-1])
    open_ones = set(since)
    for view in reversed(views[:-1]):
        open_ones &= {form for form, _ in _sentences(view.text)}
        for form in open_ones:
            since[form] = view
    return [Sentence(text=text, snapshot=since[form].snapshot, since=since[form].captured_at) for form, text in latest]


def _sentences(text: str) -> list[tuple[str, str]]:
    words = words_of(text)
    starts = sentence_starts(words)
    return [
        (" ".join(words.forms[a:b]), words.quote(a, b)) for a, b in zip(starts, [*starts[1:], len(words)], strict=True)
    ]


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


def first_seen(archive: "Archive", phrase: str, url: str | None = None) -> list[Seen]:
    """When a phrase entered and left pages' texts or headlines, the earliest first; case and kinds of quotation marks
    make no difference. Raises PageNotFound, and Withheld."""
    wanted = _folded(phrase)
    if not wanted.strip():
        raise UsageError("There is no word in the phrase to look for. Give one or more words.")
    pages: dict[str, list[SnapshotView]] = {}
    views = [v for v, _ in archive.history(url)[0]] if url else archive.snapshots(all_versions=True)
    for view in views:
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


def _folded(text: str) -> str:
    return f" {' '.join(words_of(text).forms).casefold()} "
