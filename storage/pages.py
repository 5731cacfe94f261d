"""Pages and their aliases: which URL belongs to which page, and what a page has."""

from datetime import datetime

import attrs
from sqlalchemy import BindParameter, Connection, bindparam, insert, select, update

from storage import aliasing, mirrors
from storage.article import Article, Rendition
from storage.capture import Capture
from storage.errors import InvalidURL
from storage.mirrors import Mirrors
from storage.tables import AliasRow, PageRow, RenditionRow, SnapshotRow, UTCDateTime, made_by, table
from storage.urls import is_front_page

# Two captures are one article where half of the shorter one's long lines stand in the other. Measured on sites with
# twelve pages each: with this test no true paragraph was taken for boilerplate, without it up to 48 were.
SHARED_LINES = 0.5
LONG_LINE_WORDS = 8


# Statements are put together once: that costs several times what running them does, and a visit runs a dozen.
_PAGE: BindParameter[int] = bindparam("page")
_KEY: BindParameter[str] = bindparam("key")
_URL: BindParameter[str] = bindparam("url")
_UNTIL: BindParameter[datetime] = bindparam("until", type_=UTCDateTime())
_ALIAS_BY_KEY = (
    select(AliasRow.id, AliasRow.page_id)
    .where(AliasRow.key == _KEY)
    .order_by((AliasRow.url == _URL).desc(), AliasRow.id)
    .limit(1)
)
_ALIAS_BY_URL = select(AliasRow.id, AliasRow.page_id).where(AliasRow.url == _URL)
_PAGE_BY_KEY = select(PageRow.id).where(PageRow.key == _KEY)
_URL_OF_PAGE = select(PageRow.url).where(PageRow.id == _PAGE)
_SNAPSHOTS = (
    select(SnapshotRow.id, SnapshotRow.whole, SnapshotRow.captured_at)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == _PAGE)
    .order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
    .limit(1)
)
_SNAPSHOTS_UNTIL = _SNAPSHOTS.where(SnapshotRow.captured_at <= _UNTIL)
_WHOLE_SNAPSHOTS_UNTIL = _SNAPSHOTS_UNTIL.where(SnapshotRow.whole)
_NEWEST_TEXT = (
    select(RenditionRow.text)
    .join(SnapshotRow, SnapshotRow.id == RenditionRow.snapshot_id)
    .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    .where(AliasRow.page_id == _PAGE)
    .order_by(SnapshotRow.captured_at.desc(), RenditionRow.generation.desc(), RenditionRow.id.desc())
    .limit(1)
)
_NEW_PAGE, _NEW_ALIAS = insert(table(PageRow)), insert(table(AliasRow))


@attrs.frozen(kw_only=True)
class Alias:
    """A URL that leads to a page."""

    id: int
    page_id: int
    made: str | None = None
    """The canonical URL of the page, where this visit has made it: nothing else is known of it yet. None: it has not,
    or another alias leads to the page."""


@attrs.frozen(kw_only=True)
class Held:
    """A snapshot that a page has."""

    id: int
    whole: bool


def find_alias(connection: Connection, url: str) -> Alias | None:
    """The alias with that very URL, else one with the same key; None where the archive knows neither."""
    return _find(connection, mirrors.known(connection), url)


def _find(connection: Connection, homes: Mirrors, url: str) -> Alias | None:
    # A URL's key is its own function, so one look-up by key finds both.
    row = connection.execute(_ALIAS_BY_KEY, {"key": homes.key(url), "url": url}).first()
    return Alias(id=row.id, page_id=row.page_id) if row else None


def settle(
    connection: Connection,
    capture: Capture,
    article: Article,
    rendition: Rendition,
    source: int | None,
    now: datetime,
    known: Alias | None,
) -> Alias:
    """The alias of the URL that answered, with its page; both are made where they are new.

    A new URL joins the page that it names as canonical when that is on the same site, is no front page, and what the
    archive has there is the same article. `known`: its alias, where it has one. The URL
    that was asked becomes an alias too when it led here by a redirect.
    """
    homes = mirrors.known(connection)
    if known is None:
        page, made = _canonical_page(connection, homes, capture, article, rendition, source, now)
        # No alias has this URL, as none has its key.
        alias = attrs.evolve(_new_alias(connection, homes, capture.url, page, now), made=made)
    else:
        alias = _alias(connection, homes, capture.url, known.page_id, now)
    if capture.requested_url != capture.url:
        _add(connection, homes, capture.requested_url, alias.page_id, now)
    return alias


def add_alias(connection: Connection, url: str, page: int, now: datetime) -> None:
    """Note that a URL leads to a page, unless it leads to one already."""
    _add(connection, mirrors.known(connection), url, page, now)


def _add(connection: Connection, homes: Mirrors, url: str, page: int, now: datetime) -> None:
    if _find(connection, homes, url) is None:
        _alias(connection, homes, url, page, now)


def _canonical_page(
    connection: Connection,
    homes: Mirrors,
    capture: Capture,
    article: Article,
    rendition: Rendition,
    source: int | None,
    now: datetime,
) -> tuple[int, str | None]:
    """The page of a new URL; beside it its canonical URL where it was made."""
    own, named = homes.key(capture.url), capture.url
    claimed = article.canonical_url
    if claimed and _key_of(homes, claimed) == own:
        # Another spelling of the same key, which the page prefers, such as one without the feed's parameters.
        named = claimed
    elif claimed and _may_be_canonical(homes, claimed, capture.url):
        alias = _find(connection, homes, claimed)
        there = alias.page_id if alias else _page_with_key(connection, homes.key(claimed))
        if there is None:
            return _new_page(connection, homes, claimed, source, now), claimed
        if same_article(rendition.text, _newest_text(connection, there)):
            return there, None
    held = _page_with_key(connection, own)
    if held is None:
        return _new_page(connection, homes, named, source, now), named
    shown = _newest_text(connection, held)
    if shown and not same_article(rendition.text, shown):
        # So far there were only pages that named this URL as theirs, and it shows another article.
        aliasing.move_claims(connection, held, own, now=now)
    return held, None


def _key_of(homes: Mirrors, url: str) -> str | None:
    try:
        return homes.key(url)
    except InvalidURL:
        return None


def _page_with_key(connection: Connection, key: str) -> int | None:
    existing: int | None = connection.execute(_PAGE_BY_KEY, {"key": key}).scalar()
    return existing


def _may_be_canonical(homes: Mirrors, claimed: str, url: str) -> bool:
    try:
        return homes.site(claimed) == homes.site(url) and not is_front_page(claimed)
    except InvalidURL:
        return False


def same_article(one: str, other: str) -> bool:
    """Whether two texts are captures of one article."""
    lines = [{line for line in text.splitlines() if len(line.split()) >= LONG_LINE_WORDS} for text in (one, other)]
    shorter = min(len(line) for line in lines)
    if shorter == 0:
        return one == other
    return len(lines[0] & lines[1]) >= SHARED_LINES * shorter


def _newest_text(connection: Connection, page: int) -> str:
    return connection.execute(_NEWEST_TEXT, {"page": page}).scalar() or ""


def _new_page(connection: Connection, homes: Mirrors, url: str, source: int | None, now: datetime) -> int:
    values = {
        "key": homes.key(url), "url": url, "site": homes.site(url), "source_id": source, "added_at": now,
    }  # fmt: skip
    return made_by(connection.execute(_NEW_PAGE, values))


def _alias(connection: Connection, homes: Mirrors, url: str, page: int, now: datetime) -> Alias:
    existing = connection.execute(_ALIAS_BY_URL, {"url": url}).first()
    if existing is not None:
        return Alias(id=existing.id, page_id=existing.page_id)
    return _new_alias(connection, homes, url, page, now)


def _new_alias(connection: Connection, homes: Mirrors, url: str, page: int, now: datetime) -> Alias:
    values = {"url": url, "key": homes.key(url), "page_id": page, "added_at": now}
    return Alias(id=made_by(connection.execute(_NEW_ALIAS, values)), page_id=page)


def adopt(connection: Connection, page: int, source: int) -> None:
    """Give a page without a source to the one that crawls it now."""
    statement = update(PageRow).where(PageRow.id == page, PageRow.source_id.is_(None))
    connection.execute(statement.values(source_id=source))


def newest_snapshot(connection: Connection, page: int, until: datetime) -> Held | None:
    """A page's newest snapshot that was captured by then."""
    row = connection.execute(_SNAPSHOTS_UNTIL, {"page": page, "until": until}).first()
    return Held(id=row.id, whole=row.whole) if row else None


def has_whole_snapshot(connection: Connection, page: int, until: datetime) -> bool:
    """Whether a page has a snapshot of all of its article by then."""
    return connection.execute(_WHOLE_SNAPSHOTS_UNTIL, {"page": page, "until": until}).first() is not None


def last_change(connection: Connection, page: int) -> datetime | None:
    """When a page's newest snapshot was captured."""
    row = connection.execute(_SNAPSHOTS, {"page": page}).first()
    return row.captured_at if row else None


def url_of(connection: Connection, page: int) -> str:
    """A page's canonical URL."""
    url: str = connection.execute(_URL_OF_PAGE, {"page": page}).scalar_one()
    return url


def has_snapshot(connection: Connection, page: int) -> bool:
    """Whether a page has any snapshot."""
    return connection.execute(_SNAPSHOTS, {"page": page}).first() is not None
