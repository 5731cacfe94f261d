"""What a client asks a CDX server for, in the Wayback's and pywb's words."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import attrs
import regex

from storage.captures import EARLIEST, LATEST, Position
from storage.errors import InvalidURL, UsageError
from storage.surt import KeyRange, ranges_of
from storage.timestamps import moment

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
# What is printed only where `fl` asks for it.
MORE_FIELDS = ("filename", "offset")
# pywb's names for the Wayback's fields.
_ALIASES = {"url": "original", "mime": "mimetype", "status": "statuscode"}

Output = Literal["text", "json", "cdxj"]
OUTPUTS: dict[str, Output] = {"text": "text", "json": "json", "cdxj": "cdxj"}

# As many captures a page has for each unit of pageSize: a block of a compressed index, by tradition.
PAGE_CAPTURES = 3000
# The last captures are held until all of them are known.
MOST_LAST = 10_000
MOST_FILTERS = 10
MOST_PATTERN = 200
# For one expression on one field. A sane one takes microseconds.
PATTERN_SECONDS = 0.05

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TRUE = frozenset({"true", "1", "yes"})
_MOST_NUMBER = 10**9

Fields = dict[str, str]
Wanted = Callable[[Fields], bool]


@attrs.frozen(kw_only=True)
class CdxQuery:
    """A search of the index."""

    keys: Sequence[KeyRange]
    first: datetime = EARLIEST
    last: datetime = LATEST
    filters: Sequence[Wanted] = ()
    collapse: Sequence[tuple[str, int | None]] = ()
    """Of captures beside each other that are the same in these fields, cut to so many characters, only the first."""
    output: Output = "text"
    fields: Sequence[str] = FIELDS
    limit: int | None = None
    """Negative: the last ones."""
    offset: int = 0
    backwards: bool = False
    closest: datetime | None = None
    """By distance from this moment."""
    after: Position | None = None
    resume: bool = False
    """Print where to go on."""
    resolve: bool = False
    """Give revisits the status and media type of what they refer to."""
    duplicates: bool = False
    """Count earlier captures of the same URL with the same payload, in a field of its own."""
    page: int | None = None
    page_size: int = 1
    only_pages: bool = False
    """Print only how many pages there are."""

    @property
    def page_captures(self) -> int:
        return self.page_size * PAGE_CAPTURES


def cdx_query(parameters: Iterable[tuple[str, str]]) -> CdxQuery:
    """The search that a query string asks for; parameters that are not known are passed over. Raises UsageError."""
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        given.setdefault(name, []).append(value)

    def one(name: str) -> str | None:
        return given.get(name, [""])[-1].strip() or None

    def on(name: str) -> bool:
        return (one(name) or "").lower() in _TRUE

    url, match = _target(one("url"), one("matchType"))
    try:
        keys = ranges_of(url, match)
    except InvalidURL as error:
        raise UsageError(str(error)) from error
    closest = one("closest")
    if closest is not None and match != "exact":
        raise UsageError("closest= goes with one URL only. Leave it out, or use matchType=exact.")
    output = one("output") or "text"
    if output not in OUTPUTS:
        raise UsageError(f"output={output[:20]} is not known. Use text, json or cdxj.")
    sort = one("sort") or "default"
    if sort not in ("default", "forward", "ascending", "reverse", "descending", "closest"):
        raise UsageError(f"sort={sort[:20]} is not known. Use default, reverse or closest.")
    limit = _number(one("limit"), "limit", least=-MOST_LAST)
    token, page = one("resumeKey"), _number(one("page"), "page")
    return CdxQuery(
        keys=keys,
        first=moment(one("from") or "") if one("from") else EARLIEST,
        last=moment(one("to") or "", end=True).replace(microsecond=999_999) if one("to") else LATEST,
        filters=_filters([*given.get("filter", ()), *given.get("filter[]", ())]),
        collapse=[_collapse(value) for value in given.get("collapse", ()) if value],
        output=OUTPUTS[output],
        fields=_fields(one("fl") or one("fields")),
        limit=limit,
        offset=_number(one("offset"), "offset") or 0,
        backwards=sort in ("reverse", "descending"),
        closest=moment(closest) if closest is not None else None,
        after=position_of(token) if token is not None else None,
        resume=on("showResumeKey"),
        resolve=on("resolveRevisits"),
        duplicates=on("showDupeCount"),
        page=page,
        page_size=_number(one("pageSize"), "pageSize", least=1, most=100) or 1,
        only_pages=on("showNumPages"),
    )


def _target(url: str | None, match: str | None) -> tuple[str, str]:
    """A URL without wildcards, and what they mean."""
    if url is None:
        raise UsageError("The search names no URL. Add url=, such as url=example.org/news&matchType=prefix.")
    if match is None and url.startswith("*."):
        url, match = url[2:], "domain"
    elif match is None and url.endswith("*"):
        url, match = url[:-1], "prefix"
    return (url if "://" in url else f"http://{url}"), match or "exact"


def _number(text: str | None, name: str, *, least: int = 0, most: int = _MOST_NUMBER) -> int | None:
    if text is None:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18 or not least <= int(text) <= most:
        raise UsageError(f"{name}={text[:20]} is no number that fits. Give one from {least} to {most}.")
    return int(text)


def _name(text: str) -> str:
    name = _ALIASES.get(text, text)
    if name not in FIELDS and name not in MORE_FIELDS:
        raise UsageError(f"There is no field {text[:30]!r}. There are {', '.join((*FIELDS, *MORE_FIELDS))}.")
    return name


def _fields(text: str | None) -> Sequence[str]:
    return FIELDS if text is None else [_name(one.strip()) for one in text.split(",") if one.strip()] or FIELDS


def _collapse(text: str) -> tuple[str, int | None]:
    name, colon, length = text.partition(":")
    return _name(name), _number(length, "collapse", least=1) if colon else None


def _filters(texts: Sequence[str]) -> list[Wanted]:
    if len(texts) > MOST_FILTERS:
        raise UsageError(f"There are {len(texts)} filters. Give at most {MOST_FILTERS}.")
    return [_filter(text) for text in texts if text]


def _filter(text: str) -> Wanted:
    """`[!][=~]field:expression`: a regular expression for all of the field, with `=` a plain text; `!` inverts it."""
    rest = text.removeprefix("!")
    inverted, plain = rest != text, rest.startswith("=")
    name, colon, expression = rest.lstrip("=~").partition(":")
    if not colon:
        raise UsageError(f"filter={text[:40]} names no field. Write it as field:expression, such as statuscode:200.")
    field = _name(name)
    if plain:
        return lambda row: (row[field] == expression) is not inverted
    pattern = _pattern(expression)

    def fits(row: Fields) -> bool:
        try:
            found = pattern.fullmatch(row[field], timeout=PATTERN_SECONDS) is not None
        except TimeoutError as error:
            raise UsageError(f"filter={text[:40]} takes too long. Write a simpler expression.") from error
        return found is not inverted

    return fits


def _pattern(expression: str) -> Any:
    if len(expression) > MOST_PATTERN:
        raise UsageError(f"The expression of a filter has {len(expression)} characters. Use at most {MOST_PATTERN}.")
    try:
        return regex.compile(expression)
    except (regex.error, OverflowError, RecursionError) as error:
        raise UsageError(f"{expression[:40]!r} is no regular expression: {error}. Mend it.") from error


def resume_key(position: Position) -> str:
    """Where a listing goes on, as one word."""
    micros = (position.captured_at - _EPOCH) // _MICROSECOND
    text = f"{position.record} {micros} {position.urlkey}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(token: str) -> Position:
    """The inverse of `resume_key`. Raises UsageError."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        record, micros, urlkey = raw.decode().split(" ", 2)
        if len(record) > 18 or len(micros) > 18:
            raise ValueError(token)
        when = _EPOCH + int(micros) * _MICROSECOND
        return Position(urlkey=urlkey, captured_at=when, record=int(record))
    except (ValueError, OverflowError, binascii.Error) as error:
        raise UsageError("resumeKey is none that this server has given out. Begin without it.") from error
