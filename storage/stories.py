"""Stories for readers: which pages ran the same text, when, how much of it, and what each made of it. Never writes."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import attrs
from sqlalchemy import Connection, func, select

from storage.clock import iso
from storage.fingerprints import Hashes, Tokens, alike, tokens
from storage.links import story_id
from storage.memory import in_parts
from storage.relations import NEAR_CONTAINMENT, NEAR_JACCARD, SHARED_CONTAINMENT, Relation
from storage.story_tables import BodyRow, EdgeRow, SnapshotBodyRow
from storage.tables import AliasRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow, SourceRow
from storage.withholding import visible, visible_snapshot


@attrs.frozen(kw_only=True)
class CopyView:
    """A snapshot of a page while it belongs to a story."""

    snapshot: int
    captured_at: datetime
    relation: Relation
    share: float

    def as_json(self) -> dict[str, Any]:
        """Dates in ISO 8601."""
        return attrs.asdict(self) | {"captured_at": iso(self.captured_at)}


@attrs.frozen(kw_only=True)
class StoryPage:
    """A page in a story."""

    url: str
    site: str
    source: str | None
    title: str | None
    relation: Relation
    """To the origin, of its newest snapshot in the story."""
    share: float
    """How much of the shorter of the two texts stands in the other, 0 to 1."""
    captured_at: datetime
    """When it was first captured with this text."""
    left_at: datetime | None
    """When it was captured with another text. None: it still has this one."""
    agency: str | None
    """The news agency that its credit line names."""
    words: int
    words_added: int
    """Words that its newest snapshot in the story has and the origin has not."""
    words_removed: int
    follows: int | None
    """Of an origin with several versions: the snapshot of the one that this page's text is most like."""
    corrected_at: datetime | None
    """When it was first captured with the origin's later version. None: it has not carried it, or there is none."""
    copies: tuple[CopyView, ...]

    def as_json(self) -> dict[str, Any]:
        """The fields that `stories --json` prints for a page."""
        fields = attrs.asdict(self, recurse=False) | {"copies": [copy.as_json() for copy in self.copies]}
        return fields | {name: iso(fields[name]) for name in ("captured_at", "left_at", "corrected_at")}


@attrs.frozen(kw_only=True)
class Story:
    """A group of pages whose text is nearly the same, and of pages that share some of it."""

    story: str
    agency: str | None
    """The agency that most of its pages name."""
    pages: tuple[StoryPage, ...]
    """The origin, then the others by time; last those that only share text."""
    withheld: int
    """Its further pages that no reader is shown. Where the origin is one of them, no page is called so."""

    def as_json(self) -> dict[str, Any]:
        """The fields that other programs may rely on."""
        return {
            "story": self.story,
            "agency": self.agency,
            "pages": [page.as_json() for page in self.pages],
            "withheld": self.withheld,
        }


@attrs.frozen(kw_only=True)
class _Copy:
    """A snapshot with its text."""

    body: int
    snapshot: int
    captured_at: datetime
    agency: str | None
    page: int
    key: str
    url: str
    site: str
    source: str | None
    title: str | None
    text: str
    words: int
    shown: bool
    """It is not withheld. One that is counts in the comparison, and is not told of."""


def stories(
    connection: Connection, *, page: int | None = None, source: str | None = None, limit: int | None = None
) -> Iterator[Story]:
    """The archive's stories, those with the latest captures first, or those of a page or with a page of a source."""
    seen: set[str] = set()
    for centre in _centres(connection, page, source):
        story = _story(connection, centre)
        if story is not None and story.story not in seen:
            seen.add(story.story)
            yield story
            if len(seen) == limit:
                return


def story(connection: Connection, name: str) -> Story | None:
    """The story of that name; None where there is none, or where nothing but one page is left of it."""
    query = select(BodyRow.id).where(BodyRow.story == name, BodyRow.relation == Relation.ORIGIN).limit(1)
    centre = connection.execute(query).scalar()
    return _story(connection, centre) if centre is not None else None


def _centres(connection: Connection, page: int | None, source: str | None) -> list[int]:
    """Texts that stories stand around: origins, and the earlier of two that share text and are in no story."""
    wanted = (
        select(SnapshotBodyRow.body_id)
        .join(SnapshotRow, SnapshotRow.id == SnapshotBodyRow.snapshot_id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
    )
    if source is not None:
        wanted = wanted.join(SourceRow, SourceRow.id == PageRow.source_id).where(SourceRow.name == source)
    if page is not None:
        wanted = wanted.where(PageRow.id == page)
    own = set(connection.execute(wanted).scalars()) if page is not None or source is not None else None
    edges = [
        (row.one, row.other)
        for row in connection.execute(
            select(EdgeRow.one, EdgeRow.other).where(
                EdgeRow.containment >= SHARED_CONTAINMENT,
                EdgeRow.containment < NEAR_CONTAINMENT,
                EdgeRow.jaccard < NEAR_JACCARD,
            )
        )
    ]
    in_story: dict[int, str] = {}
    centres: dict[str, int] = {}
    for row in connection.execute(
        select(BodyRow.id, BodyRow.story, BodyRow.relation).where(BodyRow.story.is_not(None))
    ):
        in_story[row.id] = row.story
        if row.relation == Relation.ORIGIN:
            centres[row.story] = row.id
    first = _first_captures(connection, {one for edge in edges for one in edge} | set(centres.values()))
    beside: dict[int, set[int]] = {}
    for one, other in edges:
        if one in first and other in first:
            beside.setdefault(one, set()).add(other)
            beside.setdefault(other, set()).add(one)
    found: dict[int, set[int]] = {centre: {centre} for centre in centres.values()}
    for body, name in in_story.items():
        found.setdefault(centres.get(name, body), set()).add(body)
    for centre in centres.values():
        found[centre] |= beside.get(centre, set())
    for body, others in beside.items():
        if body not in in_story:
            later = {other for other in others if other not in in_story and first[other] > first[body]}
            if later:
                found[body] = {body} | later
    chosen = [centre for centre, bodies in found.items() if own is None or bodies & own]
    return sorted((c for c in chosen if c in first), key=lambda centre: first[centre], reverse=True)


def _first_captures(connection: Connection, bodies: Collection[int]) -> dict[int, tuple[datetime, str]]:
    """When a text was first captured, and at which page."""
    found: dict[int, tuple[datetime, str]] = {}
    for part in in_parts(sorted(bodies)):
        query = (
            select(SnapshotBodyRow.body_id, SnapshotRow.captured_at, PageRow.key)
            .join(SnapshotRow, SnapshotRow.id == SnapshotBodyRow.snapshot_id)
            .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
            .join(PageRow, PageRow.id == AliasRow.page_id)
            .where(SnapshotBodyRow.body_id.in_(part))
        )
        for row in connection.execute(query):
            found[row.body_id] = min(found.get(row.body_id, (row.captured_at, row.key)), (row.captured_at, row.key))
    return found


def _story(connection: Connection, centre: int) -> Story | None:
    name = connection.execute(select(BodyRow.story).where(BodyRow.id == centre)).scalar()
    members = {centre: (Relation.ORIGIN, 1.0)}
    if name is not None:
        query = select(BodyRow.id, BodyRow.relation, BodyRow.share).where(BodyRow.story == name)
        members |= {row.id: (Relation(row.relation), row.share) for row in connection.execute(query)}
    copies = _copies(connection, members)
    if not copies:
        return None
    origin = min(copies, key=lambda copy: (copy.body != centre, copy.captured_at, copy.key))
    name = name or story_id(origin.key, origin.captured_at)
    read = _Words(copies)
    versions = [copy for copy in copies if copy.page == origin.page]
    pages, withheld = [], 0
    for _, copies_of in groupby(sorted(copies, key=lambda copy: (copy.page, copy.captured_at)), lambda copy: copy.page):
        if own := [copy for copy in copies_of if copy.shown]:
            pages.append(_page(connection, own, members, versions, read))
        else:
            withheld += 1
    pages.sort(key=lambda page: (page.relation != Relation.ORIGIN, page.captured_at, page.url))
    alone = len(pages) + withheld == 1
    sharing = _sharing(connection, centre, members, {copy.page for copy in copies}, origin, alone=alone)
    if not pages or (alone and not sharing):
        return None
    named = Counter(page.agency for page in (*pages, *sharing) if page.agency)
    return Story(
        story=name,
        agency=min(named, key=lambda agency: (-named[agency], agency)) if named else None,
        pages=(*pages, *sharing),
        withheld=withheld,
    )


class _Words:
    """The words of texts, each read once."""

    def __init__(self, copies: Sequence[_Copy]):
        self._texts = {copy.body: copy.text for copy in copies}
        self._tokens: dict[int, Tokens] = {}
        self._shingles: dict[int, Hashes] = {}

    def of(self, body: int) -> Tokens:
        if body not in self._tokens:
            self._tokens[body] = tokens(self._texts[body])
        return self._tokens[body]

    def shingles(self, body: int) -> Hashes:
        if body not in self._shingles:
            self._shingles[body] = self.of(body).shingles()
        return self._shingles[body]


def _page(
    connection: Connection,
    own: Sequence[_Copy],
    members: dict[int, tuple[Relation, float]],
    versions: Sequence[_Copy],
    read: _Words,
) -> StoryPage:
    """A page by its snapshots in a story. `versions`: those of the origin's page, the first of them the origin."""
    origin = versions[0]
    is_origin = own[0].page == origin.page

    def relation(copy: _Copy) -> Relation:
        said = members[copy.body][0]
        return Relation.SAME_TEXT if said is Relation.ORIGIN and not is_origin else said

    newest = own[-1]
    added, removed = _difference(read.of(origin.body), read.of(newest.body))
    follows, corrected_at = (None, None) if is_origin else _follows(own, versions, read)
    return StoryPage(
        url=newest.url,
        site=newest.site,
        source=newest.source,
        title=newest.title,
        relation=Relation.ORIGIN if is_origin else relation(newest),
        share=1.0 if is_origin else members[newest.body][1],
        captured_at=own[0].captured_at,
        left_at=_left_at(connection, newest),
        agency=next((copy.agency for copy in reversed(own) if copy.agency), None),
        words=newest.words,
        words_added=added,
        words_removed=removed,
        follows=follows,
        corrected_at=corrected_at,
        copies=tuple(
            CopyView(
                snapshot=copy.snapshot,
                captured_at=copy.captured_at,
                relation=relation(copy),
                share=members[copy.body][1],
            )
            for copy in own
        ),
    )


def _difference(old: Tokens, new: Tokens) -> tuple[int, int]:
    """Words that came and words that went."""
    before, after = Counter(old.words), Counter(new.words)
    return (after - before).total(), (before - after).total()


def _follows(own: Sequence[_Copy], versions: Sequence[_Copy], read: _Words) -> tuple[int | None, datetime | None]:
    """Which version of the origin a page's newest text is most like, and when it first had one like a later version."""
    if len({version.body for version in versions}) < 2:
        return None, None
    likest: _Copy | None = None
    corrected_at: datetime | None = None
    for copy in own:
        mine = read.shingles(copy.body)
        # Of two that are equally like it the earlier.
        likest = max(versions, key=lambda version: alike(mine, read.shingles(version.body)).jaccard)
        if corrected_at is None and likest.body != versions[0].body:
            corrected_at = copy.captured_at
    return (likest.snapshot if likest else None), corrected_at


def _left_at(connection: Connection, newest: _Copy) -> datetime | None:
    """When a page was captured with a text that is not of the story, as far as readers are shown it."""
    query = (
        select(func.min(SnapshotRow.captured_at))
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .where(AliasRow.page_id == newest.page, SnapshotRow.captured_at > newest.captured_at, visible_snapshot())
    )
    when: datetime | None = connection.execute(query).scalar()
    return when


def _sharing(
    connection: Connection,
    centre: int,
    members: dict[int, tuple[Relation, float]],
    pages: Collection[int],
    origin: _Copy,
    *,
    alone: bool,
) -> list[StoryPage]:
    """The pages that share text with the origin and are no copies of it."""
    share: dict[int, float] = {}
    query = select(EdgeRow.one, EdgeRow.other, EdgeRow.containment).where(
        (EdgeRow.one == centre) | (EdgeRow.other == centre), EdgeRow.containment >= SHARED_CONTAINMENT
    )
    for row in connection.execute(query):
        other = row.other if row.one == centre else row.one
        if other not in members:
            share[other] = row.containment
    copies = [copy for copy in _copies(connection, share) if copy.shown and copy.page not in pages]
    if alone:
        # Of two texts that share some the earlier is the origin; what is a story of its own says so itself.
        in_story = set(connection.execute(
            select(BodyRow.id).where(BodyRow.id.in_(sorted(share)), BodyRow.story.is_not(None))).scalars())  # fmt: skip
        copies = [copy for copy in copies if copy.body not in in_story and copy.captured_at >= origin.captured_at]
    others = {body: (Relation.SHARES_TEXT, round(share[body], 4)) for body in share}
    read = _Words([*copies, origin])
    found = [
        _page(connection, list(own), others, [origin], read)
        for _, own in groupby(sorted(copies, key=lambda copy: (copy.page, copy.captured_at)), lambda copy: copy.page)
    ]
    return sorted(found, key=lambda page: (page.captured_at, page.url))


def _copies(connection: Connection, bodies: Collection[int]) -> list[_Copy]:
    """The snapshots with these texts, by capture."""
    found: list[_Copy] = []
    for part in in_parts(sorted(bodies)):
        query = (
            select(
                SnapshotBodyRow.body_id.label("body"),
                SnapshotRow.id.label("snapshot"),
                SnapshotRow.captured_at,
                SnapshotBodyRow.agency,
                PageRow.id.label("page"),
                PageRow.key,
                PageRow.url,
                PageRow.site,
                SourceRow.name.label("source"),
                ExtractionRow.title,
                RenditionRow.text,
                RenditionRow.words,
                visible().label("shown"),
            )
            .join(SnapshotRow, SnapshotRow.id == SnapshotBodyRow.snapshot_id)
            .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
            .join(PageRow, PageRow.id == AliasRow.page_id)
            .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
            .join(RenditionRow, RenditionRow.id == SnapshotBodyRow.rendition_id)
            .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
            .where(SnapshotBodyRow.body_id.in_(part))
        )
        found += [_Copy(**row._mapping) for row in connection.execute(query)]
    return sorted(found, key=lambda copy: (copy.captured_at, copy.key, copy.snapshot))
