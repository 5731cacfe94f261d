"""The archive at a glance: how much it holds, and what looks wrong."""

from datetime import datetime

import attrs
from sqlalchemy import func, select

from storage import database, ledger, withholding
from storage.archive import Archive
from storage.disk import disk
from storage.health import health
from storage.ledger import Alarm
from storage.tables import PageRow, SnapshotRow, SourceRow


@attrs.frozen(kw_only=True)
class Overview:
    """An archive in figures."""

    pages: int
    """As the snapshots, without what is withheld."""
    snapshots: int
    sources: int
    """As the alarms, without those that are withheld."""
    bytes: int
    """On disk: the database and the WARC files."""
    alarms: tuple[Alarm, ...]


def overview(archive: Archive, now: datetime) -> Overview:
    """Counts everything: what shows it keeps it while the archive stays as it is."""
    taken = disk(archive.folder)
    with database.reading(archive.engine) as connection:
        pages, snapshots, sources = (
            connection.execute(select(func.count()).select_from(row)).scalar_one()
            for row in (PageRow, SnapshotRow, SourceRow)
        )
        found, hidden = health(connection), withholding.hidden(connection)
        whole = withholding.hidden_sources(connection)
        alarms = ledger.alarms(connection, archive.folder, found, taken, now)
        return Overview(
            pages=pages - hidden.pages,
            snapshots=snapshots - hidden.snapshots,
            sources=sources - len(whole),
            bytes=taken.total,
            alarms=tuple(ledger.alarms_for_readers(archive.folder, alarms, whole)),
        )
