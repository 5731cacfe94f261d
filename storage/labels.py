"""Tags and notes: the owner's own words about pages and snapshots. They are searched for, and never part of a text."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, delete, insert, select

from storage import pages, withholding
from storage.clock import iso
from storage.errors import InvalidURL, PageNotFound, UsageError
from storage.finding import is_id
from storage.label_tables import NoteRow, TagRow
from storage.search.form import fold, form
from storage.tables import AliasRow, PageRow, SnapshotRow, made_by, table

# A tag is a name, and stands in lists.
MAX_TAG = 200
MAX_NOTE = 20_000


class LabelRefused(UsageError):
    """A tag or note has no text, or too much."""

    def __init__(self, what: str, most: int):
        super().__init__(f"A {what} has between 1 and {most:,} characters. Give another one.")


class LabelNotFound(UsageError):
    """What should be taken off is not there."""

    def __init__(self, what: str):
        super().__init__(f"There is no {what}. `backissue tag` and `backissue note` list what there is.")


@attrs.frozen(kw_only=True)
class Place:
    """What a label is on."""

    alias: int
    snapshot: int | None
    """None: the whole page."""


@attrs.frozen(kw_only=True)
class Label:
    """A tag or a note."""

    id: int
    text: str
    """The tag's name or the note's text, as given."""
    url: str
    """The page's."""
    snapshot: int | None
    """None: it is on the whole page."""
    added_at: datetime

    def as_json(self, key: str) -> dict[str, Any]:
        """As the commands print it; `key`: what the text is called."""
        number = {} if key == "tag" else {"id": self.id}
        return number | {key: self.text, "url": self.url, "snapshot": self.snapshot, "added_at": iso(self.added_at)}


def folded_tag(name: str) -> str:
    """What makes two tags the same one."""
    return fold(" ".join(name.split()))


def place_of(connection: Connection, what: str) -> Place:
    """What a URL or a snapshot's number means. Raises PageNotFound."""
    if is_id(what):
        alias = connection.execute(select(SnapshotRow.alias_id).where(SnapshotRow.id == int(what))).scalar()
        if alias is None:
            raise PageNotFound(what)
        return Place(alias=alias, snapshot=int(what))
    try:
        found = pages.find_alias(connection, what)
    except InvalidURL as error:
        raise PageNotFound(what) from error
    if found is None:
        raise PageNotFound(what)
    return Place(alias=found.id, snapshot=None)


def tag(connection: Connection, what: Sequence[str], name: str, *, now: datetime) -> int:
    """Put a tag on pages and snapshots. Returns on how many it was not before.

    Raises LabelRefused, and PageNotFound before anything is written.
    """
    name = " ".join(_whole(name).split())
    folded = folded_tag(name)
    if not folded or len(name) > MAX_TAG:
        raise LabelRefused("tag", MAX_TAG)
    fresh = [
        place
        for place in dict.fromkeys(place_of(connection, one) for one in what)
        if not _tags(connection, place, folded)
    ]
    for place in fresh:
        values = {"alias_id": place.alias, "snapshot_id": place.snapshot, "name": name, "folded": folded}
        connection.execute(insert(table(TagRow)), values | {"added_at": now})
    return len(fresh)


def untag(connection: Connection, what: Sequence[str], name: str) -> int:
    """Take a tag off pages and snapshots. Returns off how many. Raises PageNotFound, and LabelNotFound for none."""
    folded = folded_tag(_whole(name))
    rows = [row for one in what for row in _tags(connection, place_of(connection, one), folded)]
    if not rows:
        raise LabelNotFound(f"tag {name!r} on it")
    connection.execute(delete(TagRow).where(TagRow.id.in_(rows)))
    return len(set(rows))


def _tags(connection: Connection, place: Place, folded: str) -> list[int]:
    """The rows of a tag on a snapshot, or on a page under any of its URLs."""
    query = select(TagRow.id).where(TagRow.folded == folded)
    if place.snapshot is not None:
        query = query.where(TagRow.snapshot_id == place.snapshot)
    else:
        query = query.where(TagRow.snapshot_id.is_(None), TagRow.alias_id.in_(_siblings(place.alias)))
    return list(connection.execute(query).scalars())


def _siblings(alias: int) -> Any:
    page = select(AliasRow.page_id).where(AliasRow.id == alias).scalar_subquery()
    return select(AliasRow.id).where(AliasRow.page_id == page)


def note(connection: Connection, what: str, text: str, *, now: datetime) -> int:
    """Put a note on a page or snapshot. Returns its number. Raises PageNotFound and LabelRefused."""
    text = _whole(text).strip()
    if not text or len(text) > MAX_NOTE:
        raise LabelRefused("note", MAX_NOTE)
    place = place_of(connection, what)
    values = {"alias_id": place.alias, "snapshot_id": place.snapshot, "text": text, "words": f" {form(text)} "}
    return made_by(connection.execute(insert(table(NoteRow)), values | {"added_at": now}))


def remove_note(connection: Connection, number: int) -> None:
    """Take a note off. Raises LabelNotFound."""
    if connection.execute(delete(NoteRow).where(NoteRow.id == number)).rowcount == 0:
        raise LabelNotFound(f"note {number}")


def tags(connection: Connection, what: str | None = None) -> list[Label]:
    """The tags on a page and its snapshots, or on a snapshot; or all. In alphabetical order, then by page.

    Raises PageNotFound.
    """
    query = _labels(connection, TagRow, TagRow.name, what).order_by(TagRow.folded, PageRow.url, TagRow.id)
    return [Label(**row._mapping) for row in connection.execute(query)]


def notes(connection: Connection, what: str | None = None) -> list[Label]:
    """The notes on a page and its snapshots, or on a snapshot; or all. The oldest first. Raises PageNotFound."""
    query = _labels(connection, NoteRow, NoteRow.text, what).order_by(NoteRow.added_at, NoteRow.id)
    return [Label(**row._mapping) for row in connection.execute(query)]


def _labels(connection: Connection, row: type[TagRow] | type[NoteRow], text: Any, what: str | None) -> Any:
    """One row per label of what is not withheld, with its page's URL. No order. Raises PageNotFound and Withheld."""
    query = (
        select(row.id, text.label("text"), PageRow.url, row.snapshot_id.label("snapshot"), row.added_at)
        .join(AliasRow, AliasRow.id == row.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(withholding.visible(snapshot=row.snapshot_id))
    )
    if what is None:
        return query
    place = place_of(connection, what)
    _must_show(connection, place, what)
    if place.snapshot is not None:
        return query.where(row.snapshot_id == place.snapshot)
    return query.where(row.alias_id.in_(_siblings(place.alias)))


def _must_show(connection: Connection, place: Place, what: str) -> None:
    if place.snapshot is not None:
        withholding.must_show_snapshot(connection, place.snapshot)
    else:
        page = connection.execute(select(AliasRow.page_id).where(AliasRow.id == place.alias)).scalar_one()
        withholding.must_show_page(connection, page, what)


def _whole(text: str) -> str:
    """Without halves of characters, which a terminal may pass on and the database refuses, and without NULs."""
    return text.encode(errors="replace").decode().replace("\0", "")
