"""One snapshot for readers: by its number or its page's URL, and what of its article is not in its text."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from storage import withholding
from storage.article import APART
from storage.errors import PageNotFound
from storage.finding import is_id, page_of
from storage.snapshot_views import SnapshotView, as_view, snapshots
from storage.tables import AliasRow, BlockRow, CutRow, SnapshotRow

# Put together once: that takes as long as a look-up.
_BY_NUMBER = snapshots(all_versions=True).where(SnapshotRow.id == bindparam("snapshot"))
_NEWEST = (
    select(SnapshotRow.id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == bindparam("page"), withholding.visible_snapshot())
    .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    .limit(1)
)


def one(connection: Connection, what: str) -> SnapshotView:
    """A snapshot by its number, or the newest of a URL's page that is not withheld. Raises PageNotFound, and
    Withheld."""
    if is_id(what):
        number = int(what)
        withholding.must_show_snapshot(connection, number)
    else:
        page = page_of(connection, what)
        newest = connection.execute(_NEWEST, {"page": page}).scalar()
        if newest is None:
            raise withholding.none_to_show(connection, page, what) or PageNotFound(what)
        number = newest
    row = connection.execute(_BY_NUMBER, {"snapshot": number}).first()
    if row is None:
        raise PageNotFound(what)
    return as_view(row)


def removed(connection: Connection, view: SnapshotView) -> list[dict[str, Any]]:
    """What a rendition leaves out, in order: of each block its reason, text and number, from 1."""
    query = (
        select(CutRow.reason, BlockRow.text, BlockRow.position)
        .join(BlockRow, BlockRow.position == CutRow.position)
        .where(CutRow.rendition_id == view.rendition_id, BlockRow.extraction_id == view.extraction_id)
        .order_by(CutRow.position)
    )
    return [{"reason": row.reason, "text": row.text, "block": row.position + 1} for row in connection.execute(query)]


def raw_text(connection: Connection, view: SnapshotView) -> str:
    """A snapshot's text with nothing cut."""
    query = (
        select(BlockRow.text)
        .where(
            BlockRow.extraction_id == view.extraction_id,
            BlockRow.kind.not_in([kind.value for kind in APART]),
        )
        .order_by(BlockRow.position)
    )
    return "\n".join(connection.execute(query).scalars())
