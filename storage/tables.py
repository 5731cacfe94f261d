"""The tables, in the design's words. Rows stay inside `storage`; values leave it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    CheckConstraint,
    CursorResult,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import Table as SQLTable
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import DateTime, TypeDecorator

# Alembic can only alter constraints that have names.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Takes and gives aware datetimes in UTC; refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        # SQLite keeps text and no zone; the column's zone is UTC by definition.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: Mapping[Any, Any] = {
        datetime: UTCDateTime(),
        str: Text(),
        list[str]: JSON(),
        dict[str, str]: JSON(),
        dict[str, int]: JSON(),
    }


class Table(Base):
    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)


def table(row: type[Base]) -> SQLTable:
    """The table of a row class, for statements that go past the object mapper: a third of its time per insert."""
    return cast(SQLTable, row.__table__)


def made_by(result: CursorResult[Any]) -> int:
    """The id of the row that an insert has made."""
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the insert made no row")
    return int(key[0])


class SourceRow(Table):
    """A publication as configured; the configuration itself stays in `sources.toml`."""

    __tablename__ = "source"

    name: Mapped[str] = mapped_column(unique=True)
    home: Mapped[str | None]
    added_at: Mapped[datetime]


class RunRow(Table):
    """One source's crawl, or one `archive`, `import` or `reextract` (no source)."""

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint("kind IN ('crawl', 'archive', 'import', 'reextract')", name="kind"),
        CheckConstraint("state IN ('running', 'done', 'failed', 'limited', 'interrupted')", name="state"),
        Index("ix_run_started_at", "started_at"),
    )

    kind: Mapped[str]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))
    state: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    resumed: Mapped[int] = mapped_column(default=0)
    """How often it was killed and taken up again."""
    taken_up: Mapped[int] = mapped_column(default=0)
    """Article URLs. Equals the visits of the run once it has ended."""
    listings: Mapped[int] = mapped_column(default=0)
    """Feeds, sitemaps and section pages read."""
    listings_failed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[dict[str, int]] = mapped_column(default=dict)
    """What was left out and never taken up: reason -> count."""
    selection: Mapped[str | None]
    """What a `reextract` was asked to read again, so that the same one goes on where it was killed."""
    reached: Mapped[int] = mapped_column(default=0)
    """The snapshot up to which a `reextract` is through."""
    tally: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    """What a `reextract` found: outcome -> count. None for runs that visit URLs."""
    error: Mapped[str | None]
    facts: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    """Of a crawl that has ended: see `storage.run_facts`."""


class PageRow(Table):
    """One canonical URL, over all time."""

    __tablename__ = "page"

    key: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    site: Mapped[str] = mapped_column(index=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"), index=True)
    added_at: Mapped[datetime]


class AliasRow(Table):
    """A URL that led to a page. Visits and snapshots point here; only its page ever moves."""

    __tablename__ = "alias"

    url: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(index=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"), index=True)
    added_at: Mapped[datetime]


class WarcFileRow(Table):
    """A WARC file of the archive."""

    __tablename__ = "warc_file"

    name: Mapped[str] = mapped_column(unique=True)
    added_at: Mapped[datetime]


class RecordRow(Table):
    """One WARC record on disk: where it lies and what it must be."""

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("file_id", "offset"),
        Index("ix_record_payload_digest", "payload_digest"),
        Index(
            "ix_record_conversion",
            "refers_to_id",
            sqlite_where=text("type = 'conversion'"),
            postgresql_where=text("type = 'conversion'"),
        ),
    )

    record_id: Mapped[str] = mapped_column(unique=True)
    """WARC-Record-ID, without angle brackets."""
    type: Mapped[str]
    url: Mapped[str]
    captured_at: Mapped[datetime]
    file_id: Mapped[int] = mapped_column(ForeignKey("warc_file.id"))
    offset: Mapped[int]
    length: Mapped[int]
    """Compressed bytes."""
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Of the compressed bytes."""
    payload_digest: Mapped[str | None]
    """"sha1:BASE32" of the payload as sent. None for requests."""
    refers_to_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    """For a revisit: the record that holds the payload. For a conversion: the one that it was made from."""


class VisitRow(Table):
    """One observation of a URL, kept even when nothing changed."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_run_id_outcome", "run_id", "outcome"),
        Index("ix_visit_alias_id_captured_at", "alias_id", "captured_at"),
        Index("ix_visit_snapshot_id_captured_at", "snapshot_id", "captured_at"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    url: Mapped[str]
    """As taken up."""
    final_url: Mapped[str | None]
    """The URL that answered. None without a response."""
    alias_id: Mapped[int | None] = mapped_column(ForeignKey("alias.id"))
    """None where the URL belongs to no page (not an article, never reached)."""
    captured_at: Mapped[datetime]
    outcome: Mapped[str]
    status: Mapped[int | None]
    access: Mapped[str | None]
    kind: Mapped[str | None]
    error: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    """The snapshot that this visit made or saw again."""
    memento: Mapped[str | None]
    """Where it was taken from (URI-M), where another web archive captured it."""
    noindex: Mapped[bool | None]
    """Whether the page asked search engines to leave it out. None: it was not read, or not looked for."""
    sign: Mapped[str | None]
    """Why the page may have been taken down (`storage.takedowns.Sign`). None: nothing says so."""


class SnapshotRow(Table):
    """One kept, immutable version of a page's article."""

    __tablename__ = "snapshot"
    __table_args__ = (Index("ix_snapshot_alias_id_captured_at", "alias_id", "captured_at"),)

    alias_id: Mapped[int] = mapped_column(ForeignKey("alias.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    captured_at: Mapped[datetime] = mapped_column(index=True)
    added_at: Mapped[datetime]
    access: Mapped[str]
    whole: Mapped[bool]
    """Shows all of the article, as far as could be told."""


class SnapshotPartRow(Base):
    """The record of a later part of an article over several pages; the snapshot's own record is the first part's."""

    __tablename__ = "snapshot_part"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own name, read once

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """2 for the second part."""
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))


class ExtractionRow(Table):
    """The blocks and metadata that one extractor version read out of a snapshot's bytes."""

    __tablename__ = "extraction"
    __table_args__ = (UniqueConstraint("snapshot_id", "extractor"),)

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    extractor: Mapped[str]
    made_at: Mapped[datetime]
    title: Mapped[str | None]
    authors: Mapped[list[str]]
    published_at: Mapped[datetime | None]
    published_raw: Mapped[str | None]
    modified_at: Mapped[datetime | None]
    modified_raw: Mapped[str | None]
    language: Mapped[str | None]
    section: Mapped[str | None]
    tags: Mapped[list[str]]
    canonical_url: Mapped[str | None]
    image: Mapped[str | None]
    description: Mapped[str | None]
    site_name: Mapped[str | None]
    access: Mapped[str]
    signs: Mapped[list[str]]
    degraded: Mapped[str | None]
    origins: Mapped[dict[str, str]]
    pager: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Where the article's other parts are. None: it stands on one page."""
    leaves: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    """Keys of the page's lines, packed (`storage.leaves`)."""


class BlockRow(Base):
    """One block of an extraction, in order. Kept whether or not a rendition cuts it."""

    __tablename__ = "block"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own name, read once

    extraction_id: Mapped[int] = mapped_column(ForeignKey("extraction.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    text: Mapped[str]
    box: Mapped[int] = mapped_column(default=0)
    links: Mapped[float] = mapped_column(default=0.0)
    signs: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """None for none: most blocks have none."""


class RenditionRow(Table):
    """A snapshot's text: one extraction, cleaned by one version of the rules and one generation of the memory."""

    __tablename__ = "rendition"
    __table_args__ = (
        UniqueConstraint("extraction_id", "rules", "generation"),
        Index("ix_rendition_snapshot_id", "snapshot_id"),
    )

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    extraction_id: Mapped[int] = mapped_column(ForeignKey("extraction.id"))
    rules: Mapped[str]
    generation: Mapped[int]
    confirmed: Mapped[int]
    """The newest generation that was found to give the same text; `generation` at first."""
    made_at: Mapped[datetime]
    text: Mapped[str]
    digest: Mapped[str]
    """`sha256:` of the text."""
    content_digest: Mapped[str]
    """Of all that makes a change when it differs: title, byline, text, captions and credits."""
    words: Mapped[int]


class CutRow(Base):
    """A block that a rendition leaves out, and why."""

    __tablename__ = "cut"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own name, read once

    rendition_id: Mapped[int] = mapped_column(ForeignKey("rendition.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]


class HostRow(Table):
    """What all processes on the archive share about a host."""

    __tablename__ = "host"

    name: Mapped[str] = mapped_column(unique=True)
    """Scheme, host and port, as robots.txt is scoped: "https://example.org"."""
    robots: Mapped[bytes | None] = mapped_column(LargeBinary)
    """robots.txt as it was read. None: never read."""
    robots_status: Mapped[int | None]
    robots_read_at: Mapped[datetime | None]
    back_off_until: Mapped[datetime | None]
    """Leave the host alone until then (429 and 503, and a robots.txt that answers 5xx)."""
    back_offs: Mapped[int] = mapped_column(default=0, server_default="0")
    """Refusals in a row."""
    unreachable: Mapped[int] = mapped_column(default=0, server_default="0")
    """Failures to reach it in a row: no such name, no connection, no answer in time."""
    tdmrep: Mapped[bytes | None] = mapped_column(LargeBinary)
    """/.well-known/tdmrep.json as it was read; empty where there is none. None: never read."""
    tdmrep_read_at: Mapped[datetime | None]
    distrusted_until: Mapped[datetime | None]
    """Its 304s are not believed until then, since one of them was wrong. None: none was."""
    lies: Mapped[int] = mapped_column(default=0, server_default="0")
    """304s to pages that had changed."""
    audits: Mapped[int] = mapped_column(default=0, server_default="0")
    """304s that were checked by a full fetch."""


class FrontierRow(Table):
    """A URL to visit. Moves in the transaction of the snapshot that it leads to."""

    __tablename__ = "frontier"
    __table_args__ = (
        UniqueConstraint("scope", "kind", "key"),
        CheckConstraint("state IN ('pending', 'leased', 'done')", name="state"),
        CheckConstraint("kind IN ('article', 'feed', 'sitemap', 'section')", name="kind"),
        Index("ix_frontier_scope_state_priority", "scope", "state", "priority", "id"),
        Index("ix_frontier_scope_state_due_at", "scope", "state", "due_at"),
        Index("ix_frontier_run_id", "run_id"),
    )

    scope: Mapped[str]
    """Whose list it is: "source:3" for a source, "run:17" for one `archive`."""
    kind: Mapped[str]
    key: Mapped[str]
    url: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")
    priority: Mapped[int] = mapped_column(default=0)
    """Higher first."""
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    """The run that holds or last held it."""
    due_at: Mapped[datetime | None]
    """When a done one becomes pending again. None: never."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Failures in a row."""
    found_in: Mapped[str | None]
    """The listing that named it."""
    found_at: Mapped[datetime]
    outcome: Mapped[str | None]
    """Of its last visit."""
    error: Mapped[str | None]
    born_at: Mapped[datetime | None]
    """When an article was published, as far as can be told. None: it was not read yet."""
    seen_at: Mapped[datetime | None]
    """Its last visit that saw what it says. None: never."""
    edits: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """Edits that visits saw, by expectation (`storage.edit_model`)."""
    expected: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """As many as its source's average page would have had."""
    signalled_at: Mapped[datetime | None]
    """The date of a listing that is later than the last visit. None: there is none."""


class MirrorRow(Table):
    """A former home or a copy of a publication: its pages are those of the home."""

    __tablename__ = "mirror"

    prefix: Mapped[str] = mapped_column(unique=True)
    """The beginning of its pages' keys."""
    home: Mapped[str]
    """What stands in its place."""
    added_at: Mapped[datetime]


class FireRow(Table):
    """One time at which the schedule had a source crawled. Its row is the lease: whoever inserts it, runs it."""

    __tablename__ = "fire"
    __table_args__ = (
        UniqueConstraint("kind", "source", "scheduled_at"),
        CheckConstraint("kind IN ('crawl', 'fresh')", name="kind"),
        CheckConstraint("state IN ('running', 'done', 'failed', 'limited', 'interrupted', 'skipped')", name="state"),
        Index("ix_fire_state", "state"),
    )

    kind: Mapped[str]
    source: Mapped[str]
    """The source's name, or `watch`; a source has no row before its first crawl."""
    scheduled_at: Mapped[datetime]
    state: Mapped[str]
    claimed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    deaths: Mapped[int] = mapped_column(default=0)
    """How often its process died and was seen to have died."""
    run_before: Mapped[int | None]
    """The source's newest run when it was claimed, so that its own can be told."""
    resumed_before: Mapped[int] = mapped_column(default=0)
    """`resumed` of that run."""
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    error: Mapped[str | None]


class RevisitPlanRow(Table):
    """How a scope of the frontier is revisited: what was learnt of its edits, and the visits that it may still make."""

    __tablename__ = "revisit_plan"

    scope: Mapped[str] = mapped_column(unique=True)
    mode: Mapped[str]
    """"adaptive" or "tiers"."""
    budget: Mapped[int]
    """Visits a day."""
    visits: Mapped[float]
    """Left, as of `visits_at`."""
    visits_at: Mapped[datetime]
    learnt: Mapped[bytes] = mapped_column(LargeBinary)
    """`storage.edit_model.Learnt`, packed."""
    archive: Mapped[bytes] = mapped_column(LargeBinary)
    """What all scopes had learnt together when the last crawl began."""
