"""A page over time: its snapshots, what changed between them, and when it was gone or back."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, select

from storage import comparable, compare, takedowns, withholding
from storage.change_tables import ChangeRow
from storage.clock import iso
from storage.snapshot_views import SnapshotView, as_view, snapshots
from storage.tables import AliasRow, SnapshotRow


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


def history(
    connection: Connection, page: int, url: str
) -> tuple[list[tuple[SnapshotView, compare.Change | None]], list[Event]]:
    """A page's snapshots, oldest first, each with the change to the one before, and its events.

    The change is None where a snapshot between the two is withheld: it would tell of that one. Raises Withheld where
    every snapshot is; `url`: what the page was asked for by.
    """
    query = snapshots(all_versions=True).where(AliasRow.page_id == page)
    views = [as_view(row) for row in connection.execute(query.order_by(SnapshotRow.captured_at, SnapshotRow.id))]
    hidden = withholding.snapshots_of(connection, page)
    if not views and (refused := withholding.none_to_show(connection, page, url)):
        raise refused
    made = comparable.renditions(connection, page)
    changes: list[tuple[SnapshotView, compare.Change | None]] = []
    for index, new in enumerate(views):
        before = views[index - 1] if index else None
        told = before is not None and not any(_place(before) < _place(one) < _place(new) for one in hidden)
        changes.append((new, _change(connection, made, before, new) if before and told else None))
    withheld = [
        Event(event="withheld", at=one.by.withheld_at, status=None, snapshot=one.snapshot, reason=one.by.reason)
        for one in hidden
    ]
    return changes, [*_events(takedowns.of_page(connection, page)), *withheld]


def _place(one: SnapshotView | withholding.HiddenSnapshot) -> tuple[datetime, int]:
    return one.captured_at, one.snapshot


def _change(
    connection: Connection, made: dict[int, list[comparable.Made]], old: SnapshotView, new: SnapshotView
) -> compare.Change | None:
    """From one snapshot to another, as it was worked out, else in the newest version that both have. None where they
    have none in common: what differs may be ours."""
    pair = comparable.same_version(made[old.snapshot], made[new.snapshot])
    if pair is None:
        return None
    stored = connection.execute(
        select(*ChangeRow.__table__.columns).where(
            ChangeRow.new_snapshot_id == new.snapshot,
            ChangeRow.old_snapshot_id == old.snapshot,
            ChangeRow.old_rendition_id == pair[0],
            ChangeRow.new_rendition_id == pair[1],
        )
    ).first()
    if stored is not None:
        return compare.Change(**{field.name: getattr(stored, field.name) for field in attrs.fields(compare.Change)})
    return compare.change_between(*(comparable.version(connection, rendition) for rendition in pair))


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
