"""Which captures are withheld: those of a page, a snapshot or a source that is, and the images of nothing else."""

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from storage import withholding
from storage.capture_tables import AssetRow
from storage.errors import Withheld
from storage.tables import AliasRow, PageRow, RecordRow, SnapshotPartRow, SnapshotRow, VisitRow
from storage.withheld_tables import WithheldRow

_SNAPSHOTS = select(WithheldRow.target_id).where(WithheldRow.kind == "snapshot", WithheldRow.lifted_at.is_(None))


def visible() -> ColumnElement[bool]:
    """That a record may be shown, for queries that join `RecordRow`."""
    return ~or_(_of_page(), _of_snapshot(), _only_used_by_hidden())


def _of_page() -> ColumnElement[bool]:
    query = select(AliasRow.id).join(PageRow, PageRow.id == AliasRow.page_id)
    return exists(query.where(AliasRow.url == RecordRow.url, ~withholding.visible_page()).correlate(RecordRow))


def _of_snapshot() -> ColumnElement[bool]:
    seen = select(VisitRow.record_id).where(VisitRow.snapshot_id.in_(_SNAPSHOTS), VisitRow.record_id.is_not(None))
    parts = select(SnapshotPartRow.record_id).where(SnapshotPartRow.snapshot_id.in_(_SNAPSHOTS))
    return or_(RecordRow.id.in_(seen), RecordRow.id.in_(parts))


def _only_used_by_hidden() -> ColumnElement[bool]:
    used = select(AssetRow.id).where(AssetRow.record_id == RecordRow.id).correlate(RecordRow)
    shown = (
        select(AssetRow.id)
        .join(SnapshotRow, SnapshotRow.id == AssetRow.snapshot_id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(AssetRow.record_id == RecordRow.id, withholding.visible())
        .correlate(RecordRow)
    )
    return and_(exists(used), ~exists(shown))


def refusal(connection: Connection, record: int, url: str) -> Withheld | None:
    """Why a record is withheld; None where it is not. `url`: what was asked for."""
    hidden = select(RecordRow.url).where(RecordRow.id == record, ~visible())
    captured = connection.execute(hidden).scalar()
    if captured is None:
        return None
    page = connection.execute(select(AliasRow.page_id).where(AliasRow.url == captured)).scalar()
    if page is not None and (by := withholding.of_page(connection, page)):
        return withholding.refusal(by, url, own=by.kind == "page", lift=url)
    seen = select(VisitRow.snapshot_id).where(VisitRow.record_id == record, VisitRow.snapshot_id.is_not(None))
    used = select(AssetRow.snapshot_id).where(AssetRow.record_id == record)
    parts = select(SnapshotPartRow.snapshot_id).where(SnapshotPartRow.record_id == record)
    for snapshot in connection.execute(seen.union(used, parts)).scalars():
        if snapshot is not None and (by := withholding.of_snapshot(connection, snapshot)):
            own = by.kind == "snapshot"
            return withholding.refusal(by, url, own=own, lift=str(snapshot) if own else None)
    return None
