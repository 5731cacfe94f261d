"""A page over time: its snapshots, what changed between them, and when it was gone or back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import attrs
from sqlalchemy import BindParameter, Connection, bindparam, select

from storage import comparable, compare, notebook, takedowns, withholding
from storage.change_tables import ChangeRow
from storage.clock import iso
from storage.errors import PageNotFound, UsageError
from storage.snapshot_views import SnapshotView, as_view, snapshots
from storage.tables import AliasRow, SnapshotRow, UTCDateTime
from storage.withholding import visible_snapshot

_CHANGE_FIELDS = tuple(field.name for field in attrs.fields(compare.Change))


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened to a page: `gone`, `back` or `withheld`."""

    event: str
    at: datetime
    status: int | None
    sign: str | None = None
    """Of `gone`: by what it was seen (`storage.takedowns.Sign`)."""
    confirmed_at: datetime | None = None
    """Of `gone`: when a second visit confirmed it. None: it is, or was, only suspected."""
    snapshot: int | None = None
    """Of `gone`: the last good one before. Of `withheld`: the one that is."""
    reason: str | None = None
    """Of `withheld`."""

    def as_json(self) -> dict[str, Any]:
        """As `history --json` prints it."""
        if self.event == "withheld":
            return {"event": self.event, "at": iso(self.at), "snapshot": self.snapshot, "reason": self.reason}
        fields: dict[str, Any] = {"event": self.event, "at": iso(self.at), "status": self.status}
        if self.event == "gone":
            fields |= {
                "sign": self.sign,
                "suspected": self.confirmed_at is None,
                "confirmed_at": iso(self.confirmed_at),
                "snapshot": self.snapshot,
            }
        return fields


class PageVersion(NamedTuple):
    """A snapshot of a page, and what has changed since the one before."""

    snapshot: SnapshotView
    change: compare.Change | None
    """None: it is the first, no version of Backissue has read both, or one in between is withheld."""


class History(NamedTuple):
    """A page over time."""

    versions: tuple[PageVersion, ...]
    """Oldest first."""
    events: tuple[Event, ...]

    def _repr_html_(self) -> str:
        return notebook.table(
            ("captured", "words", "title", "since the one before"),
            [
                (iso(one.captured_at), f"{one.words:,}", one.title, change.summary if change else None)
                for one, change in self.versions
            ],
        )


class NoSuchVersion(UsageError):
    """A page has no snapshot of that name or by that time."""

    def __init__(self, url: str, when: str, first: datetime):
        super().__init__(
            f"{url} has no snapshot {when!r}: the first was captured {iso(first)}. Give a date, a snapshot's number, "
            "`first`, `latest` or `yesterday`; `backissue history` lists what there is."
        )


_PAGE: BindParameter[int] = bindparam("page")
# Put together once: that takes as long as a look-up.
_VIEWS = snapshots(all_versions=True).where(AliasRow.page_id == _PAGE).order_by(SnapshotRow.captured_at, SnapshotRow.id)
_VIEW = snapshots(all_versions=True).where(SnapshotRow.id == bindparam("snapshot"))
_OF_PAGE = (
    select(SnapshotRow.id, SnapshotRow.captured_at)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == _PAGE, visible_snapshot())
)
_BY_THEN = (
    _OF_PAGE.where(SnapshotRow.captured_at <= bindparam("when", type_=UTCDateTime()))
    .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    .limit(1)
)
_FIRST = _OF_PAGE.order_by(SnapshotRow.captured_at, SnapshotRow.id).limit(1)
_CHANGES = (
    select(*ChangeRow.__table__.columns)
    .join(SnapshotRow, SnapshotRow.id == ChangeRow.new_snapshot_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == _PAGE)
)


def views(connection: Connection, page: int, url: str) -> list[SnapshotView]:
    """A page's snapshots, oldest first. Raises Withheld where every snapshot is; `url`: what the page was asked for
    by."""
    found = [as_view(row) for row in connection.execute(_VIEWS, {"page": page})]
    if not found and (refused := withholding.none_to_show(connection, page, url)):
        raise refused
    return found


def at(connection: Connection, page: int, url: str, when: datetime) -> SnapshotView:
    """The newest of a page's snapshots at a moment, or before it.

    Raises NoSuchVersion, Withheld where every snapshot is, and PageNotFound where there never was one.
    """
    found = connection.execute(_BY_THEN, {"page": page, "when": when}).first()
    if found is None:
        first = connection.execute(_FIRST, {"page": page}).first()
        if first is None:
            raise withholding.none_to_show(connection, page, url) or PageNotFound(url)
        raise NoSuchVersion(url, f"{iso(when)}", first.captured_at)
    return as_view(connection.execute(_VIEW, {"snapshot": found.id}).one())


def history(connection: Connection, page: int, url: str) -> History:
    """A page's snapshots, oldest first, each with the change to the one before, and its events.

    The change is None where a snapshot between the two is withheld: it would tell of that one. Raises Withheld where
    every snapshot is; `url`: what the page was asked for by.
    """
    found = views(connection, page, url)
    hidden = withholding.snapshots_of(connection, page)
    made = comparable.renditions(connection, page)
    stored = {
        (row.old_rendition_id, row.new_rendition_id): stored_change(row)
        for row in connection.execute(_CHANGES, {"page": page})
    }
    versions: list[PageVersion] = []
    for index, new in enumerate(found):
        before = found[index - 1] if index else None
        told = before is not None and not any(_place(before) < _place(one) < _place(new) for one in hidden)
        change = _change(connection, stored, made[before.snapshot], made[new.snapshot]) if before and told else None
        versions.append(PageVersion(new, change))
    withheld = [
        Event(event="withheld", at=one.by.withheld_at, status=None, snapshot=one.snapshot, reason=one.by.reason)
        for one in hidden
    ]
    return History(tuple(versions), (*_events(takedowns.of_page(connection, page)), *withheld))


def _place(one: SnapshotView | withholding.HiddenSnapshot) -> tuple[datetime, int]:
    return one.captured_at, one.snapshot


def _change(
    connection: Connection,
    stored: Mapping[tuple[int, int], compare.Change],
    old: Sequence[comparable.Made],
    new: Sequence[comparable.Made],
) -> compare.Change | None:
    """From one snapshot to another, as it was worked out, else in the newest version that both have. None where they
    have none in common: what differs may be ours."""
    pair = comparable.same_version(old, new)
    if pair is None:
        return None
    if pair in stored:
        return stored[pair]
    return compare.change_between(*(comparable.version(connection, rendition) for rendition in pair))


def stored_change(row: Any) -> compare.Change:
    """A change as its row has it."""
    return compare.Change(**{name: getattr(row, name) for name in _CHANGE_FIELDS})


def _events(of_page: list[takedowns.Takedown]) -> list[Event]:
    events: list[Event] = []
    for one in of_page:
        events.append(
            Event(
                event="gone",
                at=one.suspected_at,
                status=one.status,
                sign=one.sign,
                confirmed_at=one.confirmed_at,
                snapshot=one.snapshot,
            )
        )
        if one.back_at is not None:
            events.append(Event(event="back", at=one.back_at, status=one.back_status))
    return events
