"""Values of the archive as the API tells them, with the fields of the commands' `--json` where there is one."""

from datetime import datetime
from typing import Any

import attrs

from storage.change_entries import ChangeEntry
from storage.clock import iso
from storage.page_views import PageView
from storage.queue import Job
from storage.source_views import SourceReport, SourceView
from storage.story_entries import StoryEntry
from storage.takedown_entries import TakedownEntry


def _dated(value: Any) -> dict[str, Any]:
    """The fields of a flat value, its times in ISO 8601."""
    fields = attrs.asdict(value, recurse=False)
    return {name: iso(one) if isinstance(one, datetime) else one for name, one in fields.items()}


def change(entry: ChangeEntry) -> dict[str, Any]:
    """As `changes --json` prints it, with source and title."""
    return {
        "url": entry.url,
        "source": entry.source,
        "title": entry.title,
        "from": {"snapshot": entry.old, "captured_at": iso(entry.old_captured_at)},
        "to": {"snapshot": entry.new, "captured_at": iso(entry.captured_at)},
        "returns_to": entry.returns_to,
        **entry.change.as_json(),
    }


def takedown(entry: TakedownEntry) -> dict[str, Any]:
    """A page that was gone, or is."""
    return _dated(entry)


def story(entry: StoryEntry) -> dict[str, Any]:
    """A story in a list."""
    return _dated(entry)


def source(view: SourceView) -> dict[str, Any]:
    """A source; its alarms by their names."""
    return _dated(view) | {"signs": [{"sign": one.name, "message": one.message} for one in view.signs]}


def report(found: SourceReport) -> dict[str, Any]:
    """A source with its runs."""
    return source(found.source) | {"due": found.due, "runs": [run.as_json() for run in found.runs]}


def page(view: PageView) -> dict[str, Any]:
    """A page at a glance."""
    newest = {
        "title": view.title,
        "authors": list(view.authors),
        "published_at": iso(view.published_at),
        "modified_at": iso(view.modified_at),
        "language": view.language,
        "section": view.section,
        "access": view.access,
        "words": view.words,
        "story": view.story,
    }
    return {
        "url": view.url,
        "site": view.site,
        "source": view.source,
        "added_at": iso(view.added_at),
        **newest,
        "snapshots": view.snapshots,
        "newest": view.versions[0].snapshot if view.versions else None,
        "visits": dict(view.visits),
        "first_seen_at": iso(view.first_seen_at),
        "last_seen_at": iso(view.last_seen_at),
        "next_visit_at": iso(view.next_visit_at),
        "aliases": [one.url for one in view.aliases],
        "takedowns": [_takedown(one) for one in view.takedowns],
        "withheld": [{"snapshot": one.snapshot, "reason": one.by.reason} for one in view.withheld],
    }


def _takedown(one: Any) -> dict[str, Any]:
    fields = _dated(one)
    return {name: fields[name] for name in ("sign", "status", "suspected_at", "confirmed_at", "back_at", "snapshot")}


def job(one: Job) -> dict[str, Any]:
    """What was asked for, and how far it has come."""
    return _dated(one)
