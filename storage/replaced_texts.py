"""Learns what a site puts in the place of pages that it has no more: a text that has replaced several pages' own.

A "not found" with status 200 that does not say so can only be known by this: two pages that had nothing in common say
the same now. Functions run inside the caller's transaction.
"""

from datetime import datetime

import attrs
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import takedowns
from storage.pages import same_article
from storage.tables import RenditionRow, VisitRow, table
from storage.takedown_tables import ReplacedTextRow
from storage.takedowns import Sign

# As in `pipelines.access.gates`: a page with more text than this is an article, whatever else stands on it. Two live
# stories that were joined into one are longer.
MAX_WORDS = 350

# Put together once, as in `storage.pages`.
_TEXT = (
    select(RenditionRow.text)
    .where(RenditionRow.snapshot_id == bindparam("snapshot"))
    .order_by(RenditionRow.generation.desc(), RenditionRow.id.desc())
    .limit(1)
)
_OTHERS = select(ReplacedTextRow.page_id, ReplacedTextRow.snapshot_id, ReplacedTextRow.before_id).where(
    ReplacedTextRow.site == bindparam("site"),
    ReplacedTextRow.digest == bindparam("digest"),
    ReplacedTextRow.page_id != bindparam("page"),
)
_visit = table(VisitRow)


@attrs.frozen(kw_only=True)
class Replacement:
    """A text that stands where another stood."""

    site: str
    page: int
    digest: str
    """`sha256:` of the new text."""
    before: int
    """The snapshot with the text that stood there."""


def text_of(connection: Connection, snapshot: int) -> str:
    """A snapshot's text as readers see it."""
    return connection.execute(_TEXT, {"snapshot": snapshot}).scalar() or ""


def replaces(before: str, after: str) -> bool:
    """Whether a text is short and has nothing in common with the one before."""
    return 0 < len(after.split()) <= MAX_WORDS and not same_article(before, after)


def is_known(connection: Connection, found: Replacement, before: str) -> bool:
    """Whether the same text stands in the place of another page of the site. Those pages are then suspected too.

    `before`: what stood there. Another address of the same article, which was rewritten with it, is no other page.
    """
    query = {"site": found.site, "digest": found.digest, "page": found.page}
    others = [
        other
        for other in connection.execute(_OTHERS, query).all()
        if not same_article(before, text_of(connection, other.before_id))
    ]
    for other in others:
        if other.snapshot_id is None:
            continue
        made = (_visit.c.snapshot_id == other.snapshot_id, _visit.c.sign.is_(None))
        if connection.execute(update(_visit).where(*made).values(sign=Sign.LIKE_VANISHED.value)).rowcount:
            takedowns.rebuild(connection, other.page_id)
    return bool(others)


def remember(connection: Connection, found: Replacement, *, snapshot: int | None, now: datetime) -> None:
    """Note that a page has this text in place of its own. `snapshot`: the one with the new text, where there is one."""
    statement = sqlite_insert(ReplacedTextRow).values(
        site=found.site,
        page_id=found.page,
        digest=found.digest,
        before_id=found.before,
        snapshot_id=snapshot,
        replaced_at=now,
    )
    connection.execute(statement.on_conflict_do_nothing())
