"""Works the keys of all URLs out again where what makes them has changed: the version, or the file of rules."""

from datetime import UTC, datetime

from sqlalchemy import Connection, inspect, text

from storage import withholding
from storage.errors import InvalidURL
from storage.urls import key, key_version


def rekey(connection: Connection) -> int:
    """Give aliases, pages and the frontier the keys of this process. Returns how many pages went into another.

    Pages that have one key now are one page, the one that was there first; what moved is logged (`alias_move`), so
    that `aliases --split` can undo it. Of one URL twice on a list, the one that was visited stays. In plain SQL: a
    migration runs it on tables that are older than the code.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    apart = set(connection.execute(text("SELECT url FROM apart")).scalars())
    merged = _pages(connection, apart, now)
    for identity, url, old in _all(connection, "SELECT id, url, key FROM alias"):
        if (new := _key(url, old)) != old:
            connection.execute(text("UPDATE alias SET key = :key WHERE id = :id"), {"key": new, "id": identity})
    _frontier(connection, apart)
    note(connection, key_version())
    return merged


def is_current(connection: Connection) -> bool:
    """Whether the keys are those that this process makes."""
    found = connection.execute(text("SELECT value FROM bookmark WHERE name = 'keys'")).scalar()
    return bool(found == key_version())


def note(connection: Connection, version: str) -> None:
    """Note of which version the keys are."""
    connection.execute(text("DELETE FROM bookmark WHERE name = 'keys'"))
    connection.execute(text("INSERT INTO bookmark (name, value) VALUES ('keys', :version)"), {"version": version})


def _all(connection: Connection, statement: str) -> list[tuple[int, str, str]]:
    return [(row[0], row[1], row[2]) for row in connection.execute(text(statement + " ORDER BY id"))]


def _key(url: str, old: str) -> str:
    try:
        return key(url)
    except InvalidURL:
        # What an older version let in keeps the key it has; it is refused when it is due.
        return old


def _pages(connection: Connection, apart: set[str], now: datetime) -> int:
    pages = _all(connection, "SELECT id, url, key FROM page")
    wanted = {identity: old if url in apart else _key(url, old) for identity, url, old in pages}
    first: dict[str, int] = {}
    merged = 0
    for identity, url, _ in pages:
        kept = first.setdefault(wanted[identity], identity)
        if kept != identity:
            _merge(connection, identity, url, kept, now)
            merged += 1
    changed = [(identity, wanted[identity]) for identity, _, old in pages if wanted[identity] != old]
    changed = [(identity, new) for identity, new in changed if first[new] == identity]
    # One page's new key may be another's old one, and keys are unique.
    for identity, _ in changed:
        connection.execute(text("UPDATE page SET key = '#' || id WHERE id = :id"), {"id": identity})
    for identity, new in changed:
        connection.execute(text("UPDATE page SET key = :key WHERE id = :id"), {"key": new, "id": identity})
    return merged


def _merge(connection: Connection, page: int, url: str, kept: int, now: datetime) -> None:
    if inspect(connection).has_table("withheld"):
        withholding.follow(connection, page, kept, now=now.replace(tzinfo=UTC))
        withholding.end(connection, "page", page, now=now.replace(tzinfo=UTC))
    connection.execute(
        text(
            "INSERT INTO alias_move (alias_id, from_page, from_url, to_page, reason, at) "
            "SELECT id, :page, :url, :kept, 'same key', :now FROM alias WHERE page_id = :page"
        ),
        {"page": page, "url": url, "kept": kept, "now": str(now)},
    )
    both = {"page": page, "kept": kept}
    connection.execute(text("UPDATE alias SET page_id = :kept WHERE page_id = :page"), both)
    connection.execute(
        text(
            "UPDATE page SET source_id = coalesce(source_id, (SELECT source_id FROM page WHERE id = :page)) "
            "WHERE id = :kept"
        ),
        both,
    )
    connection.execute(text("DELETE FROM page WHERE id = :page"), both)


# Which of two entries of one page stays: what is being visited, what was visited, what waits.
_ORDER = {"leased": 0, "done": 1, "pending": 2}


def _frontier(connection: Connection, apart: set[str]) -> None:
    rows = connection.execute(text("SELECT id, scope, kind, url, key, state, priority FROM frontier ORDER BY id")).all()
    groups: dict[tuple[str, str, str], list[tuple[int, int, int]]] = {}
    old: dict[int, str] = {}
    for row in rows:
        old[row.id] = row.key
        new = row.url if row.url in apart else _key(row.url, row.key)
        groups.setdefault((row.scope, row.kind, new), []).append((_ORDER[row.state], -row.priority, row.id))
    gone = [{"id": one[2]} for group in groups.values() for one in sorted(group)[1:]]
    changed = [{"id": min(g)[2], "key": k[2]} for k, g in groups.items() if old[min(g)[2]] != k[2]]
    if gone:
        connection.execute(text("DELETE FROM frontier WHERE id = :id"), gone)
    if changed:
        connection.execute(text("UPDATE frontier SET key = '#' || id WHERE id = :id"), changed)
        connection.execute(text("UPDATE frontier SET key = :key WHERE id = :id"), changed)
