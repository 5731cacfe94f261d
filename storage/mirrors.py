"""Former homes and copies of a publication: which addresses stand for which, so that a page has one history.

Keys are those of `storage.urls`. Every function runs inside the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

import attrs
from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from storage import urls, withholding
from storage.tables import AliasRow, MirrorRow, PageRow

_ALL = select(MirrorRow.prefix, MirrorRow.home)


@attrs.frozen
class Mirrors:
    """All of them, at one time."""

    _pairs: tuple[tuple[str, str], ...] = ()
    """The beginning of a key and what stands in its place, longest first."""

    def key(self, url: str) -> str:
        """The key of the page that a URL leads to, at its publication's home. Raises InvalidURL."""
        return self.at_home(urls.key(url))

    def site(self, url: str) -> str:
        """The site of that page. Raises InvalidURL."""
        own = urls.key(url)
        at_home = self.at_home(own)
        return urls.site(url) if at_home == own else urls.site(f"http://{at_home}")

    def at_home(self, own: str) -> str:
        """A key with what stands in its place."""
        for prefix, home in self._pairs:
            if own.startswith(prefix) and own[len(prefix) : len(prefix) + 1] in ("", "/", "?", "#"):
                return home + own[len(prefix) :]
        return own


def known(connection: Connection) -> Mirrors:
    """What has been configured by now. A handful of rows, in 40 microseconds."""
    pairs = [(row.prefix, row.home) for row in connection.execute(_ALL)]
    return Mirrors(tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair))))


def pair(home: str, mirror: str) -> tuple[str, str]:
    """The beginning of the keys of a mirror and of its home, without the path that both end in: a newspaper that moved
    from `old.example/en/` to `new.example/en/` moved whole. Raises InvalidURL."""
    there, here = urls.key(mirror), urls.key(home)
    while "/" in there and "/" in here and there.rpartition("/")[2] == here.rpartition("/")[2]:
        there, here = there.rpartition("/")[0], here.rpartition("/")[0]
    return there, here


def keep(connection: Connection, home: str, mirrors: Sequence[str], *, now: datetime) -> int:
    """Note what stands for a home, in place of what was noted before; returns how many pages found their home.

    Pages that the archive has of a mirror become those of its home. Only aliases move; each keeps its URL, which says
    where it was.
    """
    wanted = {prefix: here for prefix, here in (pair(home, mirror) for mirror in mirrors) if prefix != here}
    own = urls.key(home)
    before = {row.prefix: row.home for row in connection.execute(_ALL.where(_stands_for(own)))}
    if before == wanted:
        return 0
    # A home that was a mirror until now stands for itself.
    homes = {own, *wanted.values()}
    connection.execute(delete(MirrorRow).where(or_(_stands_for(own), MirrorRow.prefix.in_(homes | set(wanted)))))
    for prefix, here in wanted.items():
        connection.execute(insert(MirrorRow).values(prefix=prefix, home=here, added_at=now))
    return sum(_bring_home(connection, prefix, now) for prefix in wanted)


def _stands_for(own: str) -> ColumnElement[bool]:
    host = own.partition("/")[0]
    return or_(MirrorRow.home == host, MirrorRow.home.startswith(f"{host}/", autoescape=True))


def _bring_home(connection: Connection, prefix: str, now: datetime) -> int:
    mirrors = known(connection)
    below = [PageRow.key == prefix, *(PageRow.key.startswith(prefix + sign, autoescape=True) for sign in "/?#")]
    pages = connection.execute(select(PageRow.id, PageRow.key, PageRow.url).where(or_(*below))).all()
    for page in pages:
        key, site = mirrors.at_home(page.key), mirrors.site(page.url)
        there = connection.execute(select(PageRow.id).where(PageRow.key == key)).scalar()
        if there is None:
            connection.execute(update(PageRow).where(PageRow.id == page.id).values(key=key, site=site))
        else:
            withholding.follow(connection, page.id, there, now=now)
            connection.execute(update(AliasRow).where(AliasRow.page_id == page.id).values(page_id=there))
    aliases = [AliasRow.key == prefix, *(AliasRow.key.startswith(prefix + sign, autoescape=True) for sign in "/?#")]
    for alias in connection.execute(select(AliasRow.id, AliasRow.key).where(or_(*aliases))).all():
        connection.execute(update(AliasRow).where(AliasRow.id == alias.id).values(key=mirrors.at_home(alias.key)))
    return len(pages)
