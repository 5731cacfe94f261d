"""How values are put in words on a page: dates, numbers, addresses."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

# Addresses of ours are 8 KB at most (`web.doors.sizes`), with what else stands in them.
LONGEST_LINK = 7_000


def day(when: datetime | None) -> str:
    """`24 Nov 2026`; a dash for none."""
    return f"{when.astimezone(UTC).day} {when.astimezone(UTC):%b %Y}" if when else "–"


def moment(when: datetime | None) -> str:
    """`24 Nov 2026, 18:46`, in UTC; a dash for none."""
    return f"{day(when)}, {when.astimezone(UTC):%H:%M}" if when else "–"


def short_day(when: date) -> str:
    """`24 Nov`."""
    return f"{when.day} {when:%b}"


def long_day(when: date) -> str:
    """`Tuesday, 24 November 2026`."""
    return f"{when:%A}, {when.day} {when:%B} {when.year}"


def clock(when: datetime) -> str:
    """`18:46`, in UTC."""
    return f"{when.astimezone(UTC):%H:%M}"


def machine(when: datetime) -> str:
    """For the `datetime` of a `time` element."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def number(value: float | None) -> str:
    """`1 234 567`, with spaces that do not break; a dash for none."""
    return f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}") if value is not None else "–"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 edit`, `2 edits`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def size(count: int) -> str:
    """Bytes in words: `3.4 MB`."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def short(url: str, length: int = 80) -> str:
    """An address without its scheme, cut in the middle where it is long."""
    text = url.partition("://")[2] or url
    text = text.removesuffix("/")
    return text if len(text) <= length else f"{text[: length // 2]}…{text[-(length // 2 - 1) :]}"


def host(url: str) -> str:
    """The host of an address."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def may_link(url: str) -> bool:
    """Whether an address may stand in a link: `javascript:` and its like never do, nor what is longer than any server
    takes."""
    return url.startswith(("http://", "https://")) and len(url) <= LONGEST_LINK


def may_ask(url: str) -> bool:
    """Whether an address may stand in the query of one of ours, which has to fit through the doors."""
    return len(in_query(url)) <= LONGEST_LINK


def in_query(value: object) -> str:
    """A value as it stands in a query or a path."""
    return quote(str(value), safe="")


_SIGNS = {
    "http_404": "answers 404, not found",
    "http_410": "answers 410, gone",
    "to_front_page": "leads to the front page",
    "to_section": "leads to a section page",
    "soft_404": "says that there is no such page",
    "like_vanished": "shows what stands in the place of other pages that are gone",
    "noindex": "asks search engines to leave it out",
    "text_gone": "is there without its text",
}

_ACCESS = {
    "open": "open",
    "metered": "paid, and the text is whole",
    "teaser": "teaser: only the beginning",
    "paywall": "behind a paywall",
    "unknown": "unknown",
}


def sign(name: str) -> str:
    """How a takedown was seen, as what the page does."""
    return _SIGNS.get(name, name.replace("_", " "))


def access(name: str) -> str:
    """How much of an article was to be seen."""
    return _ACCESS.get(name, name.replace("_", " "))


def cut_to(text: str, length: int) -> str:
    """A text, with its end cut off where it is long."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def beside_headline(summary: str, old: str | None, new: str | None) -> str:
    """What a change's summary says beside the new headline, where both headlines are shown with it."""
    return summary.removeprefix(f"headline: {old} → {new}").removeprefix("; ") or summary


def segments(text: str, marks: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is marked. `marks`: where marked pieces begin and end, in order."""
    pieces, at = [], 0
    for start, end in marks:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [(piece, marked) for piece, marked in [*pieces, (text[at:], False)] if piece]


def plain(name: str) -> str:
    """A name of ours in words: `not_modified`, not modified."""
    return name.replace("_", " ")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "access": access,
    "beside_headline": beside_headline,
    "clock": clock,
    "cut_to": cut_to,
    "day": day,
    "long_day": long_day,
    "plain": plain,
    "short_day": short_day,
    "sign": sign,
    "moment": moment,
    "machine": machine,
    "number": number,
    "plural": plural,
    "size": size,
    "segments": segments,
    "short": short,
    "host": host,
    "may_ask": may_ask,
    "may_link": may_link,
    "in_query": in_query,
}
