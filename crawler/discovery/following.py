"""Which of the further listings that a listing names a crawl reads as well."""

from datetime import datetime

import attrs

from crawler.discovery.listing import Found, Further, Listing
from crawler.discovery.url_dates import span_of, span_of_article


@attrs.frozen(kw_only=True)
class Depth:
    """How far back a crawl looks."""

    oldest: datetime | None
    """Leave out what is dated before. None: leave nothing out."""

    deep: bool = False
    """Follow next pages and archives by date, back to `oldest`."""


@attrs.frozen(kw_only=True)
class Followed:
    """The further listings of one listing that a crawl reads."""

    again: tuple[Further, ...] = ()
    """In every crawl."""

    once: tuple[Further, ...] = ()
    """Unless any crawl has read them."""

    too_old: int = 0
    """How many were left out, as all that they name is older."""


def followed(listing: Listing, depth: Depth, *, leads_on: bool) -> Followed:
    """Choose among a listing's further listings. `leads_on`: whether its next page may still name something in range.

    A sitemap of an index is read again where its `lastmod` or the date in its URL is in range. Of the undated ones a
    deep crawl reads all again. Others read those that no crawl has read, and the first and the last, one of which is
    where generators put what is new: an index of a thousand undated parts would be a thousand requests every night.
    """
    again: list[Further] = []
    once: list[Further] = []
    undated: list[Further] = []
    too_old = 0
    for further in listing.further:
        if further.role == "next":
            if depth.deep and leads_on:
                again.append(further)
            continue
        if further.role == "archive" and not depth.deep:
            continue
        dated = _in_range(further, depth)
        if dated is False:
            too_old += 1
        elif listing.kind != "sitemap_index" or dated or depth.deep:
            again.append(further)
        else:
            undated.append(further)
    if undated:
        ends = undated[:1] + undated[1:][-1:]
        again += ends
        once += [further for further in undated if further not in ends]
    return Followed(again=tuple(again), once=tuple(once), too_old=too_old)


def _in_range(further: Further, depth: Depth) -> bool | None:
    """Whether what a listing names can be in range; None where nothing says when it is from."""
    if further.kind == "feed" or depth.oldest is None:
        return None
    span = span_of(further.url)
    if further.modified_at is not None and further.modified_at < depth.oldest:
        return False
    # A part that is written anew every night still holds the articles of the month in its name.
    if span is not None and span.before(depth.oldest):
        return False
    return True if further.modified_at is not None or span is not None else None


def dated(found: Found, *, by_url: bool) -> datetime | None:
    """The latest time that a listing gives an article, else (`by_url`) the end of the day or month in its URL."""
    said = max(filter(None, (found.published_at, found.modified_at)), default=None)
    if said is None and by_url and (span := span_of_article(found.url)):
        return span.last
    return said
