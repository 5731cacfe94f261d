"""SURT: a URL with its host turned around, so that all of a host, and all of a domain, stand together in an index."""

import re
from collections.abc import Sequence

from storage.errors import InvalidURL, UsageError
from storage.urls import parsed

# As the Wayback's canonicaliser has it: a host with and without it is one.
_WWW = re.compile(r"^www\d*\.")
_NUMERIC = re.compile(r"[\d.]+|\[.*\]")
# What only names a visitor.
_SESSION = re.compile(r"(?:jsessionid|phpsessid|aspsessionid\w{8}|sid|cftoken|cfid)=", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";jsessionid=[0-9a-z.!-]*", re.IGNORECASE)
_NOT_PRINTED = re.compile(r"[^\x21-\x7e]")

# What may stand between a domain and the rest of a key: its own path, its subdomains, its ports.
_BEHIND_DOMAIN = (")", ",", ":")
# Sorts behind every character of a key, which is ASCII.
_LAST = "\x7f"

KeyRange = tuple[str, str | None]
"""From the first key on, up to the second, without it; None: that one key."""

MATCH_TYPES = ("exact", "prefix", "host", "domain")


def surt(url: str) -> str:
    """The key of a URL in a CDX index, "org,example)/path?a=1": lower case, without scheme, `www.`, the scheme's own
    port, fragment, sessions and the slash at the end, parameters sorted.

    What is no URL by our rules, as an import may bring it, is its own key.
    """
    try:
        return _surt(url, whole=True)
    except InvalidURL:
        return _NOT_PRINTED.sub(lambda found: f"%{ord(found.group()):02x}", url.strip().lower())


def ranges_of(url: str, match: str) -> Sequence[KeyRange]:
    """Where the keys that a search means stand, ascending.

    Raises InvalidURL, and UsageError for another match than those in `MATCH_TYPES`.
    """
    if match not in MATCH_TYPES:
        raise UsageError(f"matchType={match} is not known. Use one of {', '.join(MATCH_TYPES)}.")
    if match == "exact":
        return [(_surt(url, whole=True), None)]
    if match == "prefix":
        return [_below(_surt(url, whole=False))]
    host = _surt(url, whole=False).partition(")")[0]
    if match == "host":
        return [_below(host + ")")]
    domain = host.partition(":")[0] if not host.startswith("[") else host
    return [_below(domain + one) for one in _BEHIND_DOMAIN]


def _below(prefix: str) -> KeyRange:
    return prefix, prefix + _LAST


def _surt(url: str, *, whole: bool) -> str:
    """`whole`: not only the beginning of a URL, which keeps its slash and the order of its parameters."""
    parts = parsed(url)
    name = (parts.hostname or "").rstrip(".")
    name = f"[{name}]" if ":" in name else name
    bare = _WWW.sub("", name)
    name = bare if "." in bare else name
    host = name if _NUMERIC.fullmatch(name) else ",".join(reversed(name.split(".")))
    port = f":{parts.port}" if parts.port is not None else ""
    path = _SESSION_IN_PATH.sub("", parts.path or "/")
    query = parts.query
    if whole:
        path = path.rstrip("/") or "/"
        query = "&".join(sorted(one for one in query.split("&") if one and not _SESSION.match(one)))
    return (f"{host}{port}){path}" + (f"?{query}" if query else "")).lower()
