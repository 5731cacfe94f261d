"""A snapshot's article block by block: its text, what was cut and why, its captions and credits, its bytes."""

from typing import Any

import attrs
from sqlalchemy import bindparam, select

from storage import database
from storage.archive import Archive
from storage.article import APART, BlockKind
from storage.snapshot_views import SnapshotView
from storage.tables import BlockRow, CutRow, RecordRow, SnapshotPartRow, SnapshotRow, WarcFileRow


@attrs.frozen(kw_only=True)
class ShownBlock:
    """A block of an article."""

    kind: BlockKind
    text: str
    cut: str | None
    """Why the text is without it. None: it stands in it."""

    @property
    def apart(self) -> bool:
        """Whether it is a field of its own, and no part of the text: a caption or a credit."""
        return self.kind in APART


@attrs.frozen(kw_only=True)
class KeptRecord:
    """Where the bytes of a snapshot, or of a later part of its article, lie."""

    url: str
    file: str
    offset: int
    length: int
    """Compressed bytes."""
    record_id: str
    payload_digest: str | None
    sha256: str
    """Of the compressed bytes."""


_BLOCKS = (
    select(BlockRow.kind, BlockRow.text, CutRow.reason)
    .outerjoin(CutRow, (CutRow.rendition_id == bindparam("rendition")) & (CutRow.position == BlockRow.position))
    .where(BlockRow.extraction_id == bindparam("extraction"))
    .order_by(BlockRow.position)
)
_RECORD: Any = select(
    RecordRow.url,
    WarcFileRow.name.label("file"),
    RecordRow.offset,
    RecordRow.length,
    RecordRow.record_id,
    RecordRow.payload_digest,
    RecordRow.sha256,
).join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
_FIRST = _RECORD.join(SnapshotRow, SnapshotRow.record_id == RecordRow.id).where(SnapshotRow.id == bindparam("snapshot"))
_LATER = (
    _RECORD.join(SnapshotPartRow, SnapshotPartRow.record_id == RecordRow.id)
    .where(SnapshotPartRow.snapshot_id == bindparam("snapshot"))
    .order_by(SnapshotPartRow.position)
)


def blocks(archive: Archive, view: SnapshotView) -> list[ShownBlock]:
    """The blocks of a snapshot's rendition, cut ones too, in the page's order."""
    values = {"rendition": view.rendition_id, "extraction": view.extraction_id}
    with database.reading(archive.engine) as connection:
        return [
            ShownBlock(kind=BlockKind(row.kind), text=row.text, cut=row.reason)
            for row in connection.execute(_BLOCKS, values)
        ]


def records(archive: Archive, view: SnapshotView) -> list[KeptRecord]:
    """The records that hold a snapshot's bytes: its page's, then those of the article's later parts."""
    with database.reading(archive.engine) as connection:
        return [
            KeptRecord(
                url=row.url, file=row.file, offset=row.offset, length=row.length, record_id=row.record_id,
                payload_digest=row.payload_digest, sha256=row.sha256.hex(),
            )
            for query in (_FIRST, _LATER)
            for row in connection.execute(query, {"snapshot": view.snapshot})
        ]  # fmt: skip
