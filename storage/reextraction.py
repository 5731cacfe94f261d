"""Runs of `reextract`: which snapshots they read again, how far they are, and what they found."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, insert, select, update

from storage.errors import BackissueError, UnknownSource
from storage.finding import any_page_of
from storage.runs import RunLock
from storage.tables import AliasRow, ExtractionRow, PageRow, RenditionRow, RunRow, SnapshotRow, SourceRow

LOCK = "reextract"


class ReextractUnderWay(BackissueError):
    """Another process reads the archive again."""

    def __init__(self) -> None:
        super().__init__("Another process is re-extracting this archive at this moment. Wait for it, or stop it first.")


@attrs.frozen(kw_only=True)
class Selection:
    """Which snapshots to read again."""

    source: str | None = None
    page: str | None = None
    """A URL of the page."""
    everything: bool = False
    """Also those that the current version has read; so are those of a source or page that is named."""
    extractor: str
    """The current versions."""
    rules: str

    @property
    def name(self) -> str:
        """What makes two runs the same one."""
        what = self.source or self.page or ("all" if self.everything else "missing")
        kind = "source" if self.source else "page" if self.page else "archive"
        return f"{kind} {what}; {self.extractor}; {self.rules}"


@attrs.frozen(kw_only=True)
class Reextract:
    """A run of `reextract` that this process holds."""

    id: int
    reached: int
    """The snapshot up to which it is through."""
    tally: dict[str, int]
    resumed: bool
    """It was killed or interrupted, and goes on where it was."""


def begin(connection: Connection, lock: RunLock, selection: Selection, *, now: datetime) -> Reextract:
    """Begin a run, or go on with the last one where it was the same and did not end.

    Raises ReextractUnderWay, and UnknownSource or PageNotFound for what the archive does not have.
    """
    _check(connection, selection)
    if not lock.take(LOCK):
        raise ReextractUnderWay
    last = connection.execute(
        select(RunRow.id, RunRow.state, RunRow.selection, RunRow.reached, RunRow.tally)
        .where(RunRow.kind == "reextract")
        .order_by(RunRow.id.desc())
        .limit(1)
    ).first()
    if last is not None and last.state in ("running", "interrupted") and last.selection == selection.name:
        statement = update(RunRow).where(RunRow.id == last.id)
        connection.execute(statement.values(state="running", ended_at=None, resumed=RunRow.resumed + 1))
        return Reextract(id=last.id, reached=last.reached, tally=dict(last.tally or {}), resumed=True)
    if last is not None and last.state == "running":
        close(connection, last.id, "interrupted", now=now)
    values: dict[str, Any] = {
        "kind": "reextract", "source_id": None, "state": "running", "started_at": now, "skipped": {},
        "selection": selection.name, "reached": 0, "tally": {},
    }  # fmt: skip
    made = connection.execute(insert(RunRow).values(**values).returning(RunRow.id)).scalar_one()
    return Reextract(id=made, reached=0, tally={}, resumed=False)


def _check(connection: Connection, selection: Selection) -> None:
    if selection.source is not None:
        names = list(connection.execute(select(SourceRow.name).order_by(SourceRow.name)).scalars())
        if selection.source not in names:
            raise UnknownSource(selection.source, names)
    if selection.page is not None:
        any_page_of(connection, selection.page)


@attrs.frozen
class Wanted:
    """A snapshot to read again."""

    snapshot: int
    url: str
    """The URL that answered."""
    source: str | None


def snapshots(
    connection: Connection, selection: Selection, after: int, extractor_for: Callable[[str, str | None], str]
) -> list[Wanted]:
    """The snapshots that are still to be read, in the order they were added.

    `extractor_for` names the current extractor of a URL and its source: a publisher's own rules are part of it.
    """
    query: Any = (
        select(SnapshotRow.id, AliasRow.url, SourceRow.name)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
        .where(SnapshotRow.id > after)
        .order_by(SnapshotRow.id)
    )
    if selection.source is not None:
        query = query.where(SourceRow.name == selection.source)
    elif selection.page is not None:
        query = query.where(PageRow.id == any_page_of(connection, selection.page))
    wanted = [Wanted(*row) for row in connection.execute(query)]
    if selection.source is not None or selection.page is not None or selection.everything:
        return wanted
    made = (
        select(RenditionRow.snapshot_id, ExtractionRow.extractor)
        .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
        .where(RenditionRow.snapshot_id > after, RenditionRow.rules == selection.rules)
    )
    current = {(snapshot, extractor) for snapshot, extractor in connection.execute(made)}
    return [one for one in wanted if (one.snapshot, extractor_for(one.url, one.source)) not in current]


def advance(connection: Connection, run: int, reached: int, tally: Mapping[str, int]) -> None:
    """Note how far a run is, in the transaction that keeps what it read."""
    values = {"reached": reached, "tally": dict(sorted(tally.items())), "taken_up": sum(tally.values())}
    connection.execute(update(RunRow).where(RunRow.id == run).values(**values))


def close(connection: Connection, run: int, state: str, *, now: datetime, error: str | None = None) -> None:
    """End a run."""
    connection.execute(update(RunRow).where(RunRow.id == run).values(state=state, ended_at=now, error=error))
