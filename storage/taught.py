"""What a site has taught the archive, for people to look at."""

import re
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from storage.clock import iso
from storage.errors import InvalidURL, UsageError
from storage.leaves import is_long, key_of
from storage.memory import MOST_KIN, lines_at, newest_generation
from storage.memory_tables import KinRow, MemoryRow, OverrulingRow, SiteGenerationRow
from storage.tables import AliasRow, BlockRow, CutRow, PageRow, RenditionRow, SnapshotRow, SourceRow
from storage.urls import site as site_of

_KEY = re.compile(r"[0-9a-f]{16}")


class UnknownSite(UsageError):
    """The archive has no page of that site."""

    def __init__(self, what: str):
        super().__init__(
            f"The archive has no page of {what!r}. Give a source's name, a domain such as example.org, or a URL of it; "
            "`backissue list` shows what the archive has."
        )


class NoLine(UsageError):
    """What was given is no line that can be decided about."""

    def __init__(self, given: str):
        super().__init__(
            f"{given!r} is neither a key (16 hexadecimal digits, as `sources memory SITE` prints them) nor a line with "
            "a word in it."
        )


@attrs.frozen(kw_only=True)
class TaughtLine:
    """A line that is known of a site."""

    site: str
    """The site that repeats it: another where it comes from kin."""
    key: str
    """16 hexadecimal digits."""
    text: str | None
    """A sample. None: it stands outside the articles' text."""
    long: bool
    """Of eight words and more."""
    articles: int
    """On how many articles it was seen; 0 where it is only overruled."""
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    generation: int
    """The generation that learnt it first."""
    forgotten: bool
    cut: int
    """Snapshots of the site whose newest rendition leaves it out."""
    overruled: str | None
    """"keep" or "cut", as the archive's owner decided. None: nothing was."""

    def as_json(self) -> dict[str, Any]:
        """Dates in ISO 8601."""
        return attrs.asdict(self) | {
            "first_seen_at": iso(self.first_seen_at), "last_seen_at": iso(self.last_seen_at),
        }  # fmt: skip


@attrs.frozen(kw_only=True)
class Taught:
    """All that is known of a site."""

    site: str
    articles: int
    """Distinct articles that were compared, as noted last."""
    generation: int
    """In which what is known of it last changed; 0 where nothing is."""
    lines: tuple[TaughtLine, ...]
    """Those that are cut most first."""
    kin: tuple[tuple[str, int], ...]
    """Sites with the same template, and the lines they share."""


def find_site(connection: Connection, what: str) -> str:
    """The site of a source's name, a domain or a URL. Raises UnknownSite."""
    names = [what.strip().lower()]
    home = connection.execute(select(SourceRow.home).where(SourceRow.name == what)).scalar()
    for url in (home, what, f"https://{what}"):
        try:
            names.append(site_of(url or ""))
        except InvalidURL:
            continue
    for name in names:
        if connection.execute(select(PageRow.id).where(PageRow.site == name).limit(1)).first() is not None:
            return name
    raise UnknownSite(what)


def key_given(given: str) -> tuple[int, str | None]:
    """The key of a line, and the line where it was given as text. Raises NoLine."""
    if _KEY.fullmatch(given.strip().lower()):
        return int(given, 16), None
    key = key_of(given)
    if key == 0:
        raise NoLine(given)
    return key, " ".join(given.split())


def taught(connection: Connection, site: str) -> Taught:
    """What the newest generation knows of a site."""
    noted = select(SiteGenerationRow.generation_id, SiteGenerationRow.known).where(SiteGenerationRow.site == site)
    at = connection.execute(noted.order_by(SiteGenerationRow.generation_id.desc()).limit(1)).first()
    kin = (
        select(KinRow.other, KinRow.lines)
        .where(KinRow.site == site)
        .order_by(KinRow.lines.desc(), KinRow.other)
        .limit(MOST_KIN)
    )
    others = tuple((row.other, row.lines) for row in connection.execute(kin))
    lines = _lines(connection, site, [other for other, _ in others])
    return Taught(
        site=site,
        articles=at.known if at else 0,
        generation=at.generation_id if at else 0,
        lines=tuple(sorted(lines, key=lambda line: (-line.cut, -line.articles, line.key))),
        kin=others,
    )


def _lines(connection: Connection, site: str, kin: list[str]) -> list[TaughtLine]:
    newest, cut = newest_generation(connection), _cut(connection, site)
    decided = select(
        OverrulingRow.key, OverrulingRow.text, OverrulingRow.cut, OverrulingRow.generation_id
    ).where(OverrulingRow.site == site, OverrulingRow.lifted_in.is_(None))  # fmt: skip
    overruled = {row.key: row for row in connection.execute(decided)}
    learnt = select(MemoryRow.site, MemoryRow.key, func.min(MemoryRow.generation_id).label("first"))
    learnt = learnt.where(MemoryRow.site.in_([site, *kin])).group_by(MemoryRow.site, MemoryRow.key)
    first = {(row.site, row.key): row.first for row in connection.execute(learnt)}
    lines: list[TaughtLine] = []
    for row in connection.execute(lines_at(newest).where(MemoryRow.site.in_([site, *kin]))):
        if row.site != site and not is_long(row.key):
            continue
        lines.append(
            TaughtLine(
                site=row.site,
                key=f"{row.key:016x}",
                text=row.text,
                long=is_long(row.key),
                articles=row.articles,
                first_seen_at=row.first_seen_at,
                last_seen_at=row.last_seen_at,
                generation=first[row.site, row.key],
                forgotten=row.forgotten,
                cut=cut.get(row.key, 0),
                overruled=_verdict(overruled.get(row.key)),
            )
        )
    known = {line.key for line in lines}
    for key, row in overruled.items():
        if f"{key:016x}" not in known:
            lines.append(
                TaughtLine(
                    site=site,
                    key=f"{key:016x}",
                    text=row.text,
                    long=is_long(key),
                    articles=0,
                    first_seen_at=None,
                    last_seen_at=None,
                    generation=row.generation_id,
                    forgotten=False,
                    cut=cut.get(key, 0),
                    overruled=_verdict(row),
                )
            )
    return lines


def _verdict(row: Any) -> str | None:
    if row is None:
        return None
    return "cut" if row.cut else "keep"


def _cut(connection: Connection, site: str) -> dict[int, int]:
    """Key of a line -> snapshots of the site whose newest rendition leaves it out."""
    newer = aliased(RenditionRow)
    newest = (
        select(newer.id)
        .where(newer.snapshot_id == SnapshotRow.id)
        .order_by(newer.generation.desc(), newer.id.desc())
        .limit(1)
        .correlate(SnapshotRow)
        .scalar_subquery()
    )
    query = (
        select(BlockRow.text, func.count().label("times"))
        .select_from(PageRow)
        .join(AliasRow, AliasRow.page_id == PageRow.id)
        .join(SnapshotRow, SnapshotRow.alias_id == AliasRow.id)
        .join(RenditionRow, RenditionRow.id == newest)
        .join(CutRow, CutRow.rendition_id == RenditionRow.id)
        .join(BlockRow, (BlockRow.extraction_id == RenditionRow.extraction_id) & (BlockRow.position == CutRow.position))
        .where(PageRow.site == site)
        .group_by(BlockRow.text)
    )
    counts: dict[int, int] = {}
    for row in connection.execute(query):
        key = key_of(row.text)
        counts[key] = counts.get(key, 0) + row.times
    return counts
