"""The sources as configured: `sources.toml` in the archive's folder, read and checked line by line."""

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    ValidationError,
)

from storage.cron import NIGHTLY, Cron
from storage.errors import SourceFileError
from storage.revisit_plans import USUAL_BUDGET
from storage.revisits import Mode
from storage.rules import SiteRules, read_rules
from storage.toml_file import read_toml
from storage.toml_mistakes import Mistake, Mistakes, meant, what
from storage.toml_places import KeyPath
from storage.toml_values import as_tuple, table_name, web_address

# `watch` stands for the watch list wherever a source can be named.
RESERVED_NAMES = frozenset({"watch"})

# What to do where there is none, said as a part of a sentence.
FIRST_SOURCE = 'two lines make one: [sources.NAME] and home = "https://…"'

# A longer pause than an hour would let a night pass without a crawl of a single section.
MAX_DELAY_SECONDS = 3600.0

# What takes ten minutes has hung, and would hold the end of a crawl up.
MAX_TIMEOUT_SECONDS = 600.0

# More requests at once than this are a load test, not a visit.
MAX_CONCURRENCY = 16

# A day: what is wanted less often is the schedule's.
MAX_FRESH_MINUTES = 1440

# One a second, all day: more than that is no visit.
MAX_BUDGET = 86_400

# A century: further back than any site's own listings, and safely inside what a date can hold.
MAX_AGE_DAYS = 36_500


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
    text = table_name(text, "source")
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


def _contact(text: str) -> str:
    text = _header_value(text)
    if any(sign in text for sign in "();"):
        raise ValueError("an e-mail address or a web page, without ( ) and ;, which have a meaning in the header")
    return text


# What is sent by other keys, and what would break the exchange or the archive's reading of it.
_NOT_TO_SET = {
    "cookie": "put cookies into `cookies`",
    "user-agent": "that is the key `user_agent`",
    "accept-encoding": "the archive has to be able to read what comes",
    "proxy-authorization": "put the name and password into `proxy`",
    **dict.fromkeys(
        ("host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "expect", "range"),
        "it is about the connection itself",
    ),
    **dict.fromkeys(
        ("if-none-match", "if-modified-since", "if-range"), "the archive sends it when it asks for what is newer"
    ),
}

# RFC 9110 5.6.2, for names of headers and cookies.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


# Values are never part of a message: they are secrets.
def _headers(values: dict[str, SecretStr]) -> dict[str, SecretStr]:
    for name, value in values.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a header")
        if why := _NOT_TO_SET.get(name.lower()):
            raise ValueError(f"{name} cannot be set here: {why}")
        if not _sendable(value):
            raise ValueError(f"the value of {name} must be printable ASCII on one line")
    return values


def _cookies(values: dict[str, SecretStr]) -> dict[str, SecretStr]:
    for name, value in values.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a cookie")
        if not _sendable(value) or ";" in value.get_secret_value():
            raise ValueError(f"the value of {name} must be printable ASCII on one line, without a semicolon")
    return values


def _sendable(value: SecretStr) -> bool:
    text = value.get_secret_value()
    return text.isascii() and text.isprintable() and text == text.strip()


TOR = "socks5h://127.0.0.1:9050"
"""Where Tor listens unless it is told otherwise."""


def _proxy(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if text.lower() == "tor":
        return SecretStr(TOR)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("this is not the address of a proxy") from None
    if parts.scheme not in ("http", "socks5", "socks5h"):
        raise ValueError('it must start with http://, socks5:// or socks5h://, or be "tor"')
    if not parts.hostname or not port:
        raise ValueError("it must name a host and a port, as in socks5h://127.0.0.1:1080")
    if parts.path not in ("", "/") or parts.query or parts.fragment or not text.isascii() or not text.isprintable():
        raise ValueError("nothing may follow the port")
    return SecretStr(text)


def _without_password(secret: SecretStr | None) -> str | None:
    """The address of a proxy as others may see it."""
    if secret is None:
        return None
    parts = urlsplit(secret.get_secret_value())
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _hidden(values: dict[str, SecretStr]) -> dict[str, str]:
    return dict.fromkeys(values, "(hidden)")


def _cron_line(text: str) -> str:
    # Whether a line fits does not depend on the name that its `H` goes by.
    Cron.parse(text)
    return text.strip()


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'{text!r} is no time zone; one is named by its city, such as "Europe/Berlin"') from error
    return text


_Url = Annotated[str, AfterValidator(web_address)]
_Urls = Annotated[tuple[_Url, ...], BeforeValidator(as_tuple)]
_Expressions = Annotated[
    tuple[Annotated[str, AfterValidator(_expression)], ...],
    BeforeValidator(as_tuple),
]
_Headers = Annotated[dict[str, SecretStr], AfterValidator(_headers), PlainSerializer(_hidden, when_used="json")]
_Cookies = Annotated[dict[str, SecretStr], AfterValidator(_cookies), PlainSerializer(_hidden, when_used="json")]
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

    contact: Annotated[str, AfterValidator(_contact)] | None = None
    """An address or page for the publisher's questions, which is put at the end of the User-Agent header."""

    proxy: Annotated[
        Annotated[SecretStr, AfterValidator(_proxy)] | None, PlainSerializer(_without_password, when_used="json")
    ] = None
    """Where all requests go through: http://, socks5:// or socks5h://, with host and port. None: straight out."""

    allow_private: bool = False
    """Whether addresses that are not public may be fetched."""

    assets: bool = False
    """Whether the images, styles and fonts of new snapshots are kept beside them."""

    obey_noarchive: bool = False
    """Whether pages that say `noarchive` are left out."""

    obey_tdm_reservation: bool = False
    """Whether pages whose text and data mining is reserved (TDMRep) are left out."""

    schedule: Annotated[str, AfterValidator(_cron_line)] = NIGHTLY
    """When `backissue schedule` crawls it, as a cron line; see `storage.cron`."""

    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """The time zone of `schedule`, by its IANA name."""

    fresh_every: int | None = Field(default=None, ge=1, le=MAX_FRESH_MINUTES)
    """`backissue schedule` visits what is due, without looking for more, every so many minutes. None: it does not."""

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

    render: bool = False
    """Whether a browser runs the scripts of its articles and section pages before they are read."""

    mirrors: _Urls = ()
    """Former homes and copies of the publication elsewhere, absolute. Their pages are those of `home`."""

    headers: _Headers = Field(default_factory=dict)
    """Headers that are sent to the hosts of `home` and `mirrors`. Secret."""

    cookies: _Cookies = Field(default_factory=dict)
    """Cookies that are sent to the hosts of `home` and `mirrors`, name to value. Secret."""

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
    "render": "true or false",
    "assets": "true or false",
    "contact": "an e-mail address or a web page in quotes",
    "proxy": 'an address in quotes, such as "socks5h://127.0.0.1:1080", or "tor"',
    "mirrors": _ADDRESSES,
    "headers": 'names and values, such as { X-Reader = "…" }',
    "cookies": 'names and values, such as { consent = "yes" }',
    "allow_private": "true or false",
    "obey_noarchive": "true or false",
    "obey_tdm_reservation": "true or false",
    "max_age_days": f"a whole number of days from 0 (no limit) to {MAX_AGE_DAYS}",
    "user_agent": "a text in quotes",
    "revisits": '"adaptive" or "tiers"',
    "budget": f"a whole number of visits a day from 0 to {MAX_BUDGET}",
    "enabled": "true or false",
    "schedule": 'a cron line in quotes, such as "0 3 * * *"',
    "timezone": 'the name of a time zone in quotes, such as "Europe/Berlin"',
    "fresh_every": f"a whole number of minutes from 1 to {MAX_FRESH_MINUTES}",
    "rules": "a table that starts with [sources.NAME.rules]",
}
# Whose values are not shown, not even wrong ones.
_SECRET = frozenset({"proxy", "headers", "cookies"})
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
    text, document = read_toml(file, SourceFileError)
    mistake = Mistakes(text)
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
    mistake.raise_first(file, SourceFileError)
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
                item = f"item {where[1] + 1} of " if len(where) > 1 and isinstance(where[1], int) else ""
                if one["type"] == "value_error":
                    why = str(one["ctx"]["error"])
                elif key in _SECRET:
                    why = f"it must be {_MUST_BE[key]}"
                else:
                    why = f"this is {what(value)}; `{key}` must be {_MUST_BE[key]}"
                # The address of an item in a table is no place that TOML can name by number.
                mistake((*path, *(where if key not in _SECRET else where[:1])), f"{item}`{key}` of {label}: {why}")
        return None
