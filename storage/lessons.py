"""What the pages of a site teach beyond what is known of it. Pure: counts in, changes out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from storage.memory import EXACT
from storage.repeats import REPEATED, Count, Sighting

# A count above EXACT is noted anew when it has grown by half: detectors compare it with half of the articles known,
# and every note means that the captures since then are cleaned again.
GROWN = 1.5

# A campaign's box is gone for some weeks and comes back; after a redesign nothing does.
FORGET_AFTER = timedelta(days=30)


@attrs.frozen(kw_only=True)
class Standing:
    """A line that is known of a site and not forgotten."""

    id: int
    text: str | None
    articles: int
    pages: tuple[int, ...] | None
    first_seen_at: datetime
    last_seen_at: datetime


@attrs.frozen(kw_only=True)
class Learnt:
    """A line as it is known from now on."""

    key: int
    text: str | None
    articles: int
    pages: tuple[int, ...] | None
    """None for more than EXACT articles."""
    first_seen_at: datetime
    last_seen_at: datetime
    forgotten: bool = False
    replaces: int | None = None
    """The row that says less."""


@attrs.frozen(kw_only=True)
class Lesson:
    """What is new about a site."""

    site: str
    since: datetime | None
    """The earliest capture that it may concern. None: nothing is new, but for dates."""
    known: int
    pages: tuple[int, ...] | None
    """Of the articles known; None for more than EXACT."""
    lines: tuple[Learnt, ...] = ()
    seen: Mapping[int, datetime] = attrs.field(factory=dict)
    """Row of a line that stands -> when it was seen last."""


def lesson(
    site: str,
    *,
    known: int,
    pages: Sequence[int] | None,
    standing: Mapping[int, Standing],
    counts: Sequence[Count],
    texts: Mapping[int, str],
    newest_counted: bool,
) -> Lesson:
    """Compare what some windows of a site's pages show with what is known.

    `known`, `pages`: as the site's last generation noted them. `standing`: by key. `texts`: samples of lines that are
    new. `newest_counted`: the first of `counts` is of the site's newest pages, so that what it lacks is gone.
    """
    changes: list[tuple[datetime, Learnt]] = []
    seen: dict[int, datetime] = {}
    for key in sorted({key for count in counts for key in count.lines}):
        sightings = [(count, count.lines[key]) for count in counts if key in count.lines]
        window, most = max(sightings, key=lambda pair: (pair[1].articles, pair[1].last_seen_at))
        first = min(sighting.first_seen_at for _, sighting in sightings)
        last = max(sighting.last_seen_at for _, sighting in sightings)
        before = standing.get(key)
        if before is None:
            if most.articles >= REPEATED:
                learnt = _learnt(key, texts.get(key), most, first, last)
                changes.append((first, learnt))
            continue
        if last > before.last_seen_at:
            seen[before.id] = last
        earlier = first < before.first_seen_at
        if not earlier and not _is_news(before.articles, most.articles):
            continue
        after = _learnt(
            key, before.text or texts.get(key), most,
            min(first, before.first_seen_at), max(last, before.last_seen_at), replaces=before.id,
        )  # fmt: skip
        if not _is_news(before.articles, most.articles):
            after = attrs.evolve(after, articles=before.articles, pages=before.pages)
        changes.append((first if earlier else window.first_at, after))
    if newest_counted:
        changes += _forgotten(standing, counts[0])
    widest = max(counts, key=lambda count: (count.articles, count.last_at))
    dates = [since for since, _ in changes]
    if widest.articles >= REPEATED and _is_news(known, widest.articles):
        known, pages = widest.articles, widest.pages
        dates.append(widest.first_at)
    return Lesson(
        site=site,
        since=min(dates, default=None),
        known=known,
        pages=tuple(pages) if pages is not None and known <= EXACT else None,
        lines=tuple(learnt for _, learnt in changes),
        seen=seen,
    )


def _is_news(before: int, now: int) -> bool:
    """Whether a count is worth noting: every step where steps decide, and then by halves. Never a smaller one: a
    window that lacks some of the articles proves nothing."""
    return now > before and (before < EXACT or now >= GROWN * before)


def _learnt(
    key: int, text: str | None, most: Sighting, first: datetime, last: datetime, *, replaces: int | None = None
) -> Learnt:
    return Learnt(
        key=key,
        text=text,
        articles=most.articles,
        pages=most.pages if most.articles <= EXACT else None,
        first_seen_at=first,
        last_seen_at=last,
        replaces=replaces,
    )


def _forgotten(standing: Mapping[int, Standing], newest: Count) -> list[tuple[datetime, Learnt]]:
    found = []
    for key, line in sorted(standing.items()):
        if key not in newest.lines and newest.last_at - line.last_seen_at > FORGET_AFTER:
            learnt = Learnt(
                key=key,
                text=line.text,
                articles=line.articles,
                pages=line.pages,
                first_seen_at=line.first_seen_at,
                last_seen_at=line.last_seen_at,
                forgotten=True,
                replaces=line.id,
            )
            found.append((newest.last_at, learnt))
    return found
