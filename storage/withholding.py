"""What is withheld: conditions that keep it out of every query for readers, and the refusal of what is asked for.

A page, a snapshot or a source can be withheld; a source's pages and a page's snapshots are hidden with it. Crawls do
not look here: what is withheld is visited and kept as everything else.
"""

import shlex
from datetime import datetime
from typing import Any, Literal

import attrs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from storage.clock import iso
from storage.errors import Withheld
from storage.tables import AliasRow, PageRow, RunRow, SnapshotRow, SourceRow, table
from storage.withheld_tables import WithheldRow

Kind = Literal["page", "snapshot", "source"]


@attrs.frozen(kw_only=True)
class Withholding:
    """One thing that is withheld, or was."""

    kind: Kind
    target: int
    """Its row."""
    name: str
    """A page's canonical URL, a snapshot's number, a source's name."""
    reason: str
    withheld_at: datetime
    lifted_at: datetime | None = None
    """None: it is withheld still."""

    def as_json(self) -> dict[str, Any]:
        """The fields that `withhold --list --json` prints."""
        return {
            "kind": self.kind,
            "name": self.name,
            "reason": self.reason,
            "withheld_at": iso(self.withheld_at),
            "lifted_at": iso(self.lifted_at),
        }


def visible(page: Any = PageRow, snapshot: Any = SnapshotRow.id) -> ColumnElement[bool]:
    """That a row may be shown: neither its source nor its page nor its snapshot is withheld.

    `page`: the page's row class or an alias of it, joined by the query; `snapshot`: a column with a snapshot's number,
    which may be null, such as a visit's.
    """
    return and_(visible_page(page), visible_snapshot(snapshot))


def visible_page(page: Any = PageRow) -> ColumnElement[bool]:
    """That a page may be shown, for queries without snapshots: neither it nor its source is withheld."""
    return and_(~_in_force("page", page.id), ~_in_force("source", page.source_id))


def visible_source(source: Any = SourceRow) -> ColumnElement[bool]:
    """That a source may be shown."""
    return ~_in_force("source", source.id)


def visible_snapshot(snapshot: Any = SnapshotRow.id) -> ColumnElement[bool]:
    """That a snapshot itself is not withheld, for queries that have taken care of its page already."""
    return ~_in_force("snapshot", snapshot)


def with_hidden_snapshots() -> Select[int]:
    """The pages of which a snapshot is withheld by itself."""
    return (
        select(AliasRow.page_id)
        .join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
        .join(WithheldRow, WithheldRow.target_id == SnapshotRow.id)
        .where(WithheldRow.kind == "snapshot", WithheldRow.lifted_at.is_(None))
    )


def untouched(page: Any = PageRow) -> ColumnElement[bool]:
    """That nothing at all of a page is withheld: neither its source, nor itself, nor any of its snapshots."""
    one, alias, snapshot = aliased(WithheldRow), aliased(AliasRow), aliased(SnapshotRow)
    of_it = (
        select(one.id)
        .join(snapshot, snapshot.id == one.target_id)
        .join(alias, alias.id == snapshot.alias_id)
        .where(one.kind == "snapshot", one.lifted_at.is_(None), alias.page_id == page.id)
        .correlate_except(one, alias, snapshot)
    )
    return and_(visible_page(page), ~exists(of_it))


def visible_run(run: Any = RunRow) -> ColumnElement[bool]:
    """That a run may be shown: it is of no source, or of one that is."""
    return ~_in_force("source", run.source_id)


def visible_url(key: Any, snapshot: Any) -> ColumnElement[bool]:
    """That a URL may be shown that somebody asked for: neither the page that it leads to is withheld nor what became
    of it. `key`, `snapshot`: columns with the URL's key and the number of its snapshot, which may be null."""
    alias, page, made = aliased(AliasRow), aliased(PageRow), aliased(SnapshotRow)
    its_page = (
        select(page.id)
        .join(alias, alias.page_id == page.id)
        .where(
            or_(alias.key == key, alias.id == select(made.alias_id).where(made.id == snapshot).scalar_subquery()),
            ~visible_page(page),
        )
        .correlate_except(alias, page, made)
    )
    return and_(~exists(its_page), visible_snapshot(snapshot))


def hidden_sources(connection: Connection) -> dict[str, Withholding]:
    """The sources that are withheld as a whole, by name."""
    query = select(*table(WithheldRow).columns).where(WithheldRow.kind == "source", WithheldRow.lifted_at.is_(None))
    return {row.name: as_value(row) for row in connection.execute(query)}


def _in_force(kind: Kind, target: Any) -> ColumnElement[bool]:
    one = aliased(WithheldRow)
    found = select(one.id).where(one.kind == kind, one.target_id == target, one.lifted_at.is_(None))
    return exists(found.correlate_except(one))


# Put together once: that takes longer than to look them up, and nearly every question of a reader asks them.
_WITHHELD = select(*table(WithheldRow).columns).where(
    WithheldRow.kind == bindparam("kind"),
    WithheldRow.target_id == bindparam("target"),
    WithheldRow.lifted_at.is_(None),
)
_SOURCE_OF = select(PageRow.source_id).where(PageRow.id == bindparam("page"))
_HIDDEN_OF = (
    select(*table(WithheldRow).columns, SnapshotRow.captured_at)
    .join(SnapshotRow, SnapshotRow.id == WithheldRow.target_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(WithheldRow.kind == "snapshot", WithheldRow.lifted_at.is_(None), AliasRow.page_id == bindparam("page"))
    .order_by(SnapshotRow.captured_at, SnapshotRow.id)
)


def is_anything(connection: Connection) -> bool:
    """Whether anything is withheld."""
    return (
        connection.execute(select(WithheldRow.id).where(WithheldRow.lifted_at.is_(None)).limit(1)).first() is not None
    )


def withheld(connection: Connection, kind: Kind, target: int | None) -> Withholding | None:
    """What withholds this very thing; None where nothing does."""
    row = connection.execute(_WITHHELD, {"kind": kind, "target": target}).first()
    return as_value(row) if row else None


def as_value(row: Any) -> Withholding:
    """A row of the log as a value."""
    return Withholding(
        kind=row.kind,
        target=row.target_id,
        name=row.name,
        reason=row.reason,
        withheld_at=row.withheld_at,
        lifted_at=row.lifted_at,
    )


def of_page(connection: Connection, page: int) -> Withholding | None:
    """What hides a page: that of itself, else that of its source."""
    source = connection.execute(_SOURCE_OF, {"page": page}).scalar()
    return withheld(connection, "page", page) or withheld(connection, "source", source)


def of_snapshot(connection: Connection, snapshot: int) -> Withholding | None:
    """What hides a snapshot: that of itself, else that of its page or source."""
    own = withheld(connection, "snapshot", snapshot)
    if own is not None:
        return own
    query = select(AliasRow.page_id).join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
    page = connection.execute(query.where(SnapshotRow.id == snapshot)).scalar()
    return of_page(connection, page) if page is not None else None


@attrs.frozen(kw_only=True)
class HiddenSnapshot:
    """A snapshot that is withheld by itself."""

    snapshot: int
    captured_at: datetime
    by: Withholding


def snapshots_of(connection: Connection, page: int) -> list[HiddenSnapshot]:
    """The snapshots of a page that are withheld by themselves, oldest first."""
    return [
        HiddenSnapshot(snapshot=row.target_id, captured_at=row.captured_at, by=as_value(row))
        for row in connection.execute(_HIDDEN_OF, {"page": page})
    ]


def must_show_page(connection: Connection, page: int, url: str) -> None:
    """Raises Withheld where a page that was asked for by a URL is hidden."""
    if by := of_page(connection, page):
        raise refusal(by, url, own=by.kind == "page", lift=url)


def must_show_snapshot(connection: Connection, snapshot: int) -> None:
    """Raises Withheld where a snapshot that was asked for by its number is hidden."""
    if by := of_snapshot(connection, snapshot):
        own = by.kind == "snapshot"
        raise refusal(by, f"Snapshot {snapshot}", own=own, lift=str(snapshot) if own else None)


def must_show_source(connection: Connection, name: str) -> None:
    """Raises Withheld where a source is hidden."""
    source = connection.execute(select(SourceRow.id).where(SourceRow.name == name)).scalar()
    if by := withheld(connection, "source", source):
        raise refusal(by, f"The source {name!r}", own=True, lift=None)


def must_show_run(connection: Connection, run: int) -> None:
    """Raises Withheld where a run is one of a source that is hidden."""
    source = connection.execute(select(RunRow.source_id).where(RunRow.id == run)).scalar()
    if by := withheld(connection, "source", source):
        raise refusal(by, f"Run {run}", own=False, lift=None)


def must_show_key(connection: Connection, key: str, url: str) -> None:
    """Raises Withheld where the page that a URL leads to, if there is one, is hidden. `key`: the URL's."""
    pages = select(AliasRow.page_id).where(AliasRow.key == key).distinct()
    for page in connection.execute(pages).scalars().all():
        must_show_page(connection, page, url)


def shows_site(connection: Connection, site: str) -> bool:
    """Whether a site has a page that readers are shown, or none at all."""
    pages = select(PageRow.id).where(PageRow.site == site).limit(1)
    return (
        not is_anything(connection)
        or connection.execute(pages.where(visible_page())).first() is not None
        or connection.execute(pages).first() is None
    )


def must_show_site(connection: Connection, site: str) -> None:
    """Raises Withheld where every page of a site is hidden."""
    if shows_site(connection, site):
        return
    one = connection.execute(select(PageRow.id).where(PageRow.site == site).limit(1)).scalar()
    if one is not None and (by := of_page(connection, one)):
        raise refusal(by, f"Every page of {site}", own=True, lift=None)


def none_to_show(connection: Connection, page: int, url: str) -> Withheld | None:
    """The refusal of a page of which every snapshot is withheld by itself; None where none is."""
    hidden = snapshots_of(connection, page)
    if not hidden:
        return None
    return refusal(hidden[-1].by, f"Every snapshot of {url}", own=True, lift=hidden[-1].by.name)


def refusal(by: Withholding, what: str, *, own: bool, lift: str | None) -> Withheld:
    """The error for what was asked for. `own`: that is what is withheld, and not something it belongs to; `lift`: what
    `backissue lift` is given, unless it is a source; None where only the log says it."""
    return Withheld(
        what,
        whole=None if own else by.kind,
        reason=by.reason,
        withheld_at=by.withheld_at,
        lift=f"--source {shlex.quote(by.name)}" if by.kind == "source" else lift and shlex.quote(lift),
    )


def follow(connection: Connection, page: int, to_page: int, *, now: datetime) -> None:
    """What is withheld stays so when a URL moves from one page to another: the other is withheld for the same reason.

    Called before the first one is removed.
    """
    by = of_page(connection, page)
    if by is not None and of_page(connection, to_page) is None:
        url = connection.execute(select(PageRow.url).where(PageRow.id == to_page)).scalar_one()
        add(connection, Withholding(kind="page", target=to_page, name=url, reason=by.reason, withheld_at=now))


def add(connection: Connection, one: Withholding) -> None:
    """Withhold something that is not."""
    values = {"kind": one.kind, "target_id": one.target, "name": one.name, "reason": one.reason}
    connection.execute(insert(table(WithheldRow)), values | {"withheld_at": one.withheld_at})


def end(connection: Connection, kind: Kind, target: int, *, now: datetime) -> None:
    """Note that something is not withheld any more; or that a page is no more, whose number may come again."""
    statement = update(WithheldRow).where(
        WithheldRow.kind == kind, WithheldRow.target_id == target, WithheldRow.lifted_at.is_(None)
    )
    connection.execute(statement.values(lifted_at=now))


@attrs.frozen(kw_only=True)
class Hidden:
    """How much readers are not shown."""

    pages: int = 0
    snapshots: int = 0
    """Those of these pages, and others that are withheld by themselves."""
    pages_by_source: dict[int | None, int] = attrs.field(factory=dict)
    """By the source's row."""


def hidden(connection: Connection) -> Hidden:
    """What is withheld, counted. Costs what is withheld, not what the archive holds."""
    if not is_anything(connection):
        return Hidden()
    one = aliased(WithheldRow)
    of_kind = {
        kind: select(one.target_id).where(one.kind == kind, one.lifted_at.is_(None)) for kind in ("page", "source")
    }
    is_hidden = or_(PageRow.id.in_(of_kind["page"]), PageRow.source_id.in_(of_kind["source"]))
    counted = select(PageRow.source_id, func.count()).where(is_hidden).group_by(PageRow.source_id)
    by_source = {source: int(count) for source, count in connection.execute(counted)}
    of_pages = (
        select(func.count())
        .select_from(PageRow)
        .join(AliasRow, AliasRow.page_id == PageRow.id)
        .join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
        .where(is_hidden)
    )
    alone = (
        select(func.count())
        .select_from(WithheldRow)
        .join(SnapshotRow, SnapshotRow.id == WithheldRow.target_id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(WithheldRow.kind == "snapshot", WithheldRow.lifted_at.is_(None), visible_page())
    )
    return Hidden(
        pages=sum(by_source.values()),
        snapshots=sum(connection.execute(query).scalar_one() for query in (of_pages, alone)),
        pages_by_source=by_source,
    )
