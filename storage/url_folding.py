"""Folds the hosts and paths under which sites serve one page more than once: for keys only, never for fetching."""

import re
from urllib.parse import parse_qsl, urlencode

# Hosts of the same site for other devices. Real subdomains (`sport.`, `blog.`, `edition.`) are sites of their own.
_VARIANTS = frozenset({"www", "m", "amp", "mobile"})

_INDEX = re.compile(r"/(?:index\.(?:x?html?|shtml|php|aspx?|jsp|cfm)|default\.(?:aspx?|html?))$", re.IGNORECASE)

# A tag may be called "amp" as well; what comes before it says so.
_LISTS = r"tags?|topics?|themen?|thema|categor(?:y|ies|ia)|author|keywords?|label|search|suche"
_AMP_BEHIND = re.compile(r"(?<=[^/])(?:/amp|\.amp|/amp\.html?)$|(?<=[^/])\.amp(?=\.html?$)", re.IGNORECASE)
_OF_A_LIST = re.compile(rf"(?:^|/)(?:{_LISTS})$", re.IGNORECASE)
_AMP_BEFORE = re.compile(r"^/amp(?=/.)", re.IGNORECASE)

# RFC 3986 2.3: unreserved characters mean the same encoded or not. 2.1: hexadecimal digits in upper case.
_ENCODED = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def folded_host(name: str, registrable: str | None) -> str:
    """A host without the labels that name a device. `registrable`: its registrable domain, which stays whole."""
    name = name.rstrip(".")
    if registrable is None:
        # No domain of the suffix list, as on a private network: its last two labels are taken for the domain.
        registrable = ".".join(name.split(".")[-2:])
        if registrable.replace(".", "").isdigit():
            return name
    if name == registrable:
        # www.gov.uk, whose domain is a suffix itself.
        bare = name.removeprefix("www.")
        return bare if "." in bare else name
    labels = name.removesuffix("." + registrable).split(".")
    while labels and labels[0] in _VARIANTS:
        labels.pop(0)
    # en.m.wikipedia.org
    if len(labels) > 1 and labels[-1] == "m":
        labels.pop()
    return ".".join([*labels, registrable])


def folded_path(path: str) -> str:
    """A path without AMP's marks, an index file and the slash at its end, and with one spelling of its characters."""
    path = _ENCODED.sub(_plain, path)
    path = _INDEX.sub("/", path).rstrip("/")
    behind = _AMP_BEHIND.sub("", path)
    if behind != path and not _OF_A_LIST.search(behind):
        path = behind.rstrip("/")
    return _AMP_BEFORE.sub("", path)


def _plain(found: re.Match[str]) -> str:
    character = chr(int(found.group(1), 16))
    return character if character in _UNRESERVED else found.group().upper()


def parameters(query: str) -> list[tuple[str, str]]:
    """The parameters of a query, without its question mark, in their order."""
    # As Latin-1 every byte is a character, so that no two values in an old charset become one.
    return parse_qsl(query, keep_blank_values=True, encoding="latin-1")


def query_of(pairs: list[tuple[str, str]]) -> str:
    """A query of these parameters, sorted by name; several of one name stay in their order."""
    return urlencode(sorted(pairs, key=lambda pair: pair[0]), encoding="latin-1")
