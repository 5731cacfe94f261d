"""URLs as keys: which URLs are one page, and which site a page belongs to."""

from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

import tldextract

from storage.errors import InvalidURL

# The suffix list that ships with the package. Fetching a newer one would be a second way out to the network.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

# Parameters that say how a reader arrived, on any site. Host-scoped ones are left alone: `cid`, `ref`, `source` and
# `id` are article ids on some sites.
_TRACKING_PREFIXES = ("utm_", "at_campaign", "at_medium", "mtm_", "pk_campaign", "pk_kwd")
_TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "xtor", "wt_mc", "_ga"}
)

# Internet Explorer's old limit, which Scrapy's URLLENGTH_LIMIT takes over and no news site exceeds.
MAX_URL_LENGTH = 2083


# One visit asks for the parts, the host and the key of its URL a dozen times.
_REMEMBERED = 4096


@lru_cache(maxsize=_REMEMBERED)
def parsed(url: str) -> SplitResult:
    """The parts of an absolute http(s) URL.

    Raises InvalidURL for anything else: no scheme, another scheme, no host, user information, a bad port, white space
    or control characters inside, or more than 2,083 characters.
    """
    text = url.strip()
    if len(text) > MAX_URL_LENGTH:
        raise InvalidURL(text[:80] + "…", f"it has {len(text):,} characters, more than {MAX_URL_LENGTH:,}")
    if any(c <= " " or c == "\x7f" for c in text):
        raise InvalidURL(url, "it holds white space or control characters")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise InvalidURL(url, str(error)) from error
    if parts.scheme.lower() not in ("http", "https"):
        raise InvalidURL(url, f"its scheme is {parts.scheme!r}" if parts.scheme else "it has no scheme")
    if not parts.hostname:
        raise InvalidURL(url, "it names no host")
    if parts.username is not None or parts.password is not None:
        raise InvalidURL(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), "it holds a user name")
    if port == 0:
        raise InvalidURL(url, "its port is 0")
    return parts


@lru_cache(maxsize=_REMEMBERED)
def host(url: str) -> str:
    """The host of a URL, lower case, with its port where that is not the scheme's own."""
    parts = parsed(url)
    name = (parts.hostname or "").lower().rstrip(".")
    if ":" in name:
        name = f"[{name}]"
    default = 443 if parts.scheme.lower() == "https" else 80
    return name if parts.port in (None, default) else f"{name}:{parts.port}"


@lru_cache(maxsize=_REMEMBERED)
def _registrable(name: str) -> str | None:
    return _SUFFIXES(name).top_domain_under_public_suffix or None


def is_public_name(name: str) -> bool:
    """Whether a host's name, lower case, stands below a public suffix: not `localhost`, `nas` or `printer.local`."""
    return _registrable(name.rstrip(".")) is not None


def site(url: str) -> str:
    """The registrable domain of a URL ("example.co.uk"), else its host and port ("127.0.0.1:8000")."""
    where = host(url)
    return _registrable(where.partition(":")[0] if not where.startswith("[") else where) or where


@lru_cache(maxsize=_REMEMBERED)
def key(url: str) -> str:
    """What makes two URLs one page: host and port, path and sorted parameters, without scheme, `www.`, fragment,
    trailing slash and the parameters that only say how a reader arrived.

    A key is for looking up; what is fetched and archived is the URL itself. Raises InvalidURL.
    """
    parts = parsed(url)
    where = host(url).removeprefix("www.")
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in _TRACKING and not name.lower().startswith(_TRACKING_PREFIXES)
    ]
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    path = parts.path.rstrip("/")
    return where + path + (f"?{urlencode(sorted(query))}" if query else "") + fragment


def without_fragment(url: str) -> str:
    """The URL as it is fetched: trimmed, scheme and host in lower case, an empty path as `/`, no fragment.

    Raises InvalidURL.
    """
    parts = parsed(url)
    return urlunsplit((parts.scheme.lower(), host(url), parts.path or "/", parts.query, ""))


def is_front_page(url: str) -> bool:
    """Whether a URL is the front page of its host."""
    parts = parsed(url)
    return parts.path in ("", "/", "/index.html", "/index.php") and not parts.query
