"""The day, month or year that a URL names, as news sites put it into the paths of articles, archives and sitemaps."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

import attrs

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTH = rf"(?P<month>0?[1-9]|1[0-2]|(?:{'|'.join(_MONTH_NAMES)})[a-z]*)"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
# No letter or digit before and after: 2026 in `/id20263/` is no year.
_EDGE = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"
_SIGN = r"[-_/.]"
_DATES = (
    re.compile(rf"{_EDGE}{_YEAR}{_SIGN}{_MONTH}{_SIGN}{_DAY}{_END}"),
    re.compile(rf"{_EDGE}(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01]){_END}"),
    re.compile(rf"{_EDGE}{_YEAR}{_SIGN}{_MONTH}{_END}"),
    re.compile(rf"{_EDGE}(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2]){_END}"),
    re.compile(rf"{_EDGE}{_YEAR}{_END}"),
)
# In an article's URL a year and a month may also be words of its slug ("the-2019-election"); a segment that begins with
# a whole date, or a year and a month that are segments, is the article's own.
_ARTICLE_DATES = (
    re.compile(rf"/{_YEAR}{_SIGN}{_MONTH}{_SIGN}{_DAY}{_END}"),
    re.compile(rf"/(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01]){_END}"),
    re.compile(rf"/{_YEAR}/{_MONTH}(?=/)"),
)


@attrs.frozen
class Span:
    """The time that a date in a URL stands for: a day, a month or a year."""

    first: datetime
    """Its first moment. Aware, UTC."""

    last: datetime
    """Its last moment."""

    def before(self, when: datetime) -> bool:
        """Whether all of it lies before a moment. Days are taken as UTC's, which is off by half a day at most."""
        return self.last < when


def span_of(url: str) -> Span | None:
    """The span that a listing's path or query names, the most exact one; None where it names none."""
    return _search(url, _DATES)


def span_of_article(url: str) -> Span | None:
    """The day or month that an article's path names; None where it names none."""
    return _search(url, _ARTICLE_DATES)


def _search(url: str, patterns: tuple[re.Pattern[str], ...]) -> Span | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    text = unquote(parts.path + ("?" + parts.query if parts.query else "")).lower()
    for pattern in patterns:
        for found in pattern.finditer(text):
            span = _span(found.groupdict())
            if span is not None:
                return span
    return None


def _span(part: dict[str, str | None]) -> Span | None:
    year = int(part["year"] or 0)
    month, day = _month(part.get("month")), int(part.get("day") or 0)
    try:
        if not month:
            first, following = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        elif not day:
            first = datetime(year, month, 1, tzinfo=UTC)
            following = first + timedelta(days=monthrange(year, month)[1])
        else:
            first = datetime(year, month, day, tzinfo=UTC)
            following = first + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return Span(first, following - timedelta(microseconds=1))


def _month(text: str | None) -> int:
    if not text:
        return 0
    return int(text) if text.isdigit() else _MONTH_NAMES.index(text[:3]) + 1
