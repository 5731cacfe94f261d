"""The changes that led to snapshots, for exports: one row a change."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from storage.change_tables import ChangeRow
from storage.page_versions import Changed, stored_change
from storage.tables import AliasRow, PageRow, SnapshotRow
from storage.withholding import visible


def read_changes(connection: Connection, ids: Sequence[int]) -> list[Changed]:
    """The changes to these snapshots from the ones before, in their order. What was no edit is left out, and what is
    from or to a snapshot that is withheld."""
    old, new = aliased(SnapshotRow), aliased(SnapshotRow)
    old_alias, old_page = aliased(AliasRow), aliased(PageRow)
    query: Any = (
        select(*ChangeRow.__table__.columns, PageRow.url, old.captured_at.label("old_captured_at"))
        .join(new, new.id == ChangeRow.new_snapshot_id)
        .join(AliasRow, AliasRow.id == new.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .join(old, old.id == ChangeRow.old_snapshot_id)
        # A URL may have been split off since, so that the two are of two pages.
        .join(old_alias, old_alias.id == old.alias_id)
        .join(old_page, old_page.id == old_alias.page_id)
        .where(ChangeRow.new_snapshot_id.in_(ids), visible(snapshot=new.id), visible(old_page, old.id))
    )
    found = {row.new_snapshot_id: row for row in connection.execute(query) if row.kinds or row.redated}
    return [
        Changed(
            url=row.url, old=row.old_snapshot_id, old_captured_at=row.old_captured_at, new=row.new_snapshot_id,
            new_captured_at=row.captured_at, returns_to=row.returns_to, change=stored_change(row),
        )
        for row in (found[number] for number in ids if number in found)
    ]  # fmt: skip
