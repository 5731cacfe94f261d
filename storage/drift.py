"""Whether a source does what it always does: its last day against its own habit. Pure functions of counts.

A redesign, a bot wall or a dead feed shows in the counts of the day it happens. What counts as unusual is each source's
own: a site that blocks one page in ten has never done otherwise, and a weekly has empty days. An alarm has to be
unlikely by the habit and large enough to matter; both thresholds stand here.
"""

from collections.abc import Callable, Sequence
from math import exp, lgamma, log, sqrt
from statistics import median

import attrs

# How unlikely a day has to be, by the habit. With twelve signs each, 4,000 ordinary days of sources large and small,
# whose rates vary as they do in `tests/storage/test_drift.py`, gave four false alarms.
UNLIKELY = 0.0005

# Days that make a habit, at least. Before that a source has only what is usual everywhere.
HABIT_DAYS = 5

# The weight of the habit in the beta-binomial, in visits: however long the habit, a rate of one day varies about as
# much as if it had been told from so many. A larger weight takes every bad day for a redesign.
MOST_WEIGHT = 12.0

# The weight of what is usual everywhere, beside the habit.
USUAL_WEIGHT = 4.0

# One day in so many may be a bad one and is not counted as habit.
WORST_DAYS = 10

# A rate has to rise by so much, and by so many cases.
LEAST_RISE = 0.2
LEAST_CASES = 5

# A site that always blocks more than a fifth of the visits, say, is not well, however long it has done so.
BAD_HABIT = 0.2

# Weekends and holidays bring half of a weekday's articles, in news as elsewhere.
QUIET_DAY = 0.5

# The median length of a day's articles has to be off by this factor, and that many standard errors.
LENGTH_FACTOR = 1.7
LENGTH_ERRORS = 5.0
LENGTH_ARTICLES = 8
# Days differ by this much in their median length whatever the number of articles, in log words.
LENGTH_NOISE = 0.12


@attrs.frozen(kw_only=True)
class Window:
    """What the crawls of a source found in 24 hours."""

    runs: int = 0
    discoveries: int = 0
    """Crawls that looked for new articles and came to their end."""
    attempts: int = 0
    """Visits, but for what was refused and what robots.txt forbids."""
    fresh: int = 0
    """Articles seen for the first time."""
    walled: int = 0
    failed: int = 0
    first: int = 0
    """First visits of URLs that answered: `fresh` and those that were no article."""
    not_article: int = 0
    again: int = 0
    """Visits to pages that the archive has, and that stand."""
    changed: int = 0
    degraded: int = 0
    gone: int = 0
    empty: int = 0
    untitled: int = 0
    undated: int = 0
    words: int = 0
    """The median length of the fresh articles. 0: there is none."""
    listings: int = 0
    listings_failed: int = 0


@attrs.frozen(kw_only=True)
class Sign:
    """Something that is not as it always was."""

    name: str
    message: str
    """One sentence without the source's name: what is, what was, and what to look at."""
    now: float
    habit: float | None


@attrs.frozen
class _Rate:
    """A rate that may rise: its name, its counts, what is usual everywhere (None: nothing is), and what it means."""

    name: str
    cases: Callable[[Window], int]
    of: Callable[[Window], int]
    usual: float | None
    message: str
    most: float = 1.0
    """What is above this never becomes a habit."""


_RATES = (
    _Rate(
        "bot_wall",
        lambda w: w.walled,
        lambda w: w.attempts,
        0.01,
        "{cases} of {of} visits were answered with a bot check or a refusal ({habit} before). Crawl slower, or ask the "
        "site.",
        most=BAD_HABIT,
    ),
    _Rate(
        "failing",
        lambda w: w.failed,
        lambda w: w.attempts,
        0.03,
        "{cases} of {of} visits failed ({habit} before). See whether the site is up.",
        most=BAD_HABIT,
    ),
    _Rate(
        "no_articles",
        lambda w: w.not_article,
        lambda w: w.first,
        None,
        "{cases} of {of} new pages are no article ({habit} before). The site may look different: see one of them.",
    ),
    _Rate(
        "degraded",
        lambda w: w.degraded,
        lambda w: w.again,
        0.02,
        "{cases} of {of} pages show less than before ({habit} before). There may be a new paywall or consent wall.",
    ),
    _Rate(
        "many_gone",
        lambda w: w.gone,
        lambda w: w.again + w.gone,
        0.02,
        "{cases} of {of} pages are gone ({habit} before). The site may have moved, or taken much down.",
    ),
    _Rate(
        "many_changes",
        lambda w: w.changed,
        lambda w: w.again,
        0.1,
        "{cases} of {of} pages have changed ({habit} before). The site may look different: see one of the changes.",
    ),
    _Rate(
        "empty_bodies",
        lambda w: w.empty,
        lambda w: w.fresh,
        0.01,
        "{cases} of {of} new articles have almost no text ({habit} before). The site may look different: see one.",
        most=BAD_HABIT,
    ),
    _Rate(
        "missing_titles",
        lambda w: w.untitled,
        lambda w: w.fresh,
        0.01,
        "{cases} of {of} new articles have no title ({habit} before). The site may look different: see one.",
        most=BAD_HABIT,
    ),
    _Rate(
        "missing_dates",
        lambda w: w.undated,
        lambda w: w.fresh,
        None,
        "{cases} of {of} new articles have no date ({habit} before). The site may look different: see one.",
    ),
    _Rate(
        "listings_failing",
        lambda w: w.listings_failed,
        lambda w: w.listings,
        0.05,
        "{cases} of {of} feeds, sitemaps and sections could not be read ({habit} before). `sources check` tries each.",
        most=BAD_HABIT,
    ),
)


def signs(windows: Sequence[Window]) -> list[Sign]:
    """What is unusual about the last day. `windows`: the last day first, then the days before it, without gaps."""
    if not windows or not windows[0].runs:
        return []
    now, habit = windows[0], [window for window in windows[1:] if window.runs]
    found = [sign for rate in _RATES if (sign := _risen(rate, now, habit))]
    found += [sign for sign in (_few_fresh(windows), _other_length(now, habit)) if sign]
    return found


def _risen(rate: _Rate, now: Window, habit: Sequence[Window]) -> Sign | None:
    cases, of = rate.cases(now), rate.of(now)
    known = [window for window in habit if rate.of(window)]
    least = min(LEAST_CASES, of)
    if rate.name == "listings_failing":
        # A source has few listings; that all of them fail is enough.
        least = min(of, 2)
    if cases < least or not of or (rate.usual is None and len(known) < HABIT_DAYS):
        return None
    mean = min(_habit(rate, known), rate.most) if known else 0.0
    seen = float(sum(rate.of(window) for window in known))
    usual = mean if rate.usual is None else rate.usual
    weight = min(seen, MOST_WEIGHT)
    alpha = weight * mean + USUAL_WEIGHT * usual + 0.1
    beta = weight * (1 - mean) + USUAL_WEIGHT * (1 - usual) + 0.1
    expected = alpha / (alpha + beta)
    if cases / of < expected + LEAST_RISE or beta_binomial_tail(cases, of, alpha, beta) > UNLIKELY:
        return None
    before = f"{mean:.0%}" if known else "nothing to compare with"
    message = rate.message.format(cases=f"{cases:,}", of=f"{of:,}", habit=before)
    return Sign(name=rate.name, message=message, now=cases / of, habit=mean if known else None)


def _habit(rate: _Rate, known: Sequence[Window]) -> float:
    """The rate of the days before, without their worst tenth: a bad day, or this redesign's first, is no habit."""
    days = sorted(known, key=lambda window: rate.cases(window) / rate.of(window))
    days = days[: len(days) - len(days) // WORST_DAYS]
    pooled = sum(rate.cases(window) for window in days) / sum(rate.of(window) for window in days)
    # Days with few visits are no measure one by one, and days with many would outweigh the others together.
    return max(pooled, median(rate.cases(window) / rate.of(window) for window in days))


# A small source has its empty days; not so many in a row.
_SPANS = (1, 3, 7)


def _few_fresh(windows: Sequence[Window]) -> Sign | None:
    """The last day, three days or week have far fewer new articles than any such time before."""
    for days in _SPANS:
        spans = [windows[at : at + days] for at in range(0, len(windows) - days + 1, days)]
        spans = [span for span in spans if all(window.discoveries for window in span)]
        if not spans or spans[0] != windows[:days] or len(spans) - 1 < (HABIT_DAYS if days == 1 else 3):
            continue
        now, before = sum(w.fresh for w in spans[0]), [sum(w.fresh for w in span) for span in spans[1:]]
        usual = median(before)
        # Fewer than ever, and too few even for a quiet day.
        if now < min(before) and poisson_head(now, usual * QUIET_DAY) <= UNLIKELY:
            span = "24 hours" if days == 1 else f"{days} days"
            message = (
                f"{now:,} new articles in {span} ({usual:,.0f} before). A feed or the front page may have changed."
            )
            return Sign(name="few_fresh", message=message, now=now / days, habit=usual / days)
    return None


def _other_length(now: Window, habit: Sequence[Window]) -> Sign | None:
    known = [window for window in habit if window.words]
    if now.fresh < LENGTH_ARTICLES or not now.words or len(known) < HABIT_DAYS:
        return None
    lengths = [log(window.words) for window in known]
    usual = median(lengths)
    # Scaled so that it is the standard deviation of a normal distribution.
    spread = 1.4826 * median(abs(length - usual) for length in lengths)
    # Days with few articles spread more, and today may have fewer than they had.
    few = sqrt(max(1.0, median(window.fresh for window in known) / now.fresh))
    off = log(now.words) - usual
    if abs(off) < log(LENGTH_FACTOR) or abs(off) < LENGTH_ERRORS * max(spread * few, LENGTH_NOISE):
        return None
    message = (
        f"new articles have {now.words:,} words in the median ({exp(usual):,.0f} before). "
        "The text may be cut off, or something else taken for text: see one."
    )
    return Sign(name="other_length", message=message, now=float(now.words), habit=exp(usual))


def beta_binomial_tail(cases: int, of: int, alpha: float, beta: float) -> float:
    """The probability of that many cases or more, where the rate itself is distributed as Beta(alpha, beta)."""
    return min(1.0, sum(exp(_log_beta_binomial(k, of, alpha, beta)) for k in range(cases, of + 1)))


def _log_beta_binomial(k: int, n: int, alpha: float, beta: float) -> float:
    choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return choose + _log_beta(k + alpha, n - k + beta) - _log_beta(alpha, beta)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def poisson_head(cases: int, mean: float) -> float:
    """The probability of that many cases or fewer, where `mean` are expected."""
    if mean <= 0:
        return 1.0
    return min(1.0, sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(cases + 1)))
