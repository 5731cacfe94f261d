"""Works out what changed between a page's snapshots, and keeps it: in renditions of one version, never across two."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text

from storage import comparable
from storage.change_tables import ChangeRow
from storage.compare import change_between
from storage.tables import AliasRow, RenditionRow, SnapshotRow, table

ENGINE = "compare 1"
"""Raised when the same two renditions would give another change."""

_PAGE = (
    select(AliasRow.page_id)
    .join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
    .where(SnapshotRow.id == bindparam("snapshot"))
)
_SNAPSHOTS = (
    select(SnapshotRow.id, SnapshotRow.captured_at)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == bindparam("page"))
    .order_by(SnapshotRow.captured_at, SnapshotRow.id)
)
_PAGES_OF = text(
    "SELECT page_id FROM alias JOIN snapshot ON snapshot.alias_id = alias.id WHERE page_id IN ("
    "SELECT page_id FROM alias JOIN snapshot ON snapshot.alias_id = alias.id "
    "WHERE snapshot.id IN (SELECT value FROM json_each(:snapshots))) "
    "GROUP BY page_id HAVING count(*) > 1 ORDER BY page_id"
)
# Pages in one transaction: others get their turn after some tenths of a second.
_BATCH = 50
_PAGES = (
    select(AliasRow.page_id)
    .join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
    .where(AliasRow.page_id > bindparam("after"))
    .group_by(AliasRow.page_id)
    .having(func.count() > 1)
    .order_by(AliasRow.page_id)
    .limit(_BATCH)
)
_KNOWN = (
    select(
        ChangeRow.new_snapshot_id,
        ChangeRow.old_snapshot_id,
        ChangeRow.old_rendition_id,
        ChangeRow.new_rendition_id,
        ChangeRow.engine,
    )
    .join(SnapshotRow, SnapshotRow.id == ChangeRow.new_snapshot_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == bindparam("page"))
)


def work_out_around(connection: Connection, snapshot: int, *, now: datetime) -> None:
    """Work out the changes of a snapshot's page that are missing, or that newer renditions or another neighbour made
    stale. Where two snapshots have no version in common there is none: nobody can say that it was the publisher."""
    work_out_of(connection, connection.execute(_PAGE, {"snapshot": snapshot}).scalar_one(), now=now)


def work_out_around_all(connection: Connection, snapshots: Sequence[int], *, now: datetime) -> None:
    """The same for several snapshots. Most pages have one, and so no change: those are not looked at one by one."""
    for page in connection.execute(_PAGES_OF, {"snapshots": json.dumps(list(snapshots))}).scalars():
        _work_out(connection, page, now)


def work_out_of(connection: Connection, page: int, *, now: datetime) -> None:
    """The same for a page whose number is known."""
    _work_out(connection, page, now)


def work_out_missing(connection: Connection, after: int, *, now: datetime) -> tuple[int | None, int]:
    """The same for the next pages after this one that have several snapshots; from 0 on.

    Returns the page to go on after, None behind the last one, and how many changes were worked out.
    """
    numbers = list(connection.execute(_PAGES, {"after": after}).scalars())
    made = sum(_work_out(connection, page, now) for page in numbers)
    return (numbers[-1] if numbers else None), made


def _work_out(connection: Connection, page: int, now: datetime) -> int:
    worked_out = 0
    snapshots = connection.execute(_SNAPSHOTS, {"page": page}).all()
    if len(snapshots) < 2:
        return 0
    made = comparable.renditions(connection, page)
    known = {row.new_snapshot_id: tuple(row[1:]) for row in connection.execute(_KNOWN, {"page": page})}
    for at in range(1, len(snapshots)):
        old, new = snapshots[at - 1], snapshots[at]
        pair = comparable.same_version(made.get(old.id, ()), made.get(new.id, ()))
        stands = known.get(new.id)
        if pair is not None and stands == (old.id, *pair, ENGINE):
            continue
        if stands is not None:
            connection.execute(delete(ChangeRow).where(ChangeRow.new_snapshot_id == new.id))
        if pair is not None:
            earlier = [one.id for one in snapshots[: at - 1]]
            values = _values(connection, earlier, made, pair)
            values |= {"old_snapshot_id": old.id, "new_snapshot_id": new.id, "captured_at": new.captured_at}
            connection.execute(insert(table(ChangeRow)), values | {"worked_out_at": now})
            worked_out += 1
    return worked_out


def _values(
    connection: Connection, earlier: list[int], made: dict[int, list[comparable.Made]], pair: tuple[int, int]
) -> dict[str, Any]:
    old, new = (comparable.version(connection, rendition) for rendition in pair)
    titles, returns_to = _before(connection, earlier, made, pair[1])
    change = change_between(old, new, earlier_titles=titles)
    summary = f"back to what snapshot {returns_to} says: {change.summary}" if returns_to else change.summary
    return {
        "old_rendition_id": pair[0], "new_rendition_id": pair[1], "engine": ENGINE, "kinds": change.kinds,
        "words_added": change.words_added, "words_removed": change.words_removed, "substantive": change.substantive,
        "reason": change.reason, "stealth": change.stealth, "redated": change.redated,
        "headline": "headline" in change.kinds, "returns_to": returns_to, "summary": summary,
    }  # fmt: skip


def _before(
    connection: Connection, earlier: list[int], made: dict[int, list[comparable.Made]], new: int
) -> tuple[set[str], int | None]:
    """The headlines that the page had before, and the latest earlier snapshot with the same content, as far as they
    were read by the new one's version."""
    own = next(one for some in made.values() for one in some if one.id == new)
    digest = select(RenditionRow.content_digest).where(RenditionRow.id == bindparam("rendition"))
    wanted = connection.execute(digest, {"rendition": new}).scalar_one()
    titles: set[str] = set()
    returns_to = None
    for snapshot in earlier:
        pair = comparable.same_version(made.get(snapshot, ()), (own,))
        if pair is None:
            continue
        titles.add(comparable.title(connection, pair[0]) or "")
        if connection.execute(digest, {"rendition": pair[0]}).scalar_one() == wanted:
            returns_to = snapshot
    return titles, returns_to
