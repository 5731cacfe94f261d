"""Snapshots as JSON Lines, to the byte what `show --json` prints.

An object's fixed parts are written once and its strings by json's own C function: `json.dumps` of a dictionary takes
twice the time, and another library would write other bytes.
"""

import json
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from storage.exporting.rows import Batch, Removed, moment


def lines(batch: Batch) -> bytes:
    """A line for each snapshot, in order, with the fields of `SnapshotView.as_json`."""
    return "".join([_line(row, batch.removed.get(row.rendition_id)) for row in batch.rows]).encode()


def _line(row: Any, removed: Removed | None) -> str:
    (
        number, url, canonical, source, title, authors, published, published_raw, modified, captured, seen, language,
        _, access, words, text, digest, extractor, rules, generation, _, _, file, offset, memento, story,
    ) = row  # fmt: skip
    string = encode_basestring
    return (
        f'{{"snapshot": {number}, "url": {string(url)}, "canonical_url": {string(canonical)}, '
        f'"source": {_cached(source)}, "title": {_string(title)}, "authors": {_list(authors)}, '
        f'"published_at": {_date(published)}, "published_raw": {_string(published_raw)}, '
        f'"modified_at": {_date(modified)}, "captured_at": {_date(captured)}, '
        f'"last_seen_at": {_date(seen or captured)}, "language": {_cached(language)}, "access": {_cached(access)}, '
        f'"words": {words}, "text": {string(text)}, "digest": "{digest}", '
        f'"rendition": {_rendition(extractor, rules, generation)}, "story": {_string(story)}, '
        f'"removed": {_removed(removed)}, "warc": {{"file": {_cached(file)}, "offset": {offset}}}, '
        f'"memento": {_string(memento)}}}\n'
    )


def _string(value: str | None) -> str:
    return "null" if value is None else encode_basestring(value)


# Sources, languages and files: the same few again and again.
_cached = lru_cache(maxsize=10_000)(_string)


def _date(value: str | None) -> str:
    return "null" if value is None else f'"{moment(value)}"'


@lru_cache(maxsize=10_000)
def _list(value: str) -> str:
    return json.dumps(json.loads(value), ensure_ascii=False)


@lru_cache(maxsize=1_000)
def _rendition(extractor: str, rules: str, generation: int) -> str:
    return _string(f"{extractor}; {rules}; memory {generation}")


def _removed(removed: Removed | None) -> str:
    if not removed:
        return "[]"
    cut = [{"reason": reason, "text": text, "block": block} for reason, text, block in removed]
    return json.dumps(cut, ensure_ascii=False)
