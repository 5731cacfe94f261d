"""Which snapshots are exported, in which order, and from where on."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

import attrs
from sqlalchemy import Connection, select, tuple_
from sqlalchemy.orm import aliased

from storage.exporting.cursor import Position
from storage.exporting.rows import BATCH
from storage.finding import must_know
from storage.tables import AliasRow, PageRow, SnapshotRow, SourceRow
from storage.withholding import visible, visible_snapshot

# A page of numbers; short enough that no reading transaction holds the database's journal for long.
PAGE = 10_000


@attrs.frozen(kw_only=True)
class Selection:
    """What a user asked for."""

    all_versions: bool = False
    """Every snapshot, not only the newest of each page."""
    source: str | None = None

    @property
    def question(self) -> str:
        """The same for the same filters."""
        return json.dumps(attrs.asdict(self), sort_keys=True)


def ids(connection: Connection, selection: Selection, after: Position | None = None) -> Iterator[int]:
    """The snapshots' numbers by time of capture, from after a position on; none that is withheld.

    Raises SourceNotFound and Withheld, at the first step.
    """
    if selection.source is not None:
        must_know(connection, selection.source)
    query = (
        select(SnapshotRow.id, SnapshotRow.captured_at)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(visible())
        .order_by(SnapshotRow.captured_at, SnapshotRow.id)
        .limit(PAGE)
    )
    if selection.source is not None:
        query = query.join(SourceRow, SourceRow.id == PageRow.source_id).where(SourceRow.name == selection.source)
    if not selection.all_versions:
        other, later = aliased(AliasRow), aliased(SnapshotRow)
        newest = (
            select(later.id)
            .join(other, other.id == later.alias_id)
            .where(other.page_id == AliasRow.page_id, visible_snapshot(later.id))
            .order_by(later.captured_at.desc(), later.id.desc())
            .limit(1)
            .correlate(AliasRow)
            .scalar_subquery()
        )
        query = query.where(SnapshotRow.id == newest)
    place = None if after is None else (datetime.fromisoformat(after.captured_at).replace(tzinfo=UTC), after.snapshot)
    while True:
        page = query
        if place is not None:
            page = query.where(tuple_(SnapshotRow.captured_at, SnapshotRow.id) > place)
        rows = connection.execute(page).all()
        yield from (row.id for row in rows)
        if len(rows) < PAGE:
            return
        place = (rows[-1].captured_at, rows[-1].id)


def batches(numbers: Iterator[int]) -> Iterator[Sequence[int]]:
    """The numbers in lists of what one query reads."""
    while batch := list(islice(numbers, BATCH)):
        yield batch
