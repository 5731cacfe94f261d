"""When a URL is visited again."""

from datetime import datetime, timedelta

from storage.outcome import Outcome

# NewsDiffs' schedule (scraper.py, get_update_delay): time since the last change -> time to the next visit. Editors
# change a story in its first hours, and rarely after a month.
TIERS = (
    (timedelta(hours=3), timedelta(minutes=15)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=7), timedelta(hours=3)),
    (timedelta(days=30), timedelta(days=3)),
    (timedelta(days=360), timedelta(days=30)),
)

# A page is looked at monthly at least: a takedown may come after years.
FLOOR = timedelta(days=30)

# What is no article today may be a placeholder that becomes one, rarely.
NOT_ARTICLE = timedelta(days=30)

# Robots rules are read anew after a day (RFC 9309, 2.4); a bot check may be lifted.
BLOCKED = timedelta(days=1)

FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(days=7)


def next_visit(outcome: Outcome, *, now: datetime, changed_at: datetime | None, attempts: int) -> datetime:
    """When to look again.

    `changed_at`: the page's last known change, or its publication; None counts as now. `attempts`: failures in a row,
    this one included; the wait doubles with each, from an hour to a week.
    """
    if outcome in (Outcome.FAILED, Outcome.REFUSED):
        wait = FIRST_RETRY * (1 << min(max(attempts, 1) - 1, 10))
        return now + min(wait, LONGEST_RETRY)
    if outcome is Outcome.BLOCKED:
        return now + BLOCKED
    if outcome is Outcome.NOT_ARTICLE:
        return now + NOT_ARTICLE
    age = now - (changed_at or now)
    return now + next((wait for limit, wait in TIERS if age < limit), FLOOR)
