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
from storage.urls import site


def status(connection: Connection, folder: Folder, now: datetime, *, to_readers: bool = False) -> dict[str, Any]:
    """Runs, sources, what is due, and what looks wrong, as `status --json` prints it for the archive's owner.

    `to_readers`: without the sources that are withheld, their runs and alarms and the hosts that only they lead to,
    and without where the archive lies.
    """
    taken = disk(folder)
    whole = withholding.hidden_sources(connection) if to_readers else {}
    found = health(connection)
    unconfirmed = takedowns.unconfirmed(connection)
    hidden = withholding.hidden(connection)
    pages, snapshots = (
        connection.execute(select(func.count()).select_from(row)).scalar_one() for row in (PageRow, SnapshotRow)
    )
    alarms = ledger.alarms(connection, folder, found, taken, now)
    sources = [one for one in ledger.sources_of(connection, found, hidden, now) if one["source"] not in whole]
    runs = run_views.runs(connection, 20, to_readers=to_readers)
    distrusted = hosts.distrusted(connection, now)
    if to_readers:
        alarms = ledger.alarms_for_readers(folder, alarms, whole)
        runs = [attrs.evolve(run, error=run.error and folder.unplaced(run.error)) for run in runs]
        distrusted = [one for one in distrusted if withholding.shows_site(connection, site(one.origin))]
    return {
        "pages": pages - hidden.pages,
        "snapshots": snapshots - hidden.snapshots,
        "withheld": {"pages": hidden.pages, "snapshots": hidden.snapshots},
        "bytes": taken.total,
        "disk": attrs.asdict(taken),
        "runs": [run.as_json() for run in runs],
        "totals": [one for one in ledger.totals(connection) if one["source"] not in whole],
        "sources": sources,
        "due": sum(one["due"] for one in sources),
        "takedowns": {
            "unconfirmed": len(unconfirmed),
            "oldest": {"url": unconfirmed[0].url, "gone_at": iso(unconfirmed[0].takedown.suspected_at)}
            if unconfirmed
            else None,
        },
        "distrusted": [
            {"host": one.origin, "until": iso(one.until), "lies": one.lies, "audits": one.audits} for one in distrusted
        ],
        "notices": ledger.notices(connection),
        "alarms": [one.as_json() for one in alarms],
    }
