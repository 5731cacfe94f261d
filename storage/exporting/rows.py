"""Reads many snapshots quickly, as plain tuples in the words of `show --json`.

The statement is that of `storage.snapshot_views`, run past SQLAlchemy's types: values of rows cost three times what
the database itself takes, and an export needs their text only.
"""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, text
from sqlalchemy.dialects import sqlite

from storage.snapshot_views import snapshots

BATCH = 1_000
"""Snapshots in one query."""

_MARK = "/*ids*/"
_STATEMENT = str(
    snapshots(all_versions=True)
    .where(text(f"snapshot.id IN ({_MARK})"))
    .compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
)
_REMOVED = (
    "SELECT cut.rendition_id, cut.reason, block.text, block.position FROM cut "
    "JOIN rendition ON rendition.id = cut.rendition_id "
    "JOIN block ON block.extraction_id = rendition.extraction_id AND block.position = cut.position "
    f"WHERE cut.rendition_id IN ({_MARK}) ORDER BY cut.rendition_id, cut.position"
)

Removed = list[tuple[str, str, int]]
"""Reason, text and number of each block that a rendition leaves out; from 1."""


@attrs.frozen
class Batch:
    """Some snapshots, in the order in which they were asked for."""

    rows: list[Any]
    """With the columns of `storage.snapshot_views.snapshots` by name; dates and lists as the database has them."""
    removed: dict[int, Removed]
    """By rendition; those with something left out."""


def read_batch(connection: Connection, ids: Sequence[int]) -> Batch:
    """The snapshots of these numbers that are there and may be shown."""
    if not ids:
        return Batch([], {})
    found = {row[0]: row for row in _run(connection, _STATEMENT, ids)}
    rows = [found[number] for number in ids if number in found]
    removed: dict[int, Removed] = {}
    for rendition, reason, block, position in _run(connection, _REMOVED, [row.rendition_id for row in rows]):
        removed.setdefault(rendition, []).append((reason, block, position + 1))
    return Batch(rows, removed)


def _run(connection: Connection, statement: str, ids: Sequence[int]) -> Any:
    marks = ", ".join("?" * len(ids))
    return connection.exec_driver_sql(statement.replace(_MARK, marks), tuple(ids)).all()


def moment(value: str | None) -> str | None:
    """A date as the database has it in the form of `storage.clock.iso`."""
    return None if value is None else f"{value[:10]}T{value[11:19]}Z"
