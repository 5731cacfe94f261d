"""When a URL is visited again, and which of the visits that are due a source's budget pays for.

Pure functions of what is known about a page. `storage.revisit_plans` keeps that in the database, and
`bench/revisits.py` drives the same functions over made-up histories.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import attrs

from storage.edit_model import EditModel, Page
from storage.outcome import Outcome

Mode = Literal["adaptive", "tiers"]

# NewsDiffs' schedule (scraper.py, get_update_delay): time since the last change -> time to the next visit. Editors
# change a story in its first hours, and rarely after a month.
TIERS = (
    (timedelta(hours=3), timedelta(minutes=15)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=7), timedelta(hours=3)),
    (timedelta(days=30), timedelta(days=3)),
    (timedelta(days=360), timedelta(days=30)),
)

# A page is looked at monthly at least for a year, and twice a year from then on: a takedown may come after years.
FLOOR = timedelta(days=30)
FLOOR_LASTS = timedelta(days=365)
LATE_FLOOR = timedelta(days=180)

# The floor of one page is up to a fifth sooner than that of another, so that a site's whole archive, found in one
# sitemap, does not fall due on one day.
FLOOR_SPREAD = 0.2
_GOLDEN = (5**0.5 - 1) / 2

# What is no article today may be a placeholder that becomes one, rarely.
NOT_ARTICLE = timedelta(days=30)

# Robots rules are read anew after a day (RFC 9309, 2.4); a bot check may be lifted.
BLOCKED = timedelta(days=1)

FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(days=7)

# No page is asked for more often, whatever the budget.
SHORTEST = timedelta(minutes=5)

# What is not spent is kept for so many days: editors work by day, and a crawl may have been left out.
SAVED_DAYS = 7.0

# Or up to so many visits where those days bring fewer: the articles of a small source come weeks apart, and each wants
# its visits within days. About the best of 100 to 400 in `bench/revisits.py` with ten pages a source in half a year.
SAVED_AT_LEAST = 300.0

# With a full purse a visit is due when an unseen edit is so likely, with an empty one when it is as likely as that; in
# between on a scale of logarithms. So the purse finds its own level, and all pages are visited at about the same
# likelihood, which is what makes the most of a number of visits. The lower end is a visit in 250 that finds something.
LIKELY_WHEN_RICH, LIKELY_WHEN_POOR = 0.004, 0.6


@attrs.frozen
class Purse:
    """The visits that a source may still make."""

    visits: float
    """At most what `holds` says."""
    at: datetime
    """As of when."""

    @staticmethod
    def holds(budget: float) -> float:
        """The visits that are saved at most. `budget`: visits a day; nothing is saved of none."""
        return max(budget * SAVED_DAYS, SAVED_AT_LEAST) if budget > 0 else 0.0

    @classmethod
    def half_full(cls, budget: float, now: datetime) -> "Purse":
        """What a source begins with."""
        return cls(cls.holds(budget) / 2, now)

    def filled(self, budget: float, now: datetime) -> "Purse":
        """With what the time since has brought in. `budget`: visits a day."""
        days = max(0.0, (now - self.at) / timedelta(days=1))
        return Purse(min(self.visits + budget * days, self.holds(budget)), max(now, self.at))

    def due_when(self, budget: float) -> float:
        """How likely an unseen edit must be for a visit to be due."""
        level = self.visits / self.holds(budget) if budget > 0 else 0.0
        span: float = math.log(LIKELY_WHEN_RICH / LIKELY_WHEN_POOR)
        return LIKELY_WHEN_POOR * math.exp(span * min(max(level, 0.0), 1.0))


@attrs.frozen
class Due:
    """A page whose time has come."""

    entry: int
    likelihood: float
    """Of an unseen edit by now, 0 to 1."""
    owed: bool
    """By the floor, or for another reason than an edit: it is visited whatever is left."""


def choose(due: Sequence[Due], purse: Purse) -> tuple[list[Due], Purse]:
    """The pages that are visited now, the likeliest edits first, and what is left of the purse.

    What is owed is visited in any case and paid first, but from half of the purse only: a large archive's floor must
    not keep the day's news waiting.
    """
    owed = [one for one in due if one.owed]
    rest = sorted((one for one in due if not one.owed), key=lambda one: -one.likelihood)
    affordable = int(max(purse.visits - len(owed), purse.visits / 2))
    chosen = sorted(owed + rest[:affordable], key=lambda one: -one.likelihood)
    return chosen, Purse(max(purse.visits - len(chosen), 0.0), purse.at)


def postponed(seen: datetime, now: datetime) -> datetime:
    """When a page that was due is looked at again where the purse did not pay for it: an eighth of the time that it has
    waited already, so that a poor source does not weigh its whole archive at every crawl."""
    return now + max((now - seen) / 8, SHORTEST)


def hours(when: datetime) -> float:
    """A moment as `storage.edit_model` counts: hours since the epoch."""
    return when.timestamp() / 3600


def moment(when: float) -> datetime:
    """The inverse of `hours`."""
    return datetime.fromtimestamp(when * 3600, UTC)


def floor(entry: int, born: datetime, now: datetime) -> datetime:
    """When a page that is seen now is seen again at the latest. `entry`: its number, which spreads the floor."""
    longest = FLOOR if now - born < FLOOR_LASTS else LATE_FLOOR
    return now + longest * (1 - FLOOR_SPREAD * ((entry * _GOLDEN) % 1.0))


def next_by_likelihood(
    model: EditModel, page: Page, *, entry: int, born: datetime, now: datetime, due_when: float
) -> datetime:
    """When a page that is seen now will have been edited with that likelihood; not sooner than `SHORTEST` from now and
    not later than the floor."""
    latest = floor(entry, born, now)
    found = model.when(page, hours(born), hours(now), due_when, hours(latest))
    return min(max(moment(found), now + SHORTEST), latest)


def next_by_tiers(*, now: datetime, changed_at: datetime | None) -> datetime:
    """When to look again by the time since the last change. None: unknown, counts as now."""
    age = now - (changed_at or now)
    return now + next((wait for limit, wait in TIERS if age < limit), FLOOR)


def next_without_article(outcome: Outcome, *, now: datetime, attempts: int) -> datetime | None:
    """When to look again where a visit got no article; None where it did, or found it gone.

    `attempts`: failures in a row, this one included; the wait doubles with each, from an hour to a week.
    """
    if outcome in (Outcome.FAILED, Outcome.REFUSED):
        wait = FIRST_RETRY * (1 << min(max(attempts, 1) - 1, 10))
        return now + min(wait, LONGEST_RETRY)
    if outcome is Outcome.BLOCKED:
        return now + BLOCKED
    if outcome is Outcome.NOT_ARTICLE:
        return now + NOT_ARTICLE
    return None


def born(published_at: datetime | None, found_at: datetime) -> datetime:
    """When a page was published, as far as can be told. Both aware, UTC.

    What claims to be from after it was found was published by then; so was what has only a day, which is kept as its
    midnight, on the day it was found.
    """
    if published_at is None or published_at > found_at:
        return found_at
    only_a_day = (published_at.hour, published_at.minute, published_at.second) == (0, 0, 0)
    return found_at if only_a_day and found_at - published_at < timedelta(days=1) else published_at
