"""Snapshots for readers: the query that reads them, and the value that it makes."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from storage import notebook
from storage.clock import iso
from storage.story_tables import BodyRow, SnapshotBodyRow
from storage.tables import (
    AliasRow,
    ExtractionRow,
    PageRow,
    RecordRow,
    RenditionRow,
    SnapshotRow,
    SourceRow,
    VisitRow,
    WarcFileRow,
)
from storage.withholding import visible, visible_snapshot


@attrs.frozen(kw_only=True)
class SnapshotView:
    """A snapshot in its newest rendition."""

    snapshot: int
    url: str
    """As captured."""
    canonical_url: str
    source: str | None
    title: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    published_raw: str | None
    modified_at: datetime | None
    captured_at: datetime
    last_seen_at: datetime
    language: str | None
    section: str | None
    access: str
    words: int
    text: str
    digest: str
    rendition: str
    """The versions that made it."""
    rendition_id: int
    extraction_id: int
    warc: tuple[str, int]
    """File and offset."""
    memento: str | None
    """Where it was taken from (URI-M), where another web archive captured it."""
    story: str | None
    """The story that its text belongs to; None where no other page has it or one like it."""

    def as_json(self, *, removed: list[dict[str, Any]] | None = None, whole: bool = True) -> dict[str, Any]:
        """The fields that other programs may rely on; `whole` with the text."""
        fields: dict[str, Any] = {
            "snapshot": self.snapshot,
            "url": self.url,
            "canonical_url": self.canonical_url,
            "source": self.source,
            "title": self.title,
            "authors": list(self.authors),
            "published_at": iso(self.published_at),
            "published_raw": self.published_raw,
            "modified_at": iso(self.modified_at),
            "captured_at": iso(self.captured_at),
            "last_seen_at": iso(self.last_seen_at),
            "language": self.language,
            "access": self.access,
            "words": self.words,
        }
        if whole:
            fields["text"] = self.text
        fields |= {"digest": self.digest, "rendition": self.rendition, "story": self.story}
        if whole:
            fields["removed"] = removed or []
        fields |= {"warc": {"file": self.warc[0], "offset": self.warc[1]}, "memento": self.memento}
        return fields

    def _repr_html_(self) -> str:
        known = (", ".join(self.authors), self.canonical_url, f"captured {iso(self.captured_at)}", self.access)
        return notebook.card(self.title or "(no title)", known, self.text)


_newer, _later, _later_alias = aliased(RenditionRow), aliased(SnapshotRow), aliased(AliasRow)
# A snapshot's, by generation first: one may have been cleaned once more by an older one, to be compared with another.
NEWEST_RENDITION = (
    select(_newer.id)
    .where(_newer.snapshot_id == SnapshotRow.id)
    .order_by(_newer.generation.desc(), _newer.id.desc())
    .limit(1)
    .correlate(SnapshotRow)
    .scalar_subquery()
)
# A page's, of those that readers are shown.
NEWEST_SNAPSHOT = (
    select(_later.id)
    .join(_later_alias, _later_alias.id == _later.alias_id)
    .where(_later_alias.page_id == PageRow.id, visible_snapshot(_later.id))
    .order_by(_later.captured_at.desc(), _later.id.desc())
    .limit(1)
    .correlate(PageRow)
    .scalar_subquery()
)


def snapshots(*, all_versions: bool = False) -> Any:
    """One row per page, with its newest snapshot, or one per snapshot; each in its newest rendition; nothing that
    is withheld. No order."""
    memento = (
        select(VisitRow.memento)
        .where(VisitRow.snapshot_id == SnapshotRow.id, VisitRow.captured_at == SnapshotRow.captured_at)
        .order_by(VisitRow.id)
        .limit(1)
        .correlate(SnapshotRow)
        .scalar_subquery()
    )
    last_seen = select(func.max(VisitRow.captured_at)).where(VisitRow.snapshot_id == SnapshotRow.id).scalar_subquery()
    query: Any = (
        select(
            SnapshotRow.id,
            AliasRow.url,
            PageRow.url.label("canonical_url"),
            SourceRow.name.label("source"),
            ExtractionRow.title,
            ExtractionRow.authors,
            ExtractionRow.published_at,
            ExtractionRow.published_raw,
            ExtractionRow.modified_at,
            SnapshotRow.captured_at,
            last_seen.label("last_seen_at"),
            ExtractionRow.language,
            ExtractionRow.section,
            SnapshotRow.access,
            RenditionRow.words,
            RenditionRow.text,
            RenditionRow.digest,
            ExtractionRow.extractor,
            RenditionRow.rules,
            RenditionRow.generation,
            RenditionRow.id.label("rendition_id"),
            ExtractionRow.id.label("extraction_id"),
            WarcFileRow.name.label("file"),
            RecordRow.offset,
            memento.label("memento"),
            BodyRow.story,
        )
        .join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .outerjoin(SourceRow, SourceRow.id == PageRow.source_id)
        .join(RenditionRow, RenditionRow.id == NEWEST_RENDITION)
        .join(ExtractionRow, ExtractionRow.id == RenditionRow.extraction_id)
        .join(RecordRow, RecordRow.id == SnapshotRow.record_id)
        .join(WarcFileRow, WarcFileRow.id == RecordRow.file_id)
        .outerjoin(SnapshotBodyRow, SnapshotBodyRow.snapshot_id == SnapshotRow.id)
        .outerjoin(BodyRow, BodyRow.id == SnapshotBodyRow.body_id)
        .where(visible())
    )
    if not all_versions:
        query = query.where(SnapshotRow.id == NEWEST_SNAPSHOT)
    return query


def as_view(row: Any) -> SnapshotView:
    """A row of `snapshots` as a value."""
    return SnapshotView(
        snapshot=row.id,
        url=row.url,
        canonical_url=row.canonical_url,
        source=row.source,
        title=row.title,
        authors=tuple(row.authors),
        published_at=row.published_at,
        published_raw=row.published_raw,
        modified_at=row.modified_at,
        captured_at=row.captured_at,
        last_seen_at=row.last_seen_at or row.captured_at,
        language=row.language,
        section=row.section,
        access=row.access,
        words=row.words,
        text=row.text,
        digest=row.digest,
        rendition=f"{row.extractor}; {row.rules}; memory {row.generation}",
        rendition_id=row.rendition_id,
        extraction_id=row.extraction_id,
        warc=(row.file, row.offset),
        memento=row.memento,
        story=row.story,
    )
