"""What a query's fields ask of a snapshot or its page, as conditions on `search_row`."""

import contextlib
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, false, not_, or_, select
from sqlalchemy.orm import aliased

from storage.change_tables import ChangeRow
from storage.errors import InvalidURL
from storage.label_tables import NoteRow, TagRow
from storage.labels import folded_tag
from storage.search.form import fold, form
from storage.search.query import Filter, When
from storage.search_tables import SearchRow
from storage.story_tables import BodyRow, SnapshotBodyRow
from storage.tables import AliasRow, PageRow, SourceRow
from storage.takedown_tables import TakedownRow
from storage.urls import site

Condition = ColumnElement[bool]


def condition(connection: Connection, asked: Filter | When, held_at: datetime | None) -> Condition:
    """On `search_row`. `held_at`: by what the archive held then; None: by what it holds."""
    if isinstance(asked, When):
        return _when(asked, held_at)
    return {
        "source": _source,
        "site": _site,
        "lang": _language,
        "section": _section,
        "access": _access,
        "story": _story,
        "tag": _tag,
        "note": _note,
    }[asked.field](connection, asked)


def _source(connection: Connection, asked: Filter) -> Condition:
    wanted = fold(asked.value)
    sources = [
        row.id
        for row in connection.execute(select(SourceRow.id, SourceRow.name))
        if fold(row.name) == wanted or (asked.prefix and fold(row.name).startswith(wanted))
    ]
    return _page(PageRow.source_id.in_(sources)) if sources else false()


def _site(connection: Connection, asked: Filter) -> Condition:
    wanted = asked.value.lower()
    if asked.prefix:
        return _page(PageRow.site.startswith(wanted, autoescape=True))
    names = {wanted}
    with contextlib.suppress(InvalidURL):
        # Of a host its registrable domain, which is what pages are noted under.
        names.add(site(f"http://{wanted}/"))
    return _page(or_(PageRow.site.in_(sorted(names)), PageRow.site.endswith(f".{wanted}", autoescape=True)))


def _page(wanted: Condition) -> Condition:
    return select(PageRow.id).where(PageRow.id == SearchRow.page_id, wanted).correlate(SearchRow).exists()


def _language(connection: Connection, asked: Filter) -> Condition:
    wanted = asked.value.lower().replace("_", "-")
    if asked.prefix:
        return SearchRow.language.startswith(wanted, autoescape=True)
    return or_(SearchRow.language == wanted, SearchRow.language.startswith(f"{wanted}-", autoescape=True))


def _section(connection: Connection, asked: Filter) -> Condition:
    return _has_words(SearchRow.section, asked)


def _access(connection: Connection, asked: Filter) -> Condition:
    return SearchRow.access == asked.value.lower()


def _story(connection: Connection, asked: Filter) -> Condition:
    of_story = (
        select(SnapshotBodyRow.snapshot_id)
        .join(BodyRow, BodyRow.id == SnapshotBodyRow.body_id)
        .where(BodyRow.story == asked.value)
    )
    return SearchRow.snapshot_id.in_(of_story)


def _tag(connection: Connection, asked: Filter) -> Condition:
    wanted = folded_tag(asked.value)
    is_it = TagRow.folded.startswith(wanted, autoescape=True) if asked.prefix else TagRow.folded == wanted
    return _labelled(TagRow, is_it)


def _note(connection: Connection, asked: Filter) -> Condition:
    return _labelled(NoteRow, _has_words(NoteRow.words, asked))


def _labelled(row: type[TagRow] | type[NoteRow], is_it: Condition) -> Condition:
    pages = select(AliasRow.page_id).join(row, row.alias_id == AliasRow.id).where(row.snapshot_id.is_(None), is_it)
    snapshots = select(row.snapshot_id).where(row.snapshot_id.is_not(None), is_it)
    return or_(SearchRow.page_id.in_(pages), SearchRow.snapshot_id.in_(snapshots))


def _has_words(column: Any, asked: Filter) -> Condition:
    words = form(asked.value)
    if not words:
        return false()
    found: Condition = column.contains(f" {words}" if asked.prefix else f" {words} ", autoescape=True)
    return found


def _when(asked: When, held_at: datetime | None) -> Condition:
    if asked.field in ("after", "before"):
        return and_(*_between(SearchRow.captured_at, asked))
    known = _edited(asked, held_at) if asked.field == "changed" else _gone(asked, held_at)
    return not_(known) if asked.never else known


def _between(column: Any, asked: When) -> list[Condition]:
    bounds: list[Condition] = []
    if asked.start is not None:
        bounds.append(column >= asked.start)
    if asked.end is not None:
        bounds.append(column < asked.end)
    return bounds


def _edited(asked: When, held_at: datetime | None) -> Condition:
    """The page was edited then."""
    edit = aliased(SearchRow)
    query = (
        select(edit.page_id)
        .join(ChangeRow, ChangeRow.new_snapshot_id == edit.snapshot_id)
        # What differs only because it was read by another version is no edit, and has no kinds.
        .where(or_(cast(ChangeRow.kinds, Text) != "{}", ChangeRow.redated))
        .where(*_between(ChangeRow.captured_at, asked))
    )
    if held_at is not None:
        query = query.where(edit.captured_at <= held_at, edit.added_at <= held_at)
    if asked.start is None and asked.end is None:
        # There may be more edits than what is looked at.
        return query.where(edit.page_id == SearchRow.page_id).correlate(SearchRow).exists()
    return SearchRow.page_id.in_(query)


def _gone(asked: When, held_at: datetime | None) -> Condition:
    """The page was seen to be gone then, and a second visit has confirmed it; without a date: it is gone still."""
    query = select(TakedownRow.page_id).where(TakedownRow.confirmed_at.is_not(None))
    query = query.where(*_between(TakedownRow.suspected_at, asked))
    still: Condition = TakedownRow.back_at.is_(None)
    if held_at is not None:
        query = query.where(TakedownRow.confirmed_at <= held_at)
        still = or_(still, TakedownRow.back_at > held_at)
    if asked.start is None and asked.end is None:
        query = query.where(still)
    return SearchRow.page_id.in_(query)
