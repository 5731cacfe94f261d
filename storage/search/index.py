"""Keeps the full-text index in step with the snapshots, inside the transactions that change them."""

import hashlib
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, text, update

from storage.database import reading, writing
from storage.search import places
from storage.search.form import FORM, form
from storage.search_tables import FULL_TEXT, SearchRow
from storage.story_tables import BookmarkRow
from storage.tables import AliasRow, ExtractionRow, RenditionRow, SnapshotRow, table
from storage.withholding import visible_snapshot

# Snapshots to a transaction while all are indexed: a fifth of a second, so that others get their turn.
BATCH = 500

_BOOKMARK = "search"

OnProgress = Callable[[str, int, int], None]

_SHOWN = (
    select(
        RenditionRow.id.label("rendition"),
        RenditionRow.text,
        ExtractionRow.title,
        ExtractionRow.authors,
        ExtractionRow.language,
        ExtractionRow.section,
        SnapshotRow.captured_at,
        SnapshotRow.added_at,
        SnapshotRow.access,
        AliasRow.page_id.label("page"),
    )
    .select_from(SnapshotRow)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .join(RenditionRow, RenditionRow.snapshot_id == SnapshotRow.id)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .where(SnapshotRow.id == bindparam("snapshot"))
    # What readers see, as in `storage.snapshot_views`.
    .order_by(RenditionRow.generation.desc(), RenditionRow.id.desc())
    .limit(1)
)
_TEXTS = (
    select(RenditionRow.text, ExtractionRow.title, ExtractionRow.authors)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .where(RenditionRow.id == bindparam("rendition"))
)
_KNOWN = select(SearchRow.doc, SearchRow.rendition_id, SearchRow.digest).where(
    SearchRow.snapshot_id == bindparam("snapshot")
)
_LAST_PLACE = select(func.max(SearchRow.doc)).where(
    SearchRow.doc >= bindparam("start"), SearchRow.doc < bindparam("end")
)
_NEW_ROW = insert(table(SearchRow))
NEW_ENTRY = text(f"INSERT INTO {FULL_TEXT} (rowid, title, byline, text) VALUES (:doc, :title, :byline, :text)")
_NO_ENTRY = text(
    f"INSERT INTO {FULL_TEXT} ({FULL_TEXT}, rowid, title, byline, text) VALUES ('delete', :doc, :title, :byline, :text)"
)
_OF_PAGE = (
    # In the place of what is withheld readers see the one before.
    select(SearchRow.doc, SearchRow.newest, visible_snapshot(SearchRow.snapshot_id).label("visible"))
    .where(SearchRow.page_id == bindparam("page"), SearchRow.snapshot_id.is_not(None))
    .order_by(SearchRow.captured_at.desc(), SearchRow.snapshot_id.desc())
)
# By its place alone: an update of several rows has SQLite open a savepoint, at which the full-text index writes down
# all that it has gathered.
_SETTLE = update(table(SearchRow)).where(table(SearchRow).c.doc == bindparam("place"))


@attrs.frozen
class Entry:
    """What of a snapshot is indexed."""

    title: str
    byline: str
    text: str

    @property
    def digest(self) -> bytes:
        """Tells it from any other."""
        whole = f"{self.title}\n{self.byline}\n{self.text}"
        return hashlib.blake2b(whole.encode(), digest_size=8).digest()

    @property
    def values(self) -> dict[str, str]:
        """By column."""
        return {"title": self.title, "byline": self.byline, "text": self.text}


def entry(row: Any) -> Entry:
    """Of a row with `title`, `authors` and `text`."""
    return Entry(form(row.title), form("\n".join(row.authors)), form(row.text))


@attrs.frozen(kw_only=True)
class Shown:
    """What readers see of a snapshot: a row of its newest rendition, and what it is found by."""

    rendition: int
    text: str
    title: str | None
    authors: Sequence[str]
    language: str | None
    section: str | None
    captured_at: datetime
    added_at: datetime
    access: str
    page: int


def keep(connection: Connection, snapshot: int) -> None:
    """Have a snapshot found by the rendition that readers see of it, and by no other. Quick where it is already."""
    row = connection.execute(_SHOWN, {"snapshot": snapshot}).first()
    if row is None:
        return
    known = connection.execute(_KNOWN, {"snapshot": snapshot}).first()
    if known is not None and known.rendition_id == row.rendition:
        return
    doc = _forget(connection, known) if known is not None else None
    enter(connection, snapshot, Shown(**row._mapping), doc=doc)


def enter(connection: Connection, snapshot: int, shown: Shown, *, doc: int | None = None) -> None:
    """Have a snapshot found that the index does not know. `doc`: its place, where it had one."""
    made = entry(shown)
    values = {
        "doc": doc if doc is not None else _place(connection, shown.captured_at),
        "snapshot_id": snapshot,
        "rendition_id": shown.rendition,
        "digest": made.digest,
        "page_id": shown.page,
        "captured_at": shown.captured_at,
        "added_at": shown.added_at,
        "newest": False,
        "access": shown.access,
        "language": shown.language.lower() if shown.language else None,
        "section": f" {words} " if (words := form(shown.section)) else "",
    }
    connection.execute(_NEW_ROW, values)
    settle_page(connection, shown.page)
    connection.execute(NEW_ENTRY, made.values | {"doc": values["doc"]})


def _forget(connection: Connection, known: Any) -> int | None:
    """Take what was indexed of a snapshot out of the index. Returns its place, which is free then.

    The index keeps no texts, so that it has to be told what it should forget, and told anything else it would be
    damaged. Where the rendition is no longer what was indexed (someone has edited the database), the entry stays, at
    a place that belongs to no snapshot; None then.
    """
    row = connection.execute(_TEXTS, {"rendition": known.rendition_id}).first()
    here = SearchRow.doc == known.doc
    if row is None or (old := entry(row)).digest != known.digest:
        connection.execute(update(SearchRow).where(here).values(snapshot_id=None, rendition_id=None, newest=False))
        return None
    connection.execute(_NO_ENTRY, old.values | {"doc": known.doc})
    connection.execute(delete(SearchRow).where(here))
    return int(known.doc)


def _place(connection: Connection, captured_at: datetime) -> int:
    """The next free place of a capture's span."""
    number = places.span(captured_at)
    while True:
        bounds = {"start": places.first(number), "end": places.first(number + 1)}
        last: int | None = connection.execute(_LAST_PLACE, bounds).scalar()
        if last is None:
            return bounds["start"]
        if last + 1 < bounds["end"]:
            return last + 1
        number += 1


def settle_page(connection: Connection, page: int) -> None:
    """Work out anew which snapshot of a page is its newest; none where all are withheld."""
    rows = connection.execute(_OF_PAGE, {"page": page}).all()
    newest = next((row.doc for row in rows if row.visible), None)
    wrong = [{"place": row.doc, "newest": not row.newest} for row in rows if row.newest != (row.doc == newest)]
    if wrong:
        connection.execute(_SETTLE, wrong)


def settle(connection: Connection, snapshot: int) -> None:
    """Work out anew which snapshot is the newest of a snapshot's page: this one is withheld, or was."""
    page: int | None = connection.execute(select(SearchRow.page_id).where(SearchRow.snapshot_id == snapshot)).scalar()
    if page is not None:
        settle_page(connection, page)


def move(connection: Connection, alias: int, from_page: int, to_page: int) -> None:
    """Follow an alias to another page."""
    of_alias = select(SnapshotRow.id).where(SnapshotRow.alias_id == alias)
    connection.execute(update(SearchRow).where(SearchRow.snapshot_id.in_(of_alias)).values(page_id=to_page))
    for page in (from_page, to_page):
        settle_page(connection, page)


def move_all(connection: Connection) -> None:
    """Follow all aliases that were moved without a word, as when all keys are made anew."""
    moved = (
        select(SearchRow.doc, SearchRow.page_id.label("old"), AliasRow.page_id.label("new"))
        .join(SnapshotRow, SnapshotRow.id == SearchRow.snapshot_id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .where(SearchRow.page_id != AliasRow.page_id)
    )
    rows = connection.execute(moved).all()
    for row in rows:
        connection.execute(update(SearchRow).where(SearchRow.doc == row.doc).values(page_id=row.new))
    for page in {row.old for row in rows} | {row.new for row in rows}:
        settle_page(connection, page)


def is_current(connection: Connection) -> bool:
    """Whether all snapshots are indexed in this version's form."""
    noted = connection.execute(select(BookmarkRow.value).where(BookmarkRow.name == _BOOKMARK)).scalar()
    return noted == str(FORM)


def clear(connection: Connection) -> None:
    """Forget all, so that `fill` begins anew."""
    connection.execute(text(f"INSERT INTO {FULL_TEXT} ({FULL_TEXT}) VALUES ('delete-all')"))
    connection.execute(delete(SearchRow))
    connection.execute(delete(BookmarkRow).where(BookmarkRow.name == _BOOKMARK))


def fill(connection: Connection, after: int) -> int | None:
    """Index some of the snapshots after this one that are not indexed yet; from 0 on, in the order they were added.

    Returns the snapshot to go on after. None: all are indexed, which is noted.
    """
    some = select(SnapshotRow.id).where(SnapshotRow.id > after).order_by(SnapshotRow.id).limit(BATCH)
    snapshots = list(connection.execute(some).scalars())
    for snapshot in snapshots:
        keep(connection, snapshot)
    if snapshots:
        return snapshots[-1]
    connection.execute(delete(BookmarkRow).where(BookmarkRow.name == _BOOKMARK))
    connection.execute(insert(table(BookmarkRow)), {"name": _BOOKMARK, "value": str(FORM)})
    return None


def catch_up(engine: Engine, on_progress: OnProgress = lambda what, done, total: None) -> None:
    """Index what is not, in short transactions, so that others get their turn. Quick where all is.

    What an older version has indexed in another form is indexed anew. `on_progress`: what is being done, how many
    snapshots are done, and how many there are; an archive that was made before there was an index takes a second for
    a thousand.
    """
    with reading(engine) as connection:
        if is_current(connection):
            return
        begun = connection.execute(select(BookmarkRow.value).where(BookmarkRow.name == _BOOKMARK)).scalar()
        total = connection.execute(select(func.count()).select_from(SnapshotRow)).scalar_one()
    if begun is not None:
        with writing(engine) as connection:
            clear(connection)
    at = 0
    for done in itertools.count(0, BATCH):
        if done < total:
            on_progress("indexing", done, total)
        with writing(engine) as connection:
            reached = fill(connection, at)
        if reached is None:
            break
        at = reached
    if total:
        on_progress("indexing", total, total)
