"""Snapshots and changes as Parquet: typed columns, for DuckDB, pandas and whatever else reads Arrow's types."""

import contextlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection

from storage.errors import UsageError
from storage.exporting.changes import read_changes
from storage.exporting.rows import Batch, read_batch
from storage.page_versions import Changed

# A row group is held in memory until it is written; readers skip whole ones by a column's least and greatest value.
GROUP_ROWS = 20_000
GROUP_CHARACTERS = 64_000_000


class ParquetMissing(UsageError):
    """The library that writes Parquet is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Parquet needs the library pyarrow, which is not installed. Install Backissue with it: "
            "pipx install '.[parquet]', or export as CSV or JSON Lines."
        )


class ParquetTable:
    """Writes one table into a file. Raises ParquetMissing."""

    def __init__(self, to: BinaryIO, rows: str):
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError as error:
            raise ParquetMissing from error
        self._pa = pa
        self._of_changes = rows == "changes"
        self._schema = _changes_schema(pa) if self._of_changes else _snapshots_schema(pa)
        self._writer = parquet.ParquetWriter(to, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._characters = 0

    def add(self, connection: Connection, ids: Sequence[int]) -> int:
        """Add the rows of some snapshots; returns how many there are."""
        if self._of_changes:
            made = [_change(one) for one in read_changes(connection, ids)]
        else:
            batch = read_batch(connection, ids)
            made = [_snapshot(row, batch) for row in batch.rows]
            self._characters += sum(len(row.text) for row in batch.rows)
        self._rows += made
        if len(self._rows) >= GROUP_ROWS or self._characters >= GROUP_CHARACTERS:
            self._write()
        return len(made)

    def finish(self) -> None:
        """Write what is left, and the end of the file."""
        self._write()
        self._writer.close()

    def abandon(self) -> None:
        """Let go of everything after a failure; the file is of no use then."""
        with contextlib.suppress(OSError, ValueError):
            self._writer.close()

    def _write(self) -> None:
        if self._rows:
            self._writer.write_table(self._pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows, self._characters = [], 0


def _snapshots_schema(pa: Any) -> Any:
    when = pa.timestamp("us", tz="UTC")
    cut = pa.struct([("reason", pa.string()), ("text", pa.string()), ("block", pa.int32())])
    return pa.schema([
        pa.field("snapshot", pa.int64(), nullable=False),
        pa.field("url", pa.string(), nullable=False),
        pa.field("canonical_url", pa.string(), nullable=False),
        ("source", pa.dictionary(pa.int32(), pa.string())),
        ("title", pa.string()),
        pa.field("authors", pa.list_(pa.string()), nullable=False),
        ("published_at", when),
        ("published_raw", pa.string()),
        ("modified_at", when),
        pa.field("captured_at", when, nullable=False),
        pa.field("last_seen_at", when, nullable=False),
        ("language", pa.dictionary(pa.int32(), pa.string())),
        pa.field("access", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("words", pa.int32(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("digest", pa.string(), nullable=False),
        pa.field("rendition", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        ("story", pa.string()),
        pa.field("removed", pa.list_(cut), nullable=False),
        pa.field("warc_file", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("warc_offset", pa.int64(), nullable=False),
        ("memento", pa.string()),
    ])  # fmt: skip


def _snapshot(row: Any, batch: Batch) -> dict[str, Any]:
    removed = batch.removed.get(row.rendition_id, ())
    return {
        "snapshot": row.id,
        "url": row.url,
        "canonical_url": row.canonical_url,
        "source": row.source,
        "title": row.title,
        "authors": json.loads(row.authors),
        "published_at": _when(row.published_at),
        "published_raw": row.published_raw,
        "modified_at": _when(row.modified_at),
        "captured_at": _when(row.captured_at),
        "last_seen_at": _when(row.last_seen_at or row.captured_at),
        "language": row.language,
        "access": row.access,
        "words": row.words,
        "text": row.text,
        "digest": row.digest,
        "rendition": f"{row.extractor}; {row.rules}; memory {row.generation}",
        "story": row.story,
        "removed": [{"reason": reason, "text": text, "block": block} for reason, text, block in removed],
        "warc_file": row.file,
        "warc_offset": row.offset,
        "memento": row.memento,
    }


def _when(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _changes_schema(pa: Any) -> Any:
    when = pa.timestamp("us", tz="UTC")
    return pa.schema([
        pa.field("url", pa.string(), nullable=False),
        pa.field("from_snapshot", pa.int64(), nullable=False),
        pa.field("from_captured_at", when, nullable=False),
        pa.field("to_snapshot", pa.int64(), nullable=False),
        pa.field("to_captured_at", when, nullable=False),
        ("returns_to", pa.int64()),
        pa.field("kinds", pa.map_(pa.string(), pa.int32()), nullable=False),
        pa.field("words_added", pa.int32(), nullable=False),
        pa.field("words_removed", pa.int32(), nullable=False),
        pa.field("substantive", pa.bool_(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("stealth", pa.bool_(), nullable=False),
        pa.field("redated", pa.bool_(), nullable=False),
        pa.field("summary", pa.string(), nullable=False),
    ])  # fmt: skip


def _change(one: Changed) -> dict[str, Any]:
    return {
        "url": one.url,
        "from_snapshot": one.old,
        "from_captured_at": one.old_captured_at,
        "to_snapshot": one.new,
        "to_captured_at": one.new_captured_at,
        "returns_to": one.returns_to,
        **one.change.as_json(),
        "kinds": list(one.change.kinds.items()),
    }
