"""The form of what the API answers, as JSON Schemas: every field that is named is there, and no other."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
SPAN: Schema = {"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2}
COUNTS: Schema = {"type": "object", "additionalProperties": COUNT}
ANY: Schema = {"type": "object"}


def maybe(schema: Schema) -> Schema:
    """Or null."""
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def obj(**fields: Schema) -> Schema:
    """An object with exactly these fields. A trailing line belongs to Python."""
    named = {name.rstrip("_"): schema for name, schema in fields.items()}
    return {"type": "object", "properties": named, "required": list(named), "additionalProperties": False}


def some(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def part(name: str, **more: Schema) -> Schema:
    """A part of a list."""
    return obj(items=some(ref(name)), next=maybe(TEXT), **more)


_SNAPSHOT: dict[str, Schema] = {
    "snapshot": NUMBER, "url": TEXT, "canonical_url": TEXT, "source": maybe(TEXT), "title": maybe(TEXT),
    "authors": some(TEXT), "published_at": maybe(TIME), "published_raw": maybe(TEXT), "modified_at": maybe(TIME),
    "captured_at": TIME, "last_seen_at": TIME, "language": maybe(TEXT), "access": TEXT, "words": COUNT,
    "digest": TEXT, "rendition": TEXT, "story": maybe(TEXT), "warc": obj(file=TEXT, offset=COUNT),
    "memento": maybe(TEXT),
}  # fmt: skip
_CHANGE: dict[str, Schema] = {
    "kinds": COUNTS, "words_added": COUNT, "words_removed": COUNT, "substantive": FLAG, "reason": TEXT,
    "stealth": FLAG, "redated": FLAG, "summary": TEXT,
}  # fmt: skip
_PLACE = obj(snapshot=NUMBER, captured_at=TIME)
_SOURCE: dict[str, Schema] = {
    "source": TEXT, "home": maybe(TEXT), "pages": COUNT, "last_run_at": maybe(TIME), "next_run_at": maybe(TIME),
    "schedule": maybe(TEXT), "signs": some(obj(sign=TEXT, message=TEXT)),
}  # fmt: skip
_GONE: dict[str, Schema] = {
    "sign": TEXT, "status": maybe(NUMBER), "suspected_at": TIME, "confirmed_at": maybe(TIME), "back_at": maybe(TIME),
    "snapshot": maybe(NUMBER),
}  # fmt: skip
_HIT = {"snippet": obj(text=TEXT, marks=some(SPAN)), "score": maybe({"type": "number"}), "folded": COUNT}
_FIELD_VALUE: Schema = {"type": ["string", "array", "null"], "items": TEXT}
_HUNK = obj(
    kind=TEXT, place=TEXT, old_span=maybe(SPAN), new_span=maybe(SPAN), old=TEXT, new=TEXT, quoted=FLAG,
    move=maybe(COUNT),
)  # fmt: skip
_EVENT: Schema = {"type": "object", "properties": {"event": TEXT, "at": TIME}, "required": ["event", "at"]}
_COUNTED = {"count": COUNT}
_IN_STORY = obj(
    url=TEXT, site=TEXT, source=maybe(TEXT), title=maybe(TEXT), relation=TEXT, share={"type": "number"},
    captured_at=TIME, left_at=maybe(TIME), agency=maybe(TEXT), words=COUNT, words_added=COUNT, words_removed=COUNT,
    follows=maybe(NUMBER), corrected_at=maybe(TIME),
    copies=some(obj(snapshot=NUMBER, captured_at=TIME, relation=TEXT, share={"type": "number"})),
)  # fmt: skip

SCHEMAS: dict[str, Schema] = {
    "Problem": {
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "properties": {"type": TEXT, "title": TEXT, "status": NUMBER, "detail": TEXT},
        "required": ["type", "title", "status", "detail"],
    },
    "Index": {"type": "object", "additionalProperties": TEXT},
    "Snapshot": obj(**_SNAPSHOT),
    "Snapshots": part("Snapshot"),
    "WholeSnapshot": obj(**_SNAPSHOT, text=TEXT, removed=some(obj(reason=TEXT, text=TEXT, block=COUNT))),
    "Hit": obj(**_SNAPSHOT, **_HIT),
    "Hits": part("Hit", bounded=FLAG),
    "Counts": obj(
        total=COUNT, complete=FLAG, by_source=some(obj(source=maybe(TEXT), **_COUNTED)),
        by_month=some(obj(month=TEXT, **_COUNTED)), by_language=some(obj(language=maybe(TEXT), **_COUNTED)),
    ),
    "Version": obj(**_SNAPSHOT, change=maybe(obj(**_CHANGE))),
    "History": part("Version", events=some(_EVENT)),
    "Page": obj(
        url=TEXT, site=TEXT, source=maybe(TEXT), added_at=TIME, title=maybe(TEXT), authors=some(TEXT),
        published_at=maybe(TIME), modified_at=maybe(TIME), language=maybe(TEXT), section=maybe(TEXT), access=TEXT,
        words=COUNT, story=maybe(TEXT), snapshots=COUNT, newest=maybe(NUMBER), visits=COUNTS, first_seen_at=TIME,
        last_seen_at=TIME, next_visit_at=maybe(TIME), aliases=some(TEXT), takedowns=some(obj(**_GONE)),
        withheld=some(obj(snapshot=NUMBER, reason=TEXT)),
    ),
    "Change": obj(
        url=TEXT, source=maybe(TEXT), title=maybe(TEXT), from_=_PLACE, to=_PLACE, returns_to=maybe(NUMBER), **_CHANGE
    ),
    "Changes": part("Change"),
    "Takedown": obj(url=TEXT, source=maybe(TEXT), title=maybe(TEXT), **_GONE),
    "Takedowns": part("Takedown"),
    "Diff": obj(
        from_=obj(snapshot=NUMBER, captured_at=TIME, url=TEXT), to=obj(snapshot=NUMBER, captured_at=TIME, url=TEXT),
        fields=some(obj(field=TEXT, old=_FIELD_VALUE, new=_FIELD_VALUE)), hunks=some(_HUNK),
        moves=some(obj(old_span=SPAN, new_span=SPAN)), summary=TEXT, substantive=FLAG, stealth=FLAG, same_version=FLAG,
    ),
    "Sentence": obj(text=TEXT, snapshot=NUMBER, since=TIME),
    "Sentences": part("Sentence"),
    "Phrase": obj(url=TEXT, entered=_PLACE, left=maybe(_PLACE)),
    "Phrases": part("Phrase"),
    "StoryEntry": obj(
        story=TEXT, title=maybe(TEXT), url=TEXT, source=maybe(TEXT), captured_at=TIME, pages=COUNT, sites=COUNT
    ),
    "Stories": part("StoryEntry"),
    "Story": obj(story=TEXT, agency=maybe(TEXT), pages=some(_IN_STORY), withheld=COUNT),
    "Source": obj(**_SOURCE),
    "Sources": part("Source"),
    "Run": obj(
        run=NUMBER, kind=TEXT, source=maybe(TEXT), state=TEXT, started_at=TIME, ended_at=maybe(TIME), taken_up=COUNT,
        outcomes=COUNTS, skipped=COUNTS, listings=COUNT, listings_failed=COUNT, error=maybe(TEXT),
    ),
    "Runs": part("Run"),
    "SourceReport": obj(**_SOURCE, due=COUNT, runs=some(ref("Run"))),
    "Status": obj(
        pages=COUNT, snapshots=COUNT, withheld=obj(pages=COUNT, snapshots=COUNT), bytes=COUNT, disk=COUNTS,
        runs=some(ref("Run")), totals=some(ANY), sources=some(ANY), due=COUNT,
        takedowns=obj(unconfirmed=COUNT, oldest=maybe(obj(url=TEXT, gone_at=TIME))), distrusted=some(ANY),
        notices=COUNTS, alarms=some(ANY),
    ),
    "Job": obj(
        id=NUMBER, url=TEXT, state={"type": "string", "enum": ["waiting", "running", "done", "failed"]}, asked_at=TIME,
        taken_at=maybe(TIME), ended_at=maybe(TIME), attempts=COUNT, outcome=maybe(TEXT), snapshot=maybe(NUMBER),
        error=maybe(TEXT),
    ),
    "Jobs": part("Job"),
    "ToArchive": obj(url={"type": "string", "minLength": 1, "maxLength": 2000}),
}  # fmt: skip
