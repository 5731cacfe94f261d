"""Closes a generation of the site memory, in the caller's transaction, and says what has to be cleaned again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import attrs
from sqlalchemy import Connection, func, insert, select, update

from storage.leaves import is_long, unpack
from storage.lessons import Lesson, Standing
from storage.memory import BEGINNING, ENOUGH, in_parts, lines_at, newest_generation
from storage.memory_tables import GenerationRow, KinRow, MemoryRow, OverrulingRow, SiteGenerationRow
from storage.repeats import Sheet
from storage.tables import AliasRow, ExtractionRow, PageRow, RenditionRow, SnapshotRow

# Articles that are compared with each other. Every pair is looked at, 2 ms an article; a line that stands on two of
# 200 articles is found, and the newest 200 are what a site is like now.
WINDOW = 200

# So many long lines in common are a template; one or two may be a law's wording or an agency's note.
KIN_LINES = 3


@attrs.frozen(kw_only=True)
class State:
    """Where the memory stands."""

    generation: int
    last_snapshot: int
    """The newest snapshot that it has learnt from."""
    newest_snapshot: int


def state(connection: Connection) -> State:
    """Where the memory stands; zeros for an empty archive."""
    query = select(GenerationRow.id, GenerationRow.last_snapshot).order_by(GenerationRow.id.desc()).limit(1)
    row = connection.execute(query).first()
    newest = connection.execute(select(func.max(SnapshotRow.id))).scalar() or 0
    return State(
        generation=row.id if row else 0, last_snapshot=row.last_snapshot if row else 0, newest_snapshot=newest
    )  # fmt: skip


def sites_with_new(connection: Connection, after: int) -> list[str]:
    """Sites that have snapshots newer than that one, in alphabetical order."""
    query = (
        select(PageRow.site)
        .distinct()
        .join(AliasRow, AliasRow.page_id == PageRow.id)
        .join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
        .where(SnapshotRow.id > after)
        .order_by(PageRow.site)
    )
    return list(connection.execute(query).scalars())


def windows(connection: Connection, site: str, after: int) -> Iterator[tuple[bool, list[int]]]:
    """The newest snapshots of a site's pages in windows of up to 1.5 WINDOW, the newest window first: those that hold
    a snapshot newer than `after`. With each, whether it is the site's newest."""
    rank = (
        func.row_number()
        .over(partition_by=PageRow.id, order_by=(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc()))
        .label("rank")
    )
    ranked = (
        select(SnapshotRow.id, SnapshotRow.captured_at, PageRow.url, rank)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(PageRow.site == site)
        .subquery()
    )
    query = select(ranked.c.id).where(ranked.c.rank == 1).order_by(ranked.c.captured_at.desc(), ranked.c.url)
    ids = list(connection.execute(query).scalars())
    starts = list(range(0, len(ids), WINDOW))
    # A few pages at the end would be compared with too few others.
    if len(starts) > 1 and len(ids) - starts[-1] < WINDOW // 2:
        starts.pop()
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(ids)
        window = ids[start:end]
        if any(snapshot > after for snapshot in window):
            yield index == 0, window


def sheets(connection: Connection, snapshots: Sequence[int]) -> list[tuple[Sheet, int]]:
    """The lines of these snapshots as their newest extraction has them, with the extraction; by capture, then URL."""
    found = []
    for some in in_parts(snapshots):
        newest = (
            select(func.max(ExtractionRow.id))
            .where(ExtractionRow.snapshot_id.in_(some))
            .group_by(ExtractionRow.snapshot_id)
        )
        query = (
            select(ExtractionRow.id, ExtractionRow.leaves, SnapshotRow.captured_at, AliasRow.page_id, AliasRow.url)
            .join(SnapshotRow, SnapshotRow.id == ExtractionRow.snapshot_id)
            .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
            .where(ExtractionRow.id.in_(newest))
        )
        for row in connection.execute(query):
            sheet = Sheet(page=row.page_id, captured_at=row.captured_at, keys=frozenset(unpack(row.leaves)))
            found.append((row.captured_at, row.url, sheet, row.id))
    return [(sheet, extraction) for _, _, sheet, extraction in sorted(found, key=lambda one: one[:2])]


def standing(connection: Connection, site: str, generation: int) -> dict[int, Standing]:
    """The lines that a generation knows of a site and has not forgotten, by key."""
    query = lines_at(generation).where(MemoryRow.site == site, MemoryRow.forgotten.is_(False))
    return {
        row.key: Standing(
            id=row.id,
            text=row.text,
            articles=row.articles,
            pages=tuple(row.pages) if row.pages is not None else None,
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
        )
        for row in connection.execute(query)
    }


def known_articles(connection: Connection, site: str) -> tuple[int, list[int] | None]:
    """How many articles of a site were compared, as noted last, and their pages where they are few."""
    query = select(SiteGenerationRow.known, SiteGenerationRow.pages).where(SiteGenerationRow.site == site)
    row = connection.execute(query.order_by(SiteGenerationRow.generation_id.desc()).limit(1)).first()
    return (row.known, row.pages) if row else (0, [])


def kin_of(connection: Connection, site: str, keys: Sequence[int]) -> dict[str, int]:
    """Other sites that repeat KIN_LINES of these long lines and more, with how many. Those known already are left
    out."""
    shared: dict[str, set[int]] = {}
    for some in in_parts([key for key in keys if is_long(key)]):
        query = select(MemoryRow.site, MemoryRow.key).where(
            MemoryRow.key.in_(some),
            MemoryRow.site != site,
            MemoryRow.forgotten.is_(False),
            MemoryRow.superseded_in.is_(None),
        )
        for row in connection.execute(query):
            shared.setdefault(row.site, set()).add(row.key)
    known = set(connection.execute(select(KinRow.other).where(KinRow.site == site)).scalars())
    return {
        other: len(lines) for other, lines in sorted(shared.items()) if len(lines) >= KIN_LINES and other not in known
    }


def close(
    connection: Connection,
    lessons: Sequence[Lesson],
    kin: Mapping[str, Mapping[str, int]],
    *,
    expected: State,
    run: int | None,
    model: bytes | None,
    model_lines: int,
    now: datetime,
) -> int | None:
    """Make what was learnt a generation. Returns its number; None where another process closed one meanwhile, so that
    what was learnt has to be compared anew.

    `kin`: site -> sites with its template that were not known to be kin, with the lines they share.
    """
    if newest_generation(connection) != expected.generation:
        return None
    number = _generation(
        connection, run=run, last_snapshot=expected.newest_snapshot, model=model, model_lines=model_lines, now=now
    )
    changed: dict[str, datetime] = {}
    noted = {one.site: one for one in lessons}
    for one in lessons:
        _write_lines(connection, one, number)
        if one.since is not None:
            changed[one.site] = one.since
    for site, others in kin.items():
        for other, lines in others.items():
            values = {"site": site, "other": other, "lines": lines, "generation_id": number}
            connection.execute(insert(KinRow).values(**values))
        changed[site] = BEGINNING
    for site, since in _kin_touched(connection, changed).items():
        changed[site] = min(since, changed.get(site, since))
    if model is not None:
        changed |= dict.fromkeys(_without_memory(connection, noted), BEGINNING)
    for site, since in sorted(changed.items()):
        known, pages = known_articles(connection, site)
        if site in noted:
            known, few = noted[site].known, noted[site].pages
            pages = list(few) if few is not None else None
        _step(connection, site, number, since, known, pages)
    _flag_lagging(connection, expected.last_snapshot)
    return number


def _generation(
    connection: Connection, *, run: int | None, last_snapshot: int, model: bytes | None, model_lines: int, now: datetime
) -> int:
    values = {
        "closed_at": now, "run_id": run, "last_snapshot": last_snapshot, "model": model, "model_lines": model_lines,
    }  # fmt: skip
    return connection.execute(insert(GenerationRow).values(**values).returning(GenerationRow.id)).scalar_one()


def _step(
    connection: Connection, site: str, number: int, since: datetime, known: int, pages: Sequence[int] | None
) -> None:
    values = {
        "site": site, "generation_id": number, "since": since, "known": known,
        "pages": list(pages) if pages is not None else None, "recleaned": False,
    }  # fmt: skip
    connection.execute(insert(SiteGenerationRow).values(**values))


def _write_lines(connection: Connection, lesson: Lesson, number: int) -> None:
    for row, last_seen_at in lesson.seen.items():
        connection.execute(update(MemoryRow).where(MemoryRow.id == row).values(last_seen_at=last_seen_at))
    replaced = [line.replaces for line in lesson.lines if line.replaces is not None]
    for some in in_parts(replaced):
        connection.execute(update(MemoryRow).where(MemoryRow.id.in_(some)).values(superseded_in=number))
    rows = [
        {
            "site": lesson.site,
            "key": line.key,
            "text": line.text,
            "articles": line.articles,
            "pages": list(line.pages) if line.pages is not None else None,
            "first_seen_at": line.first_seen_at,
            "last_seen_at": line.last_seen_at,
            "forgotten": line.forgotten,
            "generation_id": number,
        }
        for line in lesson.lines
    ]
    if rows:
        connection.execute(insert(MemoryRow), rows)


def _kin_touched(connection: Connection, changed: Mapping[str, datetime]) -> dict[str, datetime]:
    """Sites that know what these repeat, with what of theirs it concerns."""
    touched: dict[str, datetime] = {}
    for some in in_parts(sorted(changed)):
        query = select(KinRow.site, KinRow.other).where(KinRow.other.in_(some))
        for row in connection.execute(query):
            since = changed[row.other]
            touched[row.site] = min(since, touched.get(row.site, since))
    return touched


def _without_memory(connection: Connection, noted: Mapping[str, Lesson]) -> list[str]:
    """Sites that have too few articles for a memory."""
    most = select(SiteGenerationRow.site).where(SiteGenerationRow.known >= ENOUGH)
    query = select(PageRow.site).distinct().where(PageRow.site.not_in(most))
    sites = connection.execute(query).scalars()
    return [site for site in sites if site not in noted or noted[site].known < ENOUGH]


def _flag_lagging(connection: Connection, after: int) -> None:
    """Have cleaned again what a run added with an older generation than its site had by then: another process closed
    one while it ran."""
    confirmed = (
        select(RenditionRow.id)
        .where(RenditionRow.snapshot_id == SnapshotRow.id, RenditionRow.confirmed >= SiteGenerationRow.generation_id)
        .exists()
    )
    lagging = (
        select(SiteGenerationRow.id)
        .distinct()
        .select_from(SnapshotRow)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .join(SiteGenerationRow, SiteGenerationRow.site == PageRow.site)
        .where(
            SnapshotRow.id > after,
            SiteGenerationRow.recleaned.is_(True),
            SiteGenerationRow.since <= SnapshotRow.captured_at,
            ~confirmed,
        )
    )
    ids = list(connection.execute(lagging).scalars())
    for some in in_parts(ids):
        connection.execute(update(SiteGenerationRow).where(SiteGenerationRow.id.in_(some)).values(recleaned=False))


def overrule(connection: Connection, site: str, key: int, text: str | None, *, cut: bool | None, now: datetime) -> int:
    """Decide about a line of a site, and close a generation with that. `cut` None: lift what was decided before.

    Returns the generation's number.
    """
    at = state(connection)
    number = _generation(connection, run=None, last_snapshot=at.last_snapshot, model=None, model_lines=0, now=now)
    standing_rows = update(OverrulingRow).where(
        OverrulingRow.site == site, OverrulingRow.key == key, OverrulingRow.lifted_in.is_(None)
    )
    connection.execute(standing_rows.values(lifted_in=number))
    if cut is not None:
        values = {"site": site, "key": key, "text": text, "cut": cut, "at": now, "generation_id": number}
        connection.execute(insert(OverrulingRow).values(**values))
    known, pages = known_articles(connection, site)
    _step(connection, site, number, BEGINNING, known, pages)
    return number


@attrs.frozen(kw_only=True)
class Pending:
    """A site whose captures have to be cleaned again."""

    site: str
    generation: int
    """By this generation, or the newest of the site up to it that concerns a capture."""
    since: datetime
    """From this capture on."""


def pending(connection: Connection) -> list[Pending]:
    """Sites that have to be cleaned again, in alphabetical order."""
    query = (
        select(
            SiteGenerationRow.site,
            func.max(SiteGenerationRow.generation_id).label("generation"),
            func.min(SiteGenerationRow.since).label("since"),
        )
        .where(SiteGenerationRow.recleaned.is_(False))
        .group_by(SiteGenerationRow.site)
        .order_by(SiteGenerationRow.site)
    )
    return [Pending(site=r.site, generation=r.generation, since=r.since) for r in connection.execute(query)]


def snapshots_since(connection: Connection, site: str, since: datetime) -> list[int]:
    """The snapshots of a site's pages that were captured from then on, in the order they were added."""
    query = (
        select(SnapshotRow.id)
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(PageRow.site == site, SnapshotRow.captured_at >= since)
        .order_by(SnapshotRow.id)
    )
    return list(connection.execute(query).scalars())


def recleaned(connection: Connection, site: str, generation: int) -> None:
    """Note that a site's captures have been cleaned by its generations up to this one."""
    statement = update(SiteGenerationRow).where(
        SiteGenerationRow.site == site, SiteGenerationRow.generation_id <= generation
    )
    connection.execute(statement.values(recleaned=True))
