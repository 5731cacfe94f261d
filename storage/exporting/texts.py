"""Snapshots and changes as text, a batch at a time: JSON Lines and CSV."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection

from storage.exporting.changes import read_changes
from storage.exporting.csv_cells import Cell, table
from storage.exporting.cursor import Position
from storage.exporting.json_lines import lines
from storage.exporting.rows import Batch, moment, read_batch
from storage.page_versions import Changed

SNAPSHOT_COLUMNS = (
    "snapshot", "url", "canonical_url", "source", "title", "authors", "published_at", "published_raw", "modified_at",
    "captured_at", "last_seen_at", "language", "access", "words", "text", "digest", "rendition", "story", "removed",
    "warc_file", "warc_offset", "memento",
)  # fmt: skip
CHANGE_COLUMNS = (
    "url", "from_snapshot", "from_captured_at", "to_snapshot", "to_captured_at", "returns_to", "kinds", "words_added",
    "words_removed", "substantive", "reason", "stealth", "redated", "summary",
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Piece:
    """What some snapshots have become."""

    data: bytes
    rows: int
    last: Position
    """Of the snapshots that were asked for, also where the last has no row."""


Encoder = Callable[[Connection, Sequence[int]], tuple[bytes, int]]


def _json_snapshots(connection: Connection, ids: Sequence[int]) -> tuple[bytes, int]:
    batch = read_batch(connection, ids)
    return lines(batch), len(batch.rows)


def _json_changes(connection: Connection, ids: Sequence[int]) -> tuple[bytes, int]:
    changes = read_changes(connection, ids)
    return "".join(json.dumps(one.as_json(), ensure_ascii=False) + "\n" for one in changes).encode(), len(changes)


def _csv_snapshots(connection: Connection, ids: Sequence[int]) -> tuple[bytes, int]:
    batch = read_batch(connection, ids)
    return table(_snapshot_cells(row, batch) for row in batch.rows), len(batch.rows)


def _csv_changes(connection: Connection, ids: Sequence[int]) -> tuple[bytes, int]:
    changes = read_changes(connection, ids)
    return table(map(_change_cells, changes)), len(changes)


ENCODERS: dict[tuple[str, str], Encoder] = {
    ("jsonl", "snapshots"): _json_snapshots,
    ("jsonl", "changes"): _json_changes,
    ("csv", "snapshots"): _csv_snapshots,
    ("csv", "changes"): _csv_changes,
}
"""By format and rows."""


def head(form: str, rows: str) -> bytes:
    """What stands before the first row."""
    if form != "csv":
        return b""
    return table([SNAPSHOT_COLUMNS if rows == "snapshots" else CHANGE_COLUMNS])


def _snapshot_cells(row: Any, batch: Batch) -> list[Cell]:
    removed = [
        {"reason": reason, "text": text, "block": block}
        for reason, text, block in batch.removed.get(row.rendition_id, ())
    ]
    return [
        row.id, row.url, row.canonical_url, row.source, row.title, "; ".join(json.loads(row.authors)),
        moment(row.published_at), row.published_raw, moment(row.modified_at), moment(row.captured_at),
        moment(row.last_seen_at or row.captured_at), row.language, row.access, row.words, row.text, row.digest,
        f"{row.extractor}; {row.rules}; memory {row.generation}", row.story,
        json.dumps(removed, ensure_ascii=False) if removed else None, row.file, row.offset, row.memento,
    ]  # fmt: skip


def _change_cells(one: Changed) -> list[Cell]:
    said = one.as_json()
    return [
        said["url"], said["from"]["snapshot"], said["from"]["captured_at"], said["to"]["snapshot"],
        said["to"]["captured_at"], said["returns_to"], json.dumps(said["kinds"]), said["words_added"],
        said["words_removed"], said["substantive"], said["reason"], said["stealth"], said["redated"], said["summary"],
    ]  # fmt: skip
