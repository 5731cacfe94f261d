"""What a bundle of evidence is about: a page with all its snapshots and visits, or one snapshot."""

from typing import Any

import attrs
from sqlalchemy import Connection, and_, select

from storage import page_history, withholding
from storage.clock import iso
from storage.compare import Change
from storage.errors import PageNotFound
from storage.exporting.records import Answers, of_page, of_snapshots
from storage.finding import is_id, page_of
from storage.page_history import Event, PageVersion
from storage.snapshot_views import SnapshotView
from storage.tables import AliasRow, RecordRow, SnapshotRow, VisitRow


@attrs.frozen(kw_only=True)
class Subject:
    """A page or a snapshot, with all that the archive saw of it."""

    whole_page: bool
    snapshots: tuple[tuple[SnapshotView, Change | None], ...]
    """By time of capture, each with the change to the one before."""
    urls: tuple[str, ...]
    """Those that lead to the page."""
    visits: tuple[dict[str, Any], ...]
    """As the manifest has them."""
    events: tuple[Event, ...]
    answers: Answers
    """The records to begin with."""


def subject(connection: Connection, what: str) -> Subject:
    """What a URL or a snapshot's number names. Raises PageNotFound and Withheld."""
    if is_id(what):
        withholding.must_show_snapshot(connection, int(what))
    page = _page_of_snapshot(connection, int(what)) if is_id(what) else page_of(connection, what)
    if page is None:
        raise PageNotFound(what)
    versions, events = page_history.history(connection, page, what)
    if is_id(what):
        versions = tuple(PageVersion(view, None) for view, _ in versions if view.snapshot == int(what))
        which: Any = VisitRow.snapshot_id == int(what)
    else:
        which = VisitRow.alias_id.in_(select(AliasRow.id).where(AliasRow.page_id == page))
    if not versions:
        raise PageNotFound(what)
    urls = connection.execute(select(AliasRow.url).where(AliasRow.page_id == page).order_by(AliasRow.url)).scalars()
    return Subject(
        whole_page=not is_id(what),
        snapshots=versions,
        urls=tuple(urls),
        visits=_visits(connection, and_(which, withholding.visible_snapshot(VisitRow.snapshot_id))),
        events=() if is_id(what) else events,
        answers=of_snapshots(connection, [int(what)]) if is_id(what) else of_page(connection, page),
    )


def _page_of_snapshot(connection: Connection, snapshot: int) -> int | None:
    query = select(AliasRow.page_id).join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
    return connection.execute(query.where(SnapshotRow.id == snapshot)).scalar()


def _visits(connection: Connection, which: Any) -> tuple[dict[str, Any], ...]:
    columns = (
        VisitRow.captured_at, VisitRow.url, VisitRow.final_url, VisitRow.outcome, VisitRow.status, VisitRow.error,
        VisitRow.snapshot_id.label("snapshot"), RecordRow.record_id.label("warc_record"), VisitRow.memento,
    )  # fmt: skip
    query = select(*columns).outerjoin(RecordRow, RecordRow.id == VisitRow.record_id).where(which)
    rows = connection.execute(query.order_by(VisitRow.captured_at, VisitRow.id)).mappings()
    return tuple({**row, "captured_at": iso(row["captured_at"])} for row in rows)
