"""URLs as keys: which URLs are one page, and which site a page belongs to."""

from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import ada_url

from storage.errors import InvalidURL
from storage.url_folding import folded_host, folded_path, parameters, query_of
from storage.url_rules import UrlRules, own_rules, read_url_rules

# Internet Explorer's old limit, which Scrapy's URLLENGTH_LIMIT takes over and no news site exceeds.
MAX_URL_LENGTH = 2083

# Two keys of one URL differ where this does: archives then work theirs out again (`storage.rekeying`).
KEYS_VERSION = 2

# A link in a mail that leads to Facebook's wrapper of Google's AMP cache has three.
_MAX_WRAPPERS = 3

# One visit asks for the parts, the host and the key of its URL a dozen times.
_REMEMBERED = 4096

_rules: UrlRules | None = None
"""Those of the archive that this process has open; None for our own."""


def use_rules_of(folder: Path) -> str:
    """Take an archive's own `url-rules.json` for the keys of this process, or ours where it has none.

    Returns what keys depend on, in one string. Raises UrlRulesError.
    """
    global _rules
    file = folder / "url-rules.json"
    chosen = read_url_rules(file) if file.is_file() else own_rules()
    if chosen.digest != (_rules or own_rules()).digest:
        key.cache_clear()
        site.cache_clear()
    _rules = chosen
    return key_version()


def key_version() -> str:
    """What the keys of this process depend on."""
    return f"{KEYS_VERSION} {(_rules or own_rules()).digest}"


def _standard(text: str) -> SplitResult:
    """The parts of a URL as the WHATWG URL standard reads it: host in ASCII, path resolved and encoded."""
    try:
        parts = urlsplit(ada_url.parse_url(text, ("href",))["href"])
        parts.port  # noqa: B018 - raises where it is none
    except ValueError as error:
        raise InvalidURL(text, "it is no URL by the WHATWG standard") from error
    if parts.scheme not in ("http", "https"):
        raise InvalidURL(text, f"its scheme is {parts.scheme!r}")
    return parts


@lru_cache(maxsize=_REMEMBERED)
def parsed(url: str) -> SplitResult:
    """The parts of an absolute http(s) URL, as the WHATWG URL standard reads it.

    Raises InvalidURL for anything else: no scheme, another scheme, no host, user information, a bad port, white space
    or control characters inside, or more than 2,083 characters.
    """
    text = url.strip()
    if len(text) > MAX_URL_LENGTH:
        raise InvalidURL(text[:80] + "…", f"it has {len(text):,} characters, more than {MAX_URL_LENGTH:,}")
    if any(c <= " " or c == "\x7f" for c in text):
        raise InvalidURL(url, "it holds white space or control characters")
    try:
        written = urlsplit(text)
        written_port = written.port
    except ValueError as error:
        raise InvalidURL(url, str(error)) from error
    if written.scheme.lower() not in ("http", "https"):
        raise InvalidURL(url, f"its scheme is {written.scheme!r}" if written.scheme else "it has no scheme")
    if not written.netloc.rpartition("@")[2]:
        raise InvalidURL(url, "it names no host")
    parts = _standard(text)
    if parts.username is not None or written.username is not None:
        raise InvalidURL(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), "it holds a user name")
    if written_port == 0 or parts.port == 0:
        raise InvalidURL(url, "its port is 0")
    return parts


@lru_cache(maxsize=_REMEMBERED)
def host(url: str) -> str:
    """The host of a URL as the WHATWG URL standard has it: lower case, in ASCII, with its port where that is not the
    scheme's own. Raises InvalidURL."""
    return _host(_standard(url))


def _host(parts: SplitResult) -> str:
    # The standard has taken the scheme's own port away.
    return parts.netloc.rpartition("@")[2]


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    # It brings requests along, and takes a third of the time in which the web page starts; few readers ask for a site.
    import tldextract

    # The suffix list that ships with the package. Fetching a newer one would be a second way out to the network.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=_REMEMBERED)
def _registrable(name: str) -> str | None:
    return _suffixes()(name.rstrip(".")).top_domain_under_public_suffix or None


def is_public_name(name: str) -> bool:
    """Whether a host's name, lower case, stands below a public suffix: not `localhost`, `nas` or `printer.local`."""
    return _registrable(name.rstrip(".")) is not None


def _name(where: str) -> str:
    """A host without its port."""
    return where if where.startswith("[") else where.partition(":")[0]


@lru_cache(maxsize=_REMEMBERED)
def site(url: str) -> str:
    """The registrable domain of a URL ("example.co.uk"), else its host and port ("127.0.0.1:8000"); of a wrapper, that
    of the URL inside."""
    where = _host(_unwrapped(_standard(url)))
    return _registrable(_name(where)) or where


def _unwrapped(parts: SplitResult) -> SplitResult:
    rules = _rules or own_rules()
    for _ in range(_MAX_WRAPPERS):
        inner = rules.unwrapped(parts.geturl())
        if inner is None:
            break
        try:
            parts = parsed(inner)
        except InvalidURL:
            # A wrapper around nothing is a page like any other.
            break
    return parts


@lru_cache(maxsize=_REMEMBERED)
def key(url: str) -> str:
    """What makes two URLs one page: host and port, path and sorted parameters, without scheme, wrappers, what names a
    device (`www.`, `m.`, `amp.`, `/amp`), index file, fragment, trailing slash, and the parameters that only say how a
    reader arrived.

    A key is for looking up; what is fetched and archived is the URL itself. Raises InvalidURL.
    """
    stripped, tracking = (_rules or own_rules()).stripped(_unwrapped(parsed(url)).geturl())
    parts = _standard(stripped)
    where = _host(parts)
    name = _name(where)
    folded = name if name.startswith("[") else folded_host(name, _registrable(name))
    query = [
        (name, value)
        for name, value in parameters(parts.query)
        if not any(pattern.fullmatch(name) for pattern in tracking)
    ]
    # Routes of pages that a script makes: what comes behind the sign is another article.
    route = parts.fragment if parts.fragment.startswith("!") or parts.fragment[:1] == "/" != parts.fragment else ""
    return (
        folded
        + where.removeprefix(name)
        + folded_path(parts.path)
        + (f"?{query_of(query)}" if query else "")
        + (f"#{route}" if route else "")
    )


def without_fragment(url: str) -> str:
    """The URL as it is fetched: as the standard writes it, without a dot behind the host, no fragment.

    Raises InvalidURL.
    """
    parts = parsed(url)
    name = _name(parts.netloc)
    return urlunsplit((parts.scheme, name.rstrip(".") + parts.netloc.removeprefix(name), parts.path, parts.query, ""))


def is_front_page(url: str) -> bool:
    """Whether a URL is the front page of its host."""
    parts = parsed(url)
    return parts.path in ("", "/", "/index.html", "/index.php") and not parts.query
