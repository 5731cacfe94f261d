"""Two versions of a page compared, and what the archive has worked out to have changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from storage import comparable, one_snapshot, page_history, withholding
from storage.change_tables import ChangeRow
from storage.clock import iso
from storage.compare import Change, Comparison, change_of, compare
from storage.compare.as_html import fragment
from storage.errors import PageNotFound, UsageError
from storage.finding import is_id, must_know, page_of
from storage.moments import moment
from storage.page_history import NoSuchVersion, stored_change
from storage.snapshot_views import SnapshotView
from storage.tables import AliasRow, FrontierRow, PageRow, SnapshotRow, SourceRow
from storage.urls import key

__all__ = ["Changed", "Diff", "NoSuchVersion", "OneVersion", "between", "changes", "diff", "stored_change"]

YEAR_DIGITS = 4


class OneVersion(UsageError):
    """A page has one snapshot, so there is nothing to compare it with."""

    def __init__(self, url: str, only: SnapshotView, due: datetime | None):
        when = f"the next visit is due {iso(due)}" if due else "no further visit is planned"
        super().__init__(
            f"{url} has one snapshot, number {only.snapshot} of {iso(only.captured_at)}, and nothing to compare it "
            f"with; {when}. `backissue archive` visits it now."
        )


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

    def _repr_html_(self) -> str:
        return fragment(self.comparison, summary=self.change.summary)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return list(value) if isinstance(value, tuple) else value


def diff(connection: Connection, url: str, since: str | None, until: str | None, now: datetime) -> Diff:
    """Compare two versions of a page, its last two where none is named, or a page with another one (a URL).

    Raises PageNotFound, NoSuchVersion, OneVersion, NotADate; and Withheld, where one of the two that were named is, or
    all but one.
    """
    page = page_of(connection, url)
    views = page_history.views(connection, page, url)
    if not views:
        raise PageNotFound(url)
    hidden = [one.snapshot for one in withholding.snapshots_of(connection, page)]
    if since is not None and "://" in since:
        old, new = views[-1], one_snapshot.one(connection, since)
    elif since is None:
        _must_be_two(connection, url, views, hidden)
        old, new = views[-2], views[-1]
    else:
        if not since.isdecimal():
            _must_be_two(connection, url, views, hidden)
        old, new = (_pick(connection, views, hidden, url, what, now) for what in (since, until or "latest"))
    return between(connection, old, new)


def between(connection: Connection, old: SnapshotView, new: SnapshotView) -> Diff:
    """Compare any two snapshots, of one page or of two; in renditions of one version where they have such."""
    made = comparable.renditions_of(connection, [old.snapshot, new.snapshot])
    pair = comparable.same_version(made[old.snapshot], made[new.snapshot])
    both = pair or (old.rendition_id, new.rendition_id)
    ours, theirs = (comparable.version(connection, rendition) for rendition in both)
    made_of = compare(ours, theirs)
    return Diff(
        old=old, new=new, comparison=made_of, change=change_of(made_of, ours, theirs), same_version=pair is not None
    )


def _must_be_two(connection: Connection, url: str, views: Sequence[SnapshotView], hidden: Sequence[int]) -> None:
    if len(views) > 1:
        return
    for snapshot in hidden:
        withholding.must_show_snapshot(connection, snapshot)
    raise OneVersion(url, views[0], _due(connection, url))


def _pick(
    connection: Connection, views: Sequence[SnapshotView], hidden: Sequence[int], url: str, what: str, now: datetime
) -> SnapshotView:
    if what in ("first", "latest"):
        return views[0] if what == "first" else views[-1]
    # Four digits are a year as well; a page's own snapshot of that number is meant first.
    if is_id(what) and (int(what) in hidden or any(view.snapshot == int(what) for view in views)):
        if int(what) in hidden:
            withholding.must_show_snapshot(connection, int(what))
        found = [view for view in views if view.snapshot == int(what)]
    elif is_id(what) and len(what) != YEAR_DIGITS:
        found = []
    else:
        until = moment(what, now)
        found = [view for view in views if view.captured_at <= until]
    if not found:
        raise NoSuchVersion(url, what, views[0].captured_at)
    return found[-1]


def _due(connection: Connection, url: str) -> datetime | None:
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
    connection: Connection,
    *,
    since: datetime | None = None,
    substantive: bool = False,
    headline: bool = False,
    stealth: bool = False,
    source: str | None = None,
    until: datetime | None = None,
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
    if until is not None:
        query = query.where(ChangeRow.captured_at <= until)
    columns = (ChangeRow.substantive, ChangeRow.headline, ChangeRow.stealth)
    for wanted, column in zip((substantive, headline, stealth), columns, strict=True):
        if wanted:
            query = query.where(column)
    if source is not None:
        query = query.join(SourceRow, SourceRow.id == PageRow.source_id).where(SourceRow.name == source)
    if not flips:
        query = query.where(ChangeRow.returns_to.is_(None))
    if source is not None:
        must_know(connection, source)
    told = 0
    for row in connection.execution_options(yield_per=500).execute(query):
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
