"""Which links of a section page lead on: to its next page, and to the site's archive by date."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.discovery.url_dates import span_of
from storage.errors import InvalidURL
from storage.urls import host, key

# How sites number the pages of a list: a parameter, or a segment before or within which the number stands.
_PARAMETERS = frozenset({"page", "p", "paged", "pg", "seite", "pagina", "pag", "sida", "side", "strona", "start_page"})
_IN_PATH = re.compile(r"/(?P<word>page|seite|pagina|pag|p|sida|side|strona)[/-]?(?P<number>\d{1,4})/?$", re.IGNORECASE)

# A segment that leads to the archive by date. Compared in lower case.
_ARCHIVES = frozenset(
    {"archive", "archives", "archiv", "archivio", "archivo", "arquivo", "archief", "arkiv", "archiwum", "hemeroteca",
     "calendar", "kalender", "calendario", "sitemap-archive", "chronologie", "by-date"}
)  # fmt: skip
# What may follow the date of an archive page.
_INDEX = re.compile(r"(?:index|all|alle)?(?:\.(?:html?|php|aspx?))?", re.IGNORECASE)
_DATE_PATH = re.compile(
    r"(?:19|20)\d\d(?:[-_/.]?(?:0?[1-9]|1[0-2]|[a-z]{3,9})(?:[-_/.]?(?:0?[1-9]|[12]\d|3[01]))?)?", re.IGNORECASE
)


def page_number(url: str) -> tuple[str, int]:
    """A list page's URL without its number, as a key, and the number: 1 where it has none. Raises InvalidURL."""
    parts = urlsplit(url)
    number = 1
    query = []
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() in _PARAMETERS and value.isdecimal() and len(value) <= 4:
            number = int(value)
        else:
            query.append((name, value))
    path = parts.path
    if found := _IN_PATH.search(path):
        number, path = int(found["number"]), path[: found.start()] or "/"
    return key(urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))), number


def next_page(url: str, links: Iterable[str]) -> str | None:
    """The link that leads to the page after this one of the same list, by its number; None where there is none."""
    try:
        own, number = page_number(url)
    except InvalidURL:
        return None
    for link in links:
        try:
            other, following = page_number(link)
        except InvalidURL:
            continue
        # A list that counts from 0 has its second page under 1, whose number a page without one would have.
        if other == own and following == number + 1:
            return link
    return None


def archive_pages(url: str, links: Iterable[str]) -> list[str]:
    """The links of the same host that lead to pages of an archive by date, in order: `/archive/`, `/2026/03/02/`."""
    try:
        where = host(url)
    except InvalidURL:
        return []
    return [link for link in links if _on(link, where) and is_archive_page(link)]


def is_archive_page(url: str) -> bool:
    """Whether a URL ends in a date, with nothing after it, or in a word that means an archive by date; or has a day as
    a parameter."""
    parts = urlsplit(url)
    if any(_DATE_PATH.fullmatch(value) and len(value) >= 8 for _, value in parse_qsl(parts.query)):
        return True
    segments = [segment for segment in parts.path.split("/") if segment]
    if segments and _INDEX.fullmatch(segments[-1]):
        segments.pop()
    if not segments:
        return False
    if segments[-1].lower().partition(".")[0] in _ARCHIVES:
        return True
    # The date may take up to three segments.
    for count in (1, 2, 3):
        if len(segments) >= count and _DATE_PATH.fullmatch("/".join(segments[-count:]).partition(".htm")[0]):
            return span_of("/" + "/".join(segments[-count:])) is not None
    return False


def _on(link: str, where: str) -> bool:
    try:
        return host(link) == where
    except InvalidURL:
        return False
