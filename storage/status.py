"""The archive's state: what ran, what is due, and what looks wrong."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, func, select

from storage import hosts, ledger, run_views, takedowns, withholding
from storage.clock import iso
from storage.disk import disk
from storage.folder import Folder
from storage.health import health
from storage.tables import PageRow, SnapshotRow


def status(connection: Connection, folder: Folder, now: datetime) -> dict[str, Any]:
    """Runs, sources, what is due, and what looks wrong, as `status --json` prints it."""
    taken = disk(folder)
    found = health(connection)
    unconfirmed = takedowns.unconfirmed(connection)
    hidden = withholding.hidden(connection)
    pages, snapshots = (
        connection.execute(select(func.count()).select_from(row)).scalar_one() for row in (PageRow, SnapshotRow)
    )
    return {
        "pages": pages - hidden.pages,
        "snapshots": snapshots - hidden.snapshots,
        "withheld": {"pages": hidden.pages, "snapshots": hidden.snapshots},
        "bytes": taken.total,
        "disk": attrs.asdict(taken),
        "runs": [run.as_json() for run in run_views.runs(connection, 20)],
        "totals": ledger.totals(connection),
        "sources": ledger.sources_of(connection, found, hidden, now),
        "due": sum(ledger.due_by_scope(connection, now).values()),
        "takedowns": {
            "unconfirmed": len(unconfirmed),
            "oldest": {"url": unconfirmed[0].url, "gone_at": iso(unconfirmed[0].takedown.suspected_at)}
            if unconfirmed
            else None,
        },
        "distrusted": [
            {"host": one.origin, "until": iso(one.until), "lies": one.lies, "audits": one.audits}
            for one in hosts.distrusted(connection, now)
        ],
        "notices": ledger.notices(connection),
        "alarms": [one.as_json() for one in ledger.alarms(connection, folder, found, taken, now)],
    }
