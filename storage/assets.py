"""Images, styles and fonts of snapshots: which record has them, and whether one was captured just now."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.capture_tables import AssetRow, CaptureRow
from storage.surt import surt
from storage.tables import RecordRow

# All articles of a site name the same styles; within a day they are asked for once.
FRESH = timedelta(days=1)


def link(connection: Connection, snapshot: int, url: str, record: int) -> None:
    """Note which record has what a snapshot's page names, unless that is known."""
    statement = sqlite_insert(AssetRow).values(snapshot_id=snapshot, url=url, record_id=record)
    connection.execute(statement.on_conflict_do_nothing())


def captured_since(connection: Connection, url: str, since: datetime) -> int | None:
    """The newest record of that very URL with status 200, from then on; None where there is none."""
    query = (
        select(CaptureRow.record_id)
        .join(RecordRow, RecordRow.id == CaptureRow.record_id)
        .where(
            CaptureRow.urlkey == surt(url),
            CaptureRow.captured_at >= since,
            CaptureRow.status == 200,
            RecordRow.url == url,
        )
        .order_by(CaptureRow.captured_at.desc())
    )
    return connection.execute(query.limit(1)).scalar()


def count(connection: Connection, snapshot: int) -> int:
    """How many a snapshot has."""
    return len(connection.execute(select(AssetRow.id).where(AssetRow.snapshot_id == snapshot)).all())
