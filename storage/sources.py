"""The sources as configured: `sources.toml` in the archive's folder, read and checked line by line."""

import re
import tomllib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import attrs
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from storage.errors import InvalidURL, SourceFileError
from storage.revisit_plans import USUAL_BUDGET
from storage.revisits import Mode
from storage.rules import SiteRules, read_rules
from storage.toml_mistakes import Mistake, meant, what
from storage.toml_places import KeyPath, TomlPlaces, line_at
from storage.urls import parsed

# `watch` stands for the watch list wherever a source can be named.
RESERVED_NAMES = frozenset({"watch"})

# What to do where there is none, said as a part of a sentence.
FIRST_SOURCE = 'two lines make one: [sources.NAME] and home = "https://…"'

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")

# A longer pause than an hour would let a night pass without a crawl of a single section.
MAX_DELAY_SECONDS = 3600.0

# What takes ten minutes has hung, and would hold the end of a crawl up.
MAX_TIMEOUT_SECONDS = 600.0

# More requests at once than this are a load test, not a visit.
MAX_CONCURRENCY = 16

# One a second, all day: more than that is no visit.
MAX_BUDGET = 86_400

# A century: further back than any site's own listings, and safely inside what a date can hold.
MAX_AGE_DAYS = 36_500


def _web_address(text: str) -> str:
    try:
        parsed(text)
    except InvalidURL as error:
        raise ValueError(str(error)) from error
    return text.strip()


def _expression(text: str) -> str:
    if not text:
        raise ValueError("an empty expression matches every address; leave it out")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set" and the like are legal
            re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    return text


def _source_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} cannot name a source; a name has small letters a-z, digits, - and _, and starts with a letter "
            "or a digit"
        )
    if text in RESERVED_NAMES:
        raise ValueError(f"{text!r} is reserved and cannot name a source; choose another name")
    return text


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("it must hold some text, on one line")
    return text.strip()


def _header_value(text: str) -> str:
    if not text.isascii():
        raise ValueError("it is sent as an HTTP header and can only hold ASCII characters")
    return _one_line(text)


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


_Url = Annotated[str, AfterValidator(_web_address)]
_Urls = Annotated[tuple[_Url, ...], BeforeValidator(_as_tuple)]
_Expressions = Annotated[
    tuple[Annotated[str, AfterValidator(_expression)], ...],
    BeforeValidator(_as_tuple),
]
_Rules = Annotated[SiteRules, PlainSerializer(SiteRules.as_table)]
_Days = Annotated[int, Field(ge=0, le=MAX_AGE_DAYS)]


class Defaults(BaseModel):
    """What `[defaults]` can set for every source."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)

    delay: float = Field(default=2.0, ge=0, le=MAX_DELAY_SECONDS, allow_inf_nan=False)
    """Seconds between two requests to a host, 0 to 3600."""

    timeout: float = Field(default=30.0, ge=0.1, le=MAX_TIMEOUT_SECONDS, allow_inf_nan=False)
    """Seconds that a host has for the whole of an answer, 0.1 to 600."""

    concurrency: int = Field(default=1, ge=1, le=MAX_CONCURRENCY)
    """Requests at once to a host, 1 to 16. 1 or 2 is polite."""

    max_age_days: Annotated[_Days | None, AfterValidator(lambda days: days or None)] = 30
    """URLs that a listing dates older than this many days are left out and counted. None: none are; 0 becomes None."""

    user_agent: Annotated[str, AfterValidator(_header_value)] | None = None
    """The User-Agent header, printable ASCII. None: Backissue's own."""

    allow_private: bool = False
    """Whether addresses that are not public may be fetched."""

    revisits: Mode = "adaptive"
    """How pages are visited again: where an edit is likely, or by fixed tiers of time since the last change."""

    budget: int = Field(default=USUAL_BUDGET, ge=0, le=MAX_BUDGET)
    """Visits a day that adaptive revisits may spend. 0: only what the floor owes."""


class Source(Defaults):
    """A publication as configured. Raises pydantic.ValidationError for values that do not fit."""

    name: Annotated[str, AfterValidator(_source_name)]
    """The key of its table, `[sources.NAME]`: a-z, 0-9, - and _, and none of RESERVED_NAMES."""

    home: _Url
    """The front page, absolute."""

    title: Annotated[str, AfterValidator(_one_line)] | None = None
    """The publication's name for people. None: it has only its `name`."""

    feeds: _Urls = ()
    """RSS, Atom and JSON feeds, absolute."""

    sitemaps: _Urls = ()
    """Sitemaps and sitemap indexes, absolute."""

    sections: _Urls = ()
    """Pages whose links lead to articles, absolute."""

    robots_sitemaps: bool | None = None
    """Whether to follow the Sitemap lines of robots.txt. None: see `follows_robots_sitemaps`."""

    include: _Expressions = ()
    """Regular expressions, searched in an article's URL; one of them must match. Empty: every URL does."""

    exclude: _Expressions = ()
    """Regular expressions, searched in an article's URL; none of them may match."""

    enabled: bool = True
    """Whether it is crawled when no source is named."""

    rules: _Rules | None = None
    """Its own rules for reading its pages. None: it has none, and those of a rule file hold where there is one."""

    @property
    def discovers(self) -> bool:
        """Whether nothing is listed, so that `home` is read as a section page and the feeds it links are followed."""
        return not (self.feeds or self.sitemaps or self.sections)

    @property
    def follows_robots_sitemaps(self) -> bool:
        """Whether the Sitemap lines of robots.txt are followed: as configured, else where nothing is listed."""
        return self.discovers if self.robots_sitemaps is None else self.robots_sitemaps


_ADDRESSES = 'a list of whole http:// or https:// addresses in quotes, such as ["https://…", "https://…"]'
_EXPRESSIONS = "a list of regular expressions in single quotes, such as ['/news/', '/sport/']"
_MUST_BE = {
    "home": "a whole http:// or https:// address in quotes",
    "title": "a text in quotes",
    "feeds": _ADDRESSES,
    "sitemaps": _ADDRESSES,
    "sections": _ADDRESSES,
    "robots_sitemaps": "true or false",
    "include": _EXPRESSIONS,
    "exclude": _EXPRESSIONS,
    "delay": f"a number of seconds from 0 to {MAX_DELAY_SECONDS:.0f}",
    "timeout": f"a number of seconds from 0.1 to {MAX_TIMEOUT_SECONDS:.0f}",
    "concurrency": f"a whole number from 1 to {MAX_CONCURRENCY}",
    "allow_private": "true or false",
    "max_age_days": f"a whole number of days from 0 (no limit) to {MAX_AGE_DAYS}",
    "user_agent": "a text in quotes",
    "revisits": '"adaptive" or "tiers"',
    "budget": f"a whole number of visits a day from 0 to {MAX_BUDGET}",
    "enabled": "true or false",
    "rules": "a table that starts with [sources.NAME.rules]",
}
_DEFAULT_KEYS = tuple(Defaults.model_fields)
_TOP = ("rules_folder", "defaults", "sources")

_Checked = TypeVar("_Checked", bound=Defaults)


@attrs.frozen(kw_only=True)
class SourceFile:
    """What a `sources.toml` says."""

    sources: dict[str, Source]
    """By name, in the order of the file."""

    rules_folder: Path | None
    """The folder of rule files that it names; it is there. None: it names none."""


def read_sources(file: Path) -> dict[str, Source]:
    """The sources of a `sources.toml` by name, in the order of the file; none where there is no file.

    Raises SourceFileError for the first mistake in it.
    """
    return read_source_file(file).sources


def read_source_file(file: Path) -> SourceFile:
    """All that a `sources.toml` says; nothing where there is no file. Raises SourceFileError for its first mistake."""
    text = _read(file)
    document = _parse(file, text)
    places = TomlPlaces(text)
    mistakes: list[tuple[int, str]] = []

    def mistake(path: KeyPath, why: str) -> None:
        line = "".join(sign if sign.isprintable() else "�" for sign in " ".join(why.split()))
        mistakes.append((places.of(path), line.rstrip(".")))

    for key in document:
        if key not in _TOP:
            mistake((key,), _unknown_top(key))
    rules_folder = _rules_folder(document, file.parent, mistake)

    defaults = document.get("defaults", {})
    if not isinstance(defaults, dict):
        mistake(("defaults",), f"`defaults` is {what(defaults)}; it must be a table that starts with [defaults]")
        defaults = {}
    good = _known(defaults, _DEFAULT_KEYS, "[defaults]", ("defaults",), mistake)
    checked = _build(Defaults, good, {}, "[defaults]", ("defaults",), mistake)
    inherited = checked.model_dump(exclude_unset=True) if checked else {}

    tables = document.get("sources", {})
    if not isinstance(tables, dict):
        mistake(("sources",), f"`sources` is {what(tables)}; each source is a table that starts with [sources.NAME]")
        tables = {}
    found: dict[str, Source] = {}
    for name, table in tables.items():
        path: KeyPath = ("sources", name)
        label = f"source {name!r}"
        if not isinstance(table, dict):
            below = "NAME" if name in _MUST_BE else name
            mistake(path, f"`sources.{name}` is {what(table)}; a source is a table that starts with [sources.{below}]")
            continue
        own = _known(table, tuple(_MUST_BE), label, path, mistake)
        if "rules" in own:
            own["rules"] = read_rules(own["rules"], label, (*path, "rules"), mistake)
        # Where a key is unknown it may be `home`, misspelt: then that is the mistake to name.
        if "home" not in table and len(own) == len(table):
            mistake(path, f"{label} has no `home`; it must be {_MUST_BE['home']}")
        source = _build(Source, own, {**inherited, "name": name}, label, path, mistake)
        if source:
            found[name] = source
    if mistakes:
        offset, why = min(mistakes, key=lambda one: one[0])
        raise SourceFileError(file, line_at(text, offset), why)
    return SourceFile(sources=found, rules_folder=rules_folder)


def _rules_folder(document: Mapping[str, object], beside: Path, mistake: Mistake) -> Path | None:
    value = document.get("rules_folder")
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        mistake(("rules_folder",), f"`rules_folder` is {what(value)}; it must be the path of a folder in quotes")
        return None
    folder = beside / Path(value).expanduser()
    if not folder.is_dir():
        mistake(("rules_folder",), f"`rules_folder` names {folder}, which is not a folder")
        return None
    return folder


def _read(file: Path) -> str:
    if file.is_dir():
        raise SourceFileError(file, None, "this is a folder; it must be a text file")
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SourceFileError(file, None, f"it cannot be read: {error.strerror or error}") from error
    raw = raw.removeprefix(b"\xef\xbb\xbf")  # Windows editors put a byte order mark there; TOML knows none
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SourceFileError(file, line, "this is not UTF-8; save the file as UTF-8") from error
    return text.replace("\r\n", "\n")


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise SourceFileError(file, None, "its lists or tables are nested too deeply") from error
    except ValueError as error:  # TOMLDecodeError, and numbers of thousands of digits
        said = " ".join(str(error).split())
        where = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", said)
        what = said[: where.start()] if where else said
        if where is None:
            line = None
        elif where[1]:
            line = int(where[1])
        else:
            line = line_at(text, len(text.rstrip()))
        if line and what.startswith(("Cannot", "Duplicate")):
            again = TomlPlaces("\n".join(text.split("\n")[:line])).again
            if again:
                path, first, second = again[0]
                why = f"{_called(path)} is given twice, first in line {line_at(text, first)}"
                raise SourceFileError(file, line_at(text, second), why) from error
        column = f" at column {where[2]}" if where and where[2] else ""
        hint = ""
        if what.startswith("Unescaped"):
            hint = "; put regular expressions in single quotes, where \\ stands for itself"
        elif what.startswith("Cannot"):
            hint = "; a key or a table is given twice"
        elif what == "Invalid value":
            hint = "; texts are in quotes, lists in [ ], and yes and no are true and false"
        raise SourceFileError(file, line, f"this is not valid TOML: {what}{column}{hint}") from error


def _called(path: KeyPath) -> str:
    if path[:1] == ("sources",) and len(path) == 2:
        return f"source {path[1]!r}"
    if path[:1] == ("sources",) and len(path) == 3:
        return f"`{path[2]}` of source {path[1]!r}"
    return f"`{'.'.join(map(str, path))}`"


def _unknown_top(key: str) -> str:
    if key in _MUST_BE:
        where = "[defaults] or [sources.NAME]" if key in _DEFAULT_KEYS else "[sources.NAME]"
        return f"`{key}` stands outside a table; put it below {where}"
    hint = meant(key, _TOP) or "there are rules_folder, [defaults] and [sources.NAME]"
    return f"unknown table or key `{key}`; {hint}"


def _known(
    table: Mapping[str, object], known: tuple[str, ...], label: str, path: KeyPath, mistake: Mistake
) -> dict[str, object]:
    """The entries whose keys are known; the others are mistakes."""
    for key in table:
        if key in known:
            continue
        if key == "name":
            why = f"unknown key `name` in {label}; a source's name stands in its table's head, [sources.NAME]"
        elif key in _MUST_BE:
            why = f"`{key}` cannot stand in {label}; put it below a [sources.NAME]"
        else:
            why = f"unknown key `{key}` in {label}; {meant(key, known) or 'there are ' + ', '.join(known)}"
        mistake((*path, key), why)
    return {key: value for key, value in table.items() if key in known}


def _build(
    kind: type[_Checked],
    own: Mapping[str, object],
    more: Mapping[str, object],
    label: str,
    path: KeyPath,
    mistake: Mistake,
) -> _Checked | None:
    """The table as a model, its own values before those it takes over; None where it has mistakes, which are told."""
    try:
        return kind.model_validate({**more, **own})
    except ValidationError as error:
        for one in error.errors(include_url=False):
            where, value = one["loc"], one["input"]
            key = str(where[0])
            if key == "name":
                mistake(path, str(one["ctx"]["error"]))
            elif one["type"] != "missing":  # read_sources tells of those
                item = f"item {int(where[1]) + 1} of " if len(where) > 1 else ""
                if one["type"] == "value_error":
                    why = str(one["ctx"]["error"])
                else:
                    why = f"this is {what(value)}; `{key}` must be {_MUST_BE[key]}"
                mistake((*path, *where), f"{item}`{key}` of {label}: {why}")
        return None
