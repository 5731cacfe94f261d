"""A search as the database is asked: one full-text expression, conditions beside it, and the places it may lie at."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, and_, false, not_, or_, select, text
from sqlalchemy.orm import aliased

from storage.errors import UsageError
from storage.search import places
from storage.search.filters import Condition, condition
from storage.search.query import Both, Either, Filter, Node, When, Without, Words, parse
from storage.search.request import MAX_LIMIT, Search
from storage.search_tables import FULL_TEXT, SearchRow
from storage.tables import PageRow
from storage.withholding import is_anything, visible_page, visible_snapshot, with_hidden_snapshots


class LimitOutOfRange(UsageError):
    """More hits at a time than are given out, or less than one."""

    def __init__(self, limit: int):
        super().__init__(
            f"{limit:,} hits at a time cannot be had: give a limit from 1 to {MAX_LIMIT:,}, and go on with the cursor "
            "of each page, or use `export`."
        )


class NoSuchMoment(UsageError):
    """The scope `as_of` without its date, or a date without the scope."""

    def __init__(self) -> None:
        super().__init__("A search as of a date needs the date, and no other search has one. Give both, or neither.")


@attrs.frozen(kw_only=True)
class Plan:
    """How to find what was asked for."""

    match: str | None
    """In FTS5's syntax, made of quoted words only. None: no words are asked for."""
    conditions: tuple[Condition, ...]
    """On `search_row`."""
    start: int
    """The first place that can hold something."""
    end: int
    """Up to, and without."""
    terms: tuple[str, ...]
    """The expressions of single words and phrases in `match`."""


# Beyond all places that there can be.
_END = 1 << 62


def plan(connection: Connection, search: Search) -> Plan:
    """Work out how to find it. Raises UsageError: a date that is none, too many words, a limit out of range."""
    if not 1 <= search.limit <= MAX_LIMIT:
        raise LimitOutOfRange(search.limit)
    if (search.scope == "as_of") != (search.as_of is not None):
        raise NoSuchMoment
    query = parse(search.query)
    parts = query.root.parts if isinstance(query.root, Both) else (query.root,) if query.root is not None else ()
    texts = [made for part in parts if not isinstance(part, Without) and (made := _match(part)) is not None]
    match, rest = _all_of(texts), list(parts)
    if match is not None:
        without = [made for part in parts if isinstance(part, Without) and (made := _match(part.part)) is not None]
        match = " NOT ".join([match, *without])
        rest = [p for p in parts if _match(p.part if isinstance(p, Without) else p) is None]
    conditions: list[Condition] = [SearchRow.snapshot_id.is_not(None)]
    conditions += [_condition(connection, part, search.as_of) for part in rest]
    start, end = 0, _END
    for part in rest:
        if isinstance(part, When) and part.field == "after" and part.start is not None:
            start = max(start, places.first(places.span(part.start)))
        elif isinstance(part, When) and part.field == "before" and part.end is not None:
            end = min(end, places.first(places.span(part.end) + 2))
    hides = is_anything(connection)
    if hides:
        page = select(PageRow.id).where(PageRow.id == SearchRow.page_id, visible_page()).correlate(SearchRow)
        conditions += [visible_snapshot(SearchRow.snapshot_id), page.exists()]
    conditions += _scope(search, hides)
    if search.as_of is not None:
        end = min(end, places.first(places.span(search.as_of) + 2))
    terms = tuple(made for words in query.wanted if (made := _match(words)) is not None)
    return Plan(match=match, conditions=tuple(conditions), start=start, end=end, terms=terms)


def _scope(search: Search, hides: bool) -> list[Condition]:
    """`hides`: something is withheld, so that the newest snapshot of a page may be none that readers are shown."""
    if search.scope == "newest":
        newest: Condition = SearchRow.newest.is_(True)
        if hides:
            newest = or_(newest, and_(SearchRow.page_id.in_(with_hidden_snapshots()), not_(_followed())))
        return [newest]
    if search.as_of is None:
        return []
    return [*_held(SearchRow, search.as_of), not_(_followed(search.as_of))]


def _held(row: type[SearchRow], when: datetime) -> list[Condition]:
    return [row.captured_at <= when, row.added_at <= when]


def _followed(when: datetime | None = None) -> Condition:
    """The archive held a later snapshot of the same page at that time, or holds one, that readers are shown."""
    later = aliased(SearchRow)
    query = select(later.doc).where(
        later.page_id == SearchRow.page_id,
        later.snapshot_id.is_not(None),
        visible_snapshot(later.snapshot_id),
        *(_held(later, when) if when is not None else ()),
        later.captured_at >= SearchRow.captured_at,
        or_(later.captured_at > SearchRow.captured_at, later.snapshot_id > SearchRow.snapshot_id),
    )
    return query.correlate(SearchRow).exists()


def _match(node: Node) -> str | None:
    """A part of the query as a full-text expression. None: it asks for more than words, or only for their absence."""
    if isinstance(node, Words):
        phrase = '"' + " ".join(node.words).replace('"', '""') + '"' + (" *" if node.prefix else "")
        return f"{node.field} : {phrase}" if node.field else phrase
    if isinstance(node, Both):
        wanted = [_match(part) for part in node.parts if not isinstance(part, Without)]
        without = [_match(part.part) for part in node.parts if isinstance(part, Without)]
        if not wanted or None in wanted or None in without:
            return None
        return (
            "(" + " NOT ".join([_all_of([one for one in wanted if one]) or "", *(one for one in without if one)]) + ")"
        )
    if isinstance(node, Either):
        made = [_match(part) for part in node.parts]
        return None if None in made else "(" + " OR ".join(one for one in made if one) + ")"
    return None


def _all_of(made: list[str]) -> str | None:
    return "(" + " AND ".join(made) + ")" if len(made) > 1 else made[0] if made else None


def _condition(connection: Connection, node: Node, held_at: datetime | None) -> Condition:
    made = _match(node)
    if made is not None:
        return SearchRow.doc.in_(matching(made))
    if isinstance(node, Filter | When):
        return condition(connection, node, held_at)
    if isinstance(node, Both):
        return and_(*(_condition(connection, part, held_at) for part in node.parts))
    if isinstance(node, Either):
        return or_(*(_condition(connection, part, held_at) for part in node.parts))
    if isinstance(node, Without):
        return not_(_condition(connection, node.part, held_at))
    return false()


def matching(match: str) -> Any:
    """The places that match a full-text expression."""
    return text(f"SELECT rowid FROM {FULL_TEXT} WHERE {FULL_TEXT} MATCH :match").bindparams(match=match)
