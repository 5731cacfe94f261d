"""Records a visit: which page it belongs to, how it ended, and the rows that say so."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from storage import changes, hosts, mementos, missing, pages, replaced_texts, takedowns
from storage.article import NEVER_KEPT, NOT_IN_ROW, Access, Article, Rendition, content_digest
from storage.capture import Capture, Miss
from storage.clock import Clock
from storage.endings import STANDS, Ended, Endings
from storage.outcome import Outcome, Receipt
from storage.search import index
from storage.tables import (
    BlockRow,
    CutRow,
    ExtractionRow,
    RecordRow,
    RenditionRow,
    SnapshotPartRow,
    SnapshotRow,
    VisitRow,
    made_by,
    table,
)
from storage.takedowns import Sign
from storage.visit import Visit


@attrs.frozen(kw_only=True)
class Ledger:
    """Whose books a visit goes into."""

    run_id: int
    source_id: int | None


class RenditionMissing(Exception):
    """The snapshot to compare with was read or cleaned by another version; it has to be by this one first."""

    def __init__(self, snapshot: int):
        super().__init__(f"snapshot {snapshot} has no rendition of the current version")
        self.snapshot = snapshot
        self.written: tuple[int, ...] = ()
        """The rows of the visit's own WARC records, which are written by then."""


# Put together once, as in `storage.pages`.
_NEW_RECORD, _NEW_VISIT, _NEW_SNAPSHOT = insert(table(RecordRow)), insert(table(VisitRow)), insert(table(SnapshotRow))
_NEW_PARTS = insert(table(SnapshotPartRow))
_NEW_EXTRACTION, _NEW_BLOCKS = insert(table(ExtractionRow)), insert(table(BlockRow))
_NEW_RENDITION, _NEW_CUTS = insert(table(RenditionRow)), insert(table(CutRow))
_EXTRACTION_OF = select(ExtractionRow.id).where(
    ExtractionRow.snapshot_id == bindparam("snapshot"), ExtractionRow.extractor == bindparam("extractor")
)
_CONTENT_DIGEST = (
    select(RenditionRow.content_digest)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .where(
        RenditionRow.snapshot_id == bindparam("snapshot"),
        RenditionRow.rules == bindparam("rules"),
        RenditionRow.generation <= bindparam("generation"),
        RenditionRow.confirmed >= bindparam("generation"),
        ExtractionRow.extractor == bindparam("extractor"),
    )
    .order_by(RenditionRow.generation.desc())
    .limit(1)
)
_CONFIRM = (
    update(table(RenditionRow))
    .where(table(RenditionRow).c.id == bindparam("rendition"), table(RenditionRow).c.confirmed < bindparam("by"))
    .values(confirmed=bindparam("by"))
    .returning(table(RenditionRow).c.snapshot_id)
)
_SAME_RENDITION = select(RenditionRow.id).where(
    RenditionRow.extraction_id == bindparam("extraction"),
    RenditionRow.rules == bindparam("rules"),
    RenditionRow.generation == bindparam("generation"),
)
_SHOWN = (
    select(ExtractionRow.title, RenditionRow.words, ExtractionRow.access)
    .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
    .where(RenditionRow.snapshot_id == bindparam("snapshot"))
    .order_by(RenditionRow.generation.desc(), RenditionRow.id.desc())
    .limit(1)
)


def record_visit(
    connection: Connection, visit: Visit, ledger: Ledger, endings: Endings, *, records: Sequence[int], now: datetime
) -> Receipt:
    """Insert all rows of a visit and end its frontier entry, inside the caller's transaction.

    `endings`: takes the end of the entry, last of all, and is written by the caller.
    `records`: the ids of the WARC records that hold the capture and the further parts of its article; none for a miss.
    Raises RenditionMissing where the newest snapshot has to be read by the current version before the two can be
    compared.
    """
    if isinstance(visit.found, Miss):
        return _record_miss(connection, visit, visit.found, ledger, endings, now)
    capture = visit.found
    answered = alias = pages.find_alias(connection, capture.url)
    if alias is None and capture.requested_url != capture.url:
        alias = pages.find_alias(connection, capture.requested_url)
    outcome, kind, error = visit.outcome, visit.kind, visit.error
    snapshot: int | None = None
    sign: Sign | None = None
    if missing.leads_elsewhere(connection, visit, capture, answered, alias):
        outcome, kind = Outcome.GONE, Sign.SECTION.value
        error = f"{capture.requested_url} leads to {capture.url}, which is no article: it is not there any more."
    if visit.same_as is not None and alias is not None:
        outcome, snapshot = Outcome.UNCHANGED, visit.same_as
    elif outcome is Outcome.NOT_MODIFIED:
        newest = pages.newest_snapshot(connection, alias.page_id, capture.captured_at) if alias else None
        if newest is None:
            outcome, kind = Outcome.FAILED, "http_304"
            error = f"{capture.requested_url} answered 304 to a first visit. Try again later."
        else:
            snapshot = newest.id
    elif outcome is Outcome.GONE and (alias is None or not pages.has_snapshot(connection, alias.page_id)):
        outcome, kind = Outcome.FAILED, kind or f"http_{capture.status}"
    elif outcome is None:
        if visit.article is None or visit.rendition is None or not records:
            raise ValueError("a visit without an outcome needs an article, a rendition and a record")
        if visit.article.access in NEVER_KEPT:
            outcome = _keep_back(connection, visit.article.access, alias, capture.captured_at)
        else:
            article, rendition = visit.article, visit.rendition
            alias = pages.settle(connection, capture, article, rendition, ledger.source_id, now, known=answered)
            for part in visit.parts[: visit.joined]:
                pages.add_alias(connection, part.url, alias.page_id, now)
                pages.add_alias(connection, part.requested_url, alias.page_id, now)
            outcome, snapshot, sign = _archive(connection, capture, article, rendition, alias, records, now)
        if sign is Sign.LIKE_VANISHED:
            kind = sign.value
            error = f"{capture.requested_url} says what the site says of other pages that it has not: it is gone."
        elif outcome not in STANDS:
            kind = kind or (visit.article.access.value if visit.article.access in NEVER_KEPT else None)
            error = _why(capture.requested_url, visit.article)
    if outcome is None:
        raise ValueError(f"no outcome for {capture.url}")
    if ledger.source_id is not None and alias is not None and outcome is not Outcome.NEW:
        pages.adopt(connection, alias.page_id, ledger.source_id)
    access = visit.article.access.value if visit.article else _access_of(outcome)
    noindex = missing.noindex(visit, capture)
    if alias is not None:
        sign = sign or missing.sign_of(connection, alias.page_id, visit, outcome, kind, noindex=noindex)
    row = {
        "run_id": ledger.run_id,
        "url": capture.requested_url,
        "final_url": capture.url,
        "alias_id": alias.id if alias else None,
        "captured_at": capture.captured_at,
        "outcome": outcome.value,
        "status": capture.status,
        "access": access,
        "kind": kind,
        "error": error,
        "etag": capture.header("ETag"),
        "last_modified": capture.header("Last-Modified"),
        "record_id": records[0] if records else None,
        "snapshot_id": snapshot,
        "memento": capture.memento.uri if capture.memento else None,
        "noindex": noindex,
        "sign": sign.value if sign else None,
    }
    connection.execute(_NEW_VISIT, row)
    recheck = None
    if alias is not None:
        imported = capture.record is not None or capture.memento is not None
        if alias.made is None or sign is not None:
            recheck = takedowns.note(connection, alias.page_id, sign, now=now, imported=imported)
    if capture.audit and outcome in STANDS:
        hosts.audited(connection, hosts.origin(capture.url), lied=outcome is Outcome.CHANGED, now=now)
    receipt = _receipt(connection, visit, capture, outcome, kind, error, alias, snapshot, access)
    if capture.entry is not None and capture.memento is not None:
        mementos.end(connection, capture.entry, outcome, error=error)
    elif capture.entry is not None:
        changed = capture.captured_at if outcome in (Outcome.NEW, Outcome.CHANGED) else None
        if changed is None and alias is not None:
            changed = pages.last_change(connection, alias.page_id)
        published = visit.article.published_at if visit.article else None
        ended = Ended(outcome=outcome, now=now, published_at=published, changed_at=changed, recheck_at=recheck)
        endings.end(capture.entry, ended, error=error)
    return receipt


_PLACEHOLDERS = {
    Access.BLOCKED: "answered with a bot check: the site keeps us out. Try later or slower.",
    Access.CONSENT: "answered with a page that asks to accept cookies, which only a browser can. Import it from a "
    "WARC file that a browser made.",
    Access.LOGIN: "answered with a form to sign in. Import it from a WARC file that a signed-in browser made.",
    Access.SOFT_404: "answered that there is no such page. Check the address.",
}


def _why(url: str, article: Article) -> str:
    """One line for an article that made no snapshot."""
    if said := _PLACEHOLDERS.get(article.access):
        return f"{url} {said}"
    return article.degraded or f"shows only {article.access}: the fuller snapshot stays the newest"


def _record_miss(
    connection: Connection, visit: Visit, miss: Miss, ledger: Ledger, endings: Endings, now: datetime
) -> Receipt:
    # What is no URL leads to no page.
    alias = None if miss.kind == "invalid_url" else pages.find_alias(connection, miss.requested_url)
    outcome = Outcome(miss.outcome)
    row = {
        "run_id": ledger.run_id,
        "url": miss.requested_url,
        "alias_id": alias.id if alias else None,
        "captured_at": miss.missed_at,
        "outcome": outcome.value,
        "kind": miss.kind,
        "error": miss.message,
        "memento": miss.memento.uri if miss.memento else None,
    }
    connection.execute(_NEW_VISIT, row)
    receipt = Receipt(
        url=miss.requested_url,
        canonical_url=pages.url_of(connection, alias.page_id) if alias else None,
        outcome=outcome,
        status=None,
        snapshot=None,
        captured_at=miss.missed_at,
        title=None,
        words=None,
        access=None,
        error=miss.message,
        kind=miss.kind,
        entry=miss.entry,
    )
    if miss.entry is not None and miss.memento is not None:
        mementos.end(connection, miss.entry, outcome, error=miss.message)
    elif miss.entry is not None:
        endings.end(miss.entry, Ended(outcome=outcome, now=now), error=miss.message)
    return receipt


def _access_of(outcome: Outcome) -> str | None:
    return Access.BLOCKED.value if outcome is Outcome.BLOCKED else None


def _keep_back(connection: Connection, access: Access, alias: pages.Alias | None, until: datetime) -> Outcome:
    """How a visit ends that got a page in the article's place."""
    if access is Access.BLOCKED:
        return Outcome.BLOCKED
    had = alias is not None and pages.newest_snapshot(connection, alias.page_id, until) is not None
    if access is Access.SOFT_404 and had:
        return Outcome.GONE
    return Outcome.DEGRADED if had else Outcome.NOT_ARTICLE


def _archive(
    connection: Connection,
    capture: Capture,
    article: Article,
    rendition: Rendition,
    alias: pages.Alias,
    records: Sequence[int],
    now: datetime,
) -> tuple[Outcome, int | None, Sign | None]:
    """Decide against what the page has, and keep the article where it is worth a snapshot. The sign: of a takedown."""
    before = None if alias.made else pages.newest_snapshot(connection, alias.page_id, capture.captured_at)
    whole_before = before is not None and (
        before.whole or pages.has_whole_snapshot(connection, alias.page_id, capture.captured_at)
    )
    if whole_before and not article.whole:
        return Outcome.DEGRADED, None, None
    sign = replaced = None
    if before is not None:
        same = _content_digest_of(connection, before.id, rendition)
        if same is None:
            raise RenditionMissing(before.id)
        if same == content_digest(article, rendition) and not (article.whole and not before.whole):
            return Outcome.UNCHANGED, before.id, None
        if before.whole:
            # In place of a teaser the full text is no replacement, however little the two have in common.
            sign, replaced = missing.compared(connection, alias.page_id, capture.url, before.id, rendition)
        if sign is Sign.LIKE_VANISHED and replaced is not None:
            replaced_texts.remember(connection, replaced, snapshot=None, now=now)
            return Outcome.GONE, None, sign
    values = {
        "alias_id": alias.id,
        "record_id": records[0],
        "captured_at": capture.captured_at,
        "added_at": now,
        "access": article.access.value,
        "whole": article.whole,
    }
    snapshot = made_by(connection.execute(_NEW_SNAPSHOT, values))
    if parts := [
        {"snapshot_id": snapshot, "position": i, "record_id": record} for i, record in enumerate(records[1:], 2)
    ]:
        connection.execute(_NEW_PARTS, parts)
    extraction = _keep_extraction(connection, snapshot, article, now)
    made = _insert_rendition(connection, snapshot, extraction, rendition, content_digest(article, rendition), now)
    shown = index.Shown(
        rendition=made,
        text=rendition.text,
        title=article.title,
        authors=article.authors,
        language=article.language,
        section=article.section,
        captured_at=capture.captured_at,
        added_at=now,
        access=article.access.value,
        page=alias.page_id,
    )
    index.enter(connection, snapshot, shown)
    if not alias.made:
        changes.work_out_of(connection, alias.page_id, now=now)
    if replaced is not None:
        replaced_texts.remember(connection, replaced, snapshot=snapshot, now=now)
    return (Outcome.CHANGED if before is not None else Outcome.NEW), snapshot, sign


def _content_digest_of(connection: Connection, snapshot: int, like: Rendition) -> str | None:
    """Of a snapshot's rendition of the same versions as another's; None where it has none.

    A generation that was found to give the same text needs no rendition of its own.
    """
    versions = {"rules": like.rules, "generation": like.generation, "extractor": like.extractor}
    digest: str | None = connection.execute(_CONTENT_DIGEST, {"snapshot": snapshot, **versions}).scalar()
    return digest


def keep_rendition(
    connection: Connection, snapshot: int, article: Article, rendition: Rendition, *, now: datetime
) -> None:
    """Insert an extraction with its blocks, and a rendition of it with its cuts, each unless it is there already."""
    same = {"snapshot": snapshot, "extractor": article.extractor}
    extraction: int | None = connection.execute(_EXTRACTION_OF, same).scalar()
    if extraction is None:
        extraction = _keep_extraction(connection, snapshot, article, now)
    add_rendition(connection, snapshot, extraction, rendition, content_digest(article, rendition), now=now)


def _keep_extraction(connection: Connection, snapshot: int, article: Article, now: datetime) -> int:
    fields = attrs.asdict(article, recurse=False, filter=lambda field, _: field.name not in NOT_IN_ROW)
    fields |= {
        "authors": list(article.authors),
        "tags": list(article.tags),
        "signs": list(article.signs),
        "access": article.access.value,
        "pager": attrs.asdict(article.pager) if article.pager else None,
        "snapshot_id": snapshot,
        "made_at": now,
    }
    extraction = made_by(connection.execute(_NEW_EXTRACTION, fields))
    blocks = [
        {
            "extraction_id": extraction,
            "position": i,
            "kind": block.kind.value,
            "text": block.text,
            "box": block.box,
            "links": block.links,
            "signs": list(block.signs) or None,
        }
        for i, block in enumerate(article.blocks)
    ]
    if blocks:
        connection.execute(_NEW_BLOCKS, blocks)
    return extraction


def add_rendition(
    connection: Connection, snapshot: int, extraction: int, rendition: Rendition, content: str, *, now: datetime
) -> None:
    """Insert a rendition of an extraction with its cuts, unless it is there already. `content`: its content digest."""
    # Another process may have been here first.
    same = {"extraction": extraction, "rules": rendition.rules, "generation": rendition.generation}
    if connection.execute(_SAME_RENDITION, same).first() is not None:
        return
    _insert_rendition(connection, snapshot, extraction, rendition, content, now)
    index.keep(connection, snapshot)
    changes.work_out_around(connection, snapshot, now=now)


def _insert_rendition(
    connection: Connection, snapshot: int, extraction: int, rendition: Rendition, content: str, now: datetime
) -> int:
    row = {
        "snapshot_id": snapshot,
        "extraction_id": extraction,
        "rules": rendition.rules,
        "generation": rendition.generation,
        "confirmed": rendition.generation,
        "made_at": now,
        "text": rendition.text,
        "digest": rendition.digest,
        "content_digest": content,
        "words": rendition.words,
    }
    kept = made_by(connection.execute(_NEW_RENDITION, row))
    if rendition.cuts:
        cuts = [{"rendition_id": kept, "position": cut.position, "reason": cut.reason} for cut in rendition.cuts]
        connection.execute(_NEW_CUTS, cuts)
    return kept


def confirm_renditions(connection: Connection, confirmed: Mapping[int, int]) -> None:
    """Note that generations give the same text as renditions that the archive has. `confirmed`: rendition -> the
    generation."""
    snapshots = [
        snapshot
        for rendition, generation in confirmed.items()
        if (snapshot := connection.execute(_CONFIRM, {"rendition": rendition, "by": generation}).scalar()) is not None
    ]
    changes.work_out_around_all(connection, snapshots, now=Clock().now())


def _receipt(
    connection: Connection,
    visit: Visit,
    capture: Capture,
    outcome: Outcome,
    kind: str | None,
    error: str | None,
    alias: pages.Alias | None,
    snapshot: int | None,
    access: str | None,
) -> Receipt:
    title, words = (visit.article.title if visit.article else None), None
    canonical = (alias.made or pages.url_of(connection, alias.page_id)) if alias else None
    if visit.rendition is not None:
        words = visit.rendition.words
    elif snapshot is not None:
        shown = _shown(connection, snapshot)
        if shown is not None:
            title, words, access = shown.title, shown.words, shown.access
    return Receipt(
        url=capture.requested_url,
        canonical_url=canonical,
        outcome=outcome,
        status=capture.status,
        snapshot=snapshot if outcome in STANDS else None,
        captured_at=capture.captured_at,
        title=title,
        words=words,
        access=access,
        error=error,
        kind=kind,
        entry=capture.entry,
    )


def _shown(connection: Connection, snapshot: int) -> Row[str | None, int, str] | None:
    return connection.execute(_SHOWN, {"snapshot": snapshot}).first()


def insert_records(connection: Connection, rows: Sequence[dict[str, object]]) -> list[int]:
    """Insert rows of WARC records, in order; returns their ids."""
    return [made_by(connection.execute(_NEW_RECORD, row)) for row in rows]
