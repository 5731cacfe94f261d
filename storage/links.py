"""Keeps the index of fingerprints, the edges between texts, and each text's place in a story.

Three steps, each of which can be cut off: a snapshot's text gets its fingerprints, then its edges, then its place. What
comes of them depends on the texts alone, not on the order in which they came.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import attrs
import xxhash
from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.clock import iso
from storage.memory import in_parts
from storage.relations import ENOUGH_TOKENS, NEAR_CONTAINMENT, NEAR_JACCARD, Likeness
from storage.stars import Node, Place, components, stars
from storage.story_tables import BodyRow, BookmarkRow, EdgeRow, FingerprintRow, FullKeyRow, SnapshotBodyRow
from storage.tables import AliasRow, PageRow, RenditionRow, SnapshotRow, made_by, table
from storage.withholding import visible

# Keys that two texts must share to be compared. Of a short text there are few.
SHARED_KEYS, SHARED_KEYS_SHORT, SHORT_TOKENS = 3, 2, 400

# Months before and after in which all keys are looked up: agency copy runs within days.
NEAR_MONTHS = 1
# In other months one key in eight is, and one in common is enough to compare: what is republished years later is
# republished whole, and a look-up in twelve months would cost twice as much with one key in four.
SAMPLE = 8

# Texts of a month that are noted for one key. More have it only where it is in what sites repeat, or where a text is
# everywhere; then the earliest are enough to find its story by.
MOST_TEXTS = 200

# The likest candidates are compared in full; of equals the earliest, which stories have as their centre.
MOST_COMPARED = 16

_LAST_RENDITION = "linked rendition"


@attrs.frozen(kw_only=True)
class Read:
    """A snapshot's text, as a worker has read it."""

    snapshot: int
    rendition: int
    captured_at: datetime
    digest: bytes
    tokens: int
    keys: tuple[int, ...]
    agency: str | None


@attrs.frozen(kw_only=True)
class Body:
    """A text to look for the likes of."""

    id: int
    rendition: int
    """Where it can be read."""
    month: int
    """The partition of its fingerprints."""
    keys: tuple[int, ...] | None
    """Its fingerprints, where they are at hand."""


@attrs.frozen(kw_only=True)
class Found:
    """What a worker found beside a text."""

    body: int
    edges: tuple[tuple[int, Likeness], ...]
    full: tuple[tuple[int, int], ...]
    """Month and key of which MOST_TEXTS are noted."""


def month_of(when: datetime) -> int:
    """The partition of a capture."""
    return 12 * when.year + when.month - 1


def waiting(connection: Connection) -> tuple[list[int], int]:
    """The snapshots with a rendition that has not been looked at, the earliest captures first, and the newest
    rendition there is."""
    value = connection.execute(select(BookmarkRow.value).where(BookmarkRow.name == _LAST_RENDITION)).scalar()
    last = int(value or 0)
    newest = connection.execute(select(func.max(RenditionRow.id))).scalar() or 0
    query = (
        select(SnapshotRow.id)
        .where(SnapshotRow.id.in_(select(RenditionRow.snapshot_id).where(RenditionRow.id > last)))
        .order_by(SnapshotRow.captured_at, SnapshotRow.id)
    )
    return list(connection.execute(query).scalars()), newest


def advance(connection: Connection, rendition: int) -> None:
    """Note that all renditions up to this one have been looked at."""
    statement = sqlite_insert(BookmarkRow).values(name=_LAST_RENDITION, value=str(rendition))
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": str(rendition)}))


def clear(connection: Connection) -> None:
    """Forget everything that can be made anew from snapshots."""
    for row in (SnapshotBodyRow, BodyRow, FingerprintRow, FullKeyRow, EdgeRow):
        connection.execute(delete(row))
    connection.execute(delete(BookmarkRow).where(BookmarkRow.name == _LAST_RENDITION))


# Plain SQL, as it runs for every article; the driver takes it in one go for a batch.
_HAD = text("SELECT body_id FROM snapshot_body WHERE snapshot_id IN (SELECT value FROM json_each(:snapshots))")
_NEW_BODY = insert(table(BodyRow))
_HAS = text(
    "INSERT INTO snapshot_body (snapshot_id, rendition_id, body_id, agency) "
    "VALUES (:snapshot, :rendition, :body, :agency) ON CONFLICT (snapshot_id) DO UPDATE "
    "SET rendition_id = excluded.rendition_id, body_id = excluded.body_id, agency = excluded.agency"
)
_AGAIN = text("UPDATE body SET state = 1 WHERE state = 2 AND id IN (SELECT value FROM json_each(:bodies))")
_FULL = select(FullKeyRow.key).where(FullKeyRow.month == bindparam("month"))


def keep_bodies(connection: Connection, reads: Sequence[Read]) -> list[Body]:
    """Note which text each snapshot has, with the fingerprints of the texts that are new. Returns these."""
    bodies = _known(connection, [read.digest for read in reads])
    had = connection.execute(_HAD, {"snapshots": json.dumps([read.snapshot for read in reads])}).scalars()
    again = {*had, *bodies.values()}
    full: dict[int, frozenset[int]] = {}
    keys: list[tuple[int, int, int]] = []
    new: list[Body] = []
    for read in reads:
        if read.digest in bodies:
            continue
        month = month_of(read.captured_at)
        values = {"digest": read.digest, "rendition_id": read.rendition, "tokens": read.tokens, "month": month}
        body = bodies[read.digest] = made_by(connection.execute(_NEW_BODY, {**values, "state": 0}))
        new.append(Body(id=body, rendition=read.rendition, month=month, keys=read.keys))
        if month not in full:
            full[month] = frozenset(connection.execute(_FULL, {"month": month}).scalars())
        keys += [(month, key, body) for key in read.keys if key not in full[month]]
    rows = [
        {"snapshot": read.snapshot, "rendition": read.rendition, "body": bodies[read.digest], "agency": read.agency}
        for read in reads
    ]
    if rows:
        connection.execute(_HAS, rows)
    if keys:
        # In the index's own order: neighbours lie on one page of the file.
        connection.exec_driver_sql("INSERT OR IGNORE INTO fingerprint VALUES (?, ?, ?)", sorted(keys))
    connection.execute(_AGAIN, {"bodies": json.dumps(sorted(again))})
    return new


def _known(connection: Connection, digests: Sequence[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for part in in_parts(dict.fromkeys(digests)):
        query = select(BodyRow.digest, BodyRow.id).where(BodyRow.digest.in_(part))
        found |= {row.digest: row.id for row in connection.execute(query)}
    return found


def unlinked(connection: Connection) -> list[Body]:
    """The texts without edges, in the order they came."""
    query = select(BodyRow.id, BodyRow.rendition_id, BodyRow.month).where(BodyRow.state == 0).order_by(BodyRow.id)
    return [
        Body(id=row.id, rendition=row.rendition_id, month=row.month, keys=None) for row in connection.execute(query)
    ]


_LOOK_UP = (
    "SELECT month, key, body_id FROM fingerprint "
    "WHERE month IN (SELECT value FROM json_each(?)) AND key IN (SELECT value FROM json_each(?)) UNION ALL "
    "SELECT month, key, body_id FROM fingerprint "
    "WHERE month IN (SELECT value FROM json_each(?)) AND key IN (SELECT value FROM json_each(?))"
)
_NEXT_MONTH = text("SELECT min(month) FROM fingerprint WHERE month > :month")
_CANDIDATES = "SELECT id, tokens, rendition_id FROM body WHERE id IN (SELECT value FROM json_each(?))"


def months(connection: Connection) -> list[int]:
    """The partitions there are, ascending."""
    found: list[int] = []
    month = -1
    while (following := connection.execute(_NEXT_MONTH, {"month": month}).scalar()) is not None:
        found.append(month := following)
    return found


@attrs.frozen(kw_only=True)
class Candidate:
    """A text that shares keys with another."""

    body: int
    rendition: int


def candidates(
    connection: Connection, body: int, count: int, keys: Sequence[int], month: int, there: Collection[int]
) -> tuple[list[Candidate], list[tuple[int, int]]]:
    """The texts that may be like this one, the likest first, and the keys that were found to be full.

    `count`: words of the text. `month`: its own. `there`: the partitions to look in.
    """
    if not keys:
        return [], []
    near = [one for one in there if abs(one - month) <= NEAR_MONTHS]
    far = frozenset(there) - frozenset(near)
    # Keys are evenly spread, so that those which can be divided are one in SAMPLE.
    sample = [key for key in keys if key % SAMPLE == 0]
    given = tuple(json.dumps(list(one)) for one in (near, keys, sorted(far), sample))
    rows = [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(_LOOK_UP, given).all()]
    having = Counter((month, key) for month, key, _ in rows)
    full = [one for one, texts in having.items() if texts >= MOST_TEXTS]
    shared = Counter(other for _, _, other in rows if other != body)
    distant = {other for where, _, other in rows if where in far}
    some = sorted(other for other, times in shared.items() if times >= SHARED_KEYS_SHORT or other in distant)
    found: list[tuple[int, int, int]] = []
    if some:
        for other, words, rendition in connection.exec_driver_sql(_CANDIDATES, (json.dumps(some),)):
            short = min(words, count) < SHORT_TOKENS
            if other in distant or shared[other] >= (SHARED_KEYS_SHORT if short else SHARED_KEYS):
                found.append((-shared[other], other, rendition))
    return [Candidate(body=other, rendition=rendition) for _, other, rendition in sorted(found)[:MOST_COMPARED]], full


def keep_edges(connection: Connection, found: Sequence[Found]) -> None:
    """Note what was found beside texts, and that it was looked for."""
    edges = [
        {"one": min(one.body, other), "other": max(one.body, other), "jaccard": alike.jaccard,
         "containment": alike.containment}
        for one in found
        for other, alike in one.edges
    ]  # fmt: skip
    if edges:
        connection.execute(insert(table(EdgeRow)).prefix_with("OR IGNORE"), edges)
        bodies = {edge[end] for edge in edges for end in ("one", "other")}
        connection.execute(_AGAIN, {"bodies": json.dumps(sorted(bodies))})
    if full := [{"month": month, "key": key} for one in found for month, key in one.full]:
        connection.execute(insert(table(FullKeyRow)).prefix_with("OR IGNORE"), full)
    for part in in_parts(one.body for one in found):
        connection.execute(update(BodyRow).where(BodyRow.id.in_(part), BodyRow.state == 0).values(state=1))


_NEAR = or_(EdgeRow.jaccard >= NEAR_JACCARD, EdgeRow.containment >= NEAR_CONTAINMENT)


def place(connection: Connection, most: int) -> int:
    """Work out the stories of at most so many texts that wait for it, and of all that are connected with them.

    Returns how many still wait.
    """
    query = select(BodyRow.id).where(BodyRow.state == 1).order_by(BodyRow.id)
    starts = list(connection.execute(query.limit(most)).scalars())
    edges = _connected(connection, starts)
    neighbours: dict[int, list[int]] = {}
    for one, other in edges:
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    everything = {*starts, *neighbours}
    copies = _copies(connection, everything)
    for group in components(starts, neighbours):
        _place_group(connection, sorted(group & copies.keys()), copies, edges)
        if gone := [{"id": one} for one in group - copies.keys()]:
            connection.execute(text("UPDATE body SET story = NULL, relation = NULL, share = NULL, state = 2 "
                                    "WHERE id = :id"), gone)  # fmt: skip
    waiting_still = select(func.count()).select_from(BodyRow).where(BodyRow.state == 1)
    return connection.execute(waiting_still).scalar_one()


@attrs.frozen(kw_only=True)
class Copies:
    """The snapshots that have a text."""

    tokens: int
    first_at: datetime
    first_page: str
    """Key of the page that had it first."""
    pages: frozenset[int]


def _connected(connection: Connection, starts: Iterable[int]) -> dict[tuple[int, int], Likeness]:
    """The edges of near duplicates that lead on from these texts, and on from those."""
    edges: dict[tuple[int, int], Likeness] = {}
    seen: set[int] = set()
    front = set(starts)
    while front:
        seen |= front
        reached: set[int] = set()
        for part in in_parts(sorted(front)):
            query = select(EdgeRow).where(_NEAR, or_(EdgeRow.one.in_(part), EdgeRow.other.in_(part)))
            for row in connection.execute(query.with_only_columns(*table(EdgeRow).columns)):
                edges[row.one, row.other] = Likeness(jaccard=row.jaccard, containment=row.containment)
                reached |= {row.one, row.other}
        front = reached - seen
    return edges


def _copies(connection: Connection, bodies: Collection[int]) -> dict[int, Copies]:
    found: dict[int, list[tuple[datetime, str, int, int]]] = {}
    for part in in_parts(sorted(bodies)):
        query = (
            select(SnapshotBodyRow.body_id, SnapshotRow.captured_at, PageRow.key, PageRow.id, BodyRow.tokens)
            .join(SnapshotRow, SnapshotRow.id == SnapshotBodyRow.snapshot_id)
            .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
            .join(PageRow, PageRow.id == AliasRow.page_id)
            .join(BodyRow, BodyRow.id == SnapshotBodyRow.body_id)
            .where(SnapshotBodyRow.body_id.in_(part))
        )
        for row in connection.execute(query):
            found.setdefault(row.body_id, []).append((row.captured_at, row.key, row.id, row.tokens))
    made = {}
    for body, rows in found.items():
        first_at, first_page, _, tokens = min(rows)
        pages = frozenset(row[2] for row in rows)
        made[body] = Copies(tokens=tokens, first_at=first_at, first_page=first_page, pages=pages)
    return made


def story_id(first_page: str, first_at: datetime) -> str:
    """A story's name: 16 hexadecimal digits, made of where and when its origin was first captured."""
    return xxhash.xxh3_64_hexdigest(f"{first_page} {iso(first_at)}".encode())


_PLACED = text(
    "UPDATE body SET story = :story, relation = :relation, share = :share, "
    "state = CASE state WHEN 0 THEN 0 ELSE 2 END WHERE id = :id"
)


def _place_group(
    connection: Connection,
    group: Sequence[int],
    copies: dict[int, Copies],
    edges: dict[tuple[int, int], Likeness],
) -> None:
    nodes = [
        Node(id=one, first_at=copies[one].first_at, name=copies[one].first_page, tokens=copies[one].tokens)
        for one in group
    ]
    places = stars(nodes, edges)
    by_centre: dict[int, dict[int, Place]] = {}
    for body, placed in places.items():
        by_centre.setdefault(placed.centre, {})[body] = placed
    rows: list[dict[str, object]] = []
    for centre, members in by_centre.items():
        pages = frozenset().union(*(copies[body].pages for body in members))
        # A notice of a few words is on many pages by chance.
        told = len(pages) > 1 and copies[centre].tokens >= ENOUGH_TOKENS
        name = story_id(copies[centre].first_page, copies[centre].first_at) if told else None
        rows += [
            {"id": body, "story": name, "relation": one.relation.value if told else None,
             "share": round(one.share, 4) if told else None}
            for body, one in members.items()
        ]  # fmt: skip
    if rows:
        connection.execute(_PLACED, rows)


def counted(connection: Connection) -> tuple[int, int, int]:
    """How many texts snapshots have, links between texts, and stories."""
    texts = select(func.count(func.distinct(SnapshotBodyRow.body_id)))
    stories = select(func.count(func.distinct(BodyRow.story)))
    one, two, three = (
        connection.execute(query).scalar_one() for query in (texts, select(func.count()).select_from(EdgeRow), stories)
    )
    return one, two, three


def pages_of(connection: Connection, story: str) -> int:
    """How many pages have had a story's text, those left out that are withheld."""
    query = (
        select(func.count(func.distinct(AliasRow.page_id)))
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
        .join(SnapshotBodyRow, SnapshotBodyRow.snapshot_id == SnapshotRow.id)
        .join(BodyRow, BodyRow.id == SnapshotBodyRow.body_id)
        .where(BodyRow.story == story, visible())
    )
    return connection.execute(query).scalar_one()
