"""Which URLs lead to a page, and how a wrong merge of two pages is undone. Every move of an alias is logged."""

from datetime import datetime

import attrs
from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update

from storage import takedowns, withholding
from storage.errors import AliasNotFound, LastAlias
from storage.search import index
from storage.story_tables import AliasMoveRow, ApartRow, BodyRow, SnapshotBodyRow
from storage.tables import AliasRow, PageRow, SnapshotRow, made_by, table
from storage.takedown_tables import ReplacedTextRow
from storage.urls import key, site


@attrs.frozen(kw_only=True)
class AliasView:
    """A URL that leads to a page."""

    url: str
    canonical_url: str
    added_at: datetime
    snapshots: int
    """Snapshots that were captured at this very URL."""
    moved: tuple[tuple[datetime, str, str | None], ...]
    """When it came from another page, why, and that page's URL: None where that is withheld."""


def apart(connection: Connection) -> frozenset[str]:
    """The URLs that are pages of their own, whatever their keys; mostly none."""
    return frozenset(connection.execute(select(ApartRow.url)).scalars())


# Put together once, as in `storage.pages`.
_ALIASES = (
    select(AliasRow.id, AliasRow.url, AliasRow.added_at, PageRow.url.label("canonical_url"))
    .join(PageRow, PageRow.id == AliasRow.page_id)
    .where(AliasRow.page_id == bindparam("page"))
    .order_by(AliasRow.id)
)
_CAPTURED = select(func.count()).select_from(SnapshotRow).where(SnapshotRow.alias_id == bindparam("alias"))
_LEFT = select(PageRow.id).where(PageRow.id == AliasMoveRow.from_page, ~withholding.visible_page())
_MOVES = (
    select(AliasMoveRow.at, AliasMoveRow.reason, case((~_LEFT.exists(), AliasMoveRow.from_url)).label("from_url"))
    .where(AliasMoveRow.alias_id == bindparam("alias"))
    .order_by(AliasMoveRow.id)
)


def aliases_of(connection: Connection, page: int) -> list[AliasView]:
    """The URLs of a page, in the order in which they were met."""
    return [
        AliasView(
            url=row.url,
            canonical_url=row.canonical_url,
            added_at=row.added_at,
            snapshots=connection.execute(_CAPTURED, {"alias": row.id}).scalar_one(),
            moved=tuple((m.at, m.reason, m.from_url) for m in connection.execute(_MOVES, {"alias": row.id})),
        )
        for row in connection.execute(_ALIASES, {"page": page}).all()
    ]


def split(connection: Connection, url: str, *, now: datetime) -> int:
    """Make a URL a page of its own, and keep it apart from now on. Returns the page.

    Raises AliasNotFound where no page has that very URL, and LastAlias where it is all that its page has.
    """
    row = connection.execute(select(AliasRow.id, AliasRow.page_id).where(AliasRow.url == url)).first()
    if row is None:
        raise AliasNotFound(url)
    others = select(AliasRow.id).where(AliasRow.page_id == row.page_id, AliasRow.id != row.id)
    if connection.execute(others.limit(1)).first() is None:
        raise LastAlias(url)
    old = connection.execute(select(PageRow.url, PageRow.source_id).where(PageRow.id == row.page_id)).one()
    # No key begins with a scheme, so that this one is taken by nobody.
    values = {"key": url, "url": url, "site": site(url), "source_id": old.source_id, "added_at": now}
    page = made_by(connection.execute(insert(table(PageRow)), values))
    connection.execute(insert(table(ApartRow)), {"url": url, "at": now})
    _move(connection, row.id, row.page_id, old.url, page, "split", now)
    return page


def join(connection: Connection, url: str, *, now: datetime) -> None:
    """Take back that a URL was made a page of its own. Raises AliasNotFound where it was not."""
    row = connection.execute(
        select(AliasRow.id, AliasRow.page_id).join(ApartRow, ApartRow.url == AliasRow.url).where(AliasRow.url == url)
    ).first()
    move = (
        row
        and connection.execute(
            select(AliasMoveRow.from_page, AliasMoveRow.from_url)
            .where(AliasMoveRow.alias_id == row.id, AliasMoveRow.reason == "split")
            .order_by(AliasMoveRow.id.desc())
        ).first()
    )
    if row is None or not move:
        raise AliasNotFound(url)
    connection.execute(delete(ApartRow).where(ApartRow.url == url))
    _move(connection, row.id, row.page_id, url, move.from_page, "join", now)
    connection.execute(delete(ReplacedTextRow).where(ReplacedTextRow.page_id == row.page_id))
    withholding.end(connection, "page", row.page_id, now=now)
    connection.execute(delete(PageRow).where(PageRow.id == row.page_id))


def move_claims(connection: Connection, page: int, wanted: str, *, now: datetime) -> None:
    """Give the aliases of a page that have another key than this one a page of their own each: they had named the
    page's URL as their canonical one, and it shows another article."""
    old: str = connection.execute(select(PageRow.url).where(PageRow.id == page)).scalar_one()
    rows = connection.execute(
        select(AliasRow.id, AliasRow.url, AliasRow.key).where(AliasRow.page_id == page, AliasRow.key != wanted)
    ).all()
    for row in rows:
        other: int | None = connection.execute(select(PageRow.id).where(PageRow.key == row.key)).scalar()
        if other is None:
            values = {"key": key(row.url), "url": row.url, "site": site(row.url), "source_id": None, "added_at": now}
            other = made_by(connection.execute(insert(table(PageRow)), values))
        _move(connection, row.id, page, old, other, "canonical", now)


def _move(connection: Connection, alias: int, page: int, url: str, to_page: int, reason: str, now: datetime) -> None:
    withholding.follow(connection, page, to_page, now=now)
    connection.execute(update(AliasRow).where(AliasRow.id == alias).values(page_id=to_page))
    # What a page's visits say of its takedowns goes with them.
    for one in (page, to_page):
        takedowns.rebuild(connection, one)
    values = {"alias_id": alias, "from_page": page, "from_url": url, "to_page": to_page, "reason": reason, "at": now}
    connection.execute(insert(table(AliasMoveRow)), values)
    _place_again(connection, alias)
    index.move(connection, alias, page, to_page)


def _place_again(connection: Connection, alias: int) -> None:
    """Have the stories of an alias's snapshots worked out again: they count pages."""
    bodies = (
        select(SnapshotBodyRow.body_id)
        .join(SnapshotRow, SnapshotRow.id == SnapshotBodyRow.snapshot_id)
        .where(SnapshotRow.alias_id == alias)
    )
    connection.execute(update(BodyRow).where(BodyRow.id.in_(bodies), BodyRow.state == 2).values(state=1))
