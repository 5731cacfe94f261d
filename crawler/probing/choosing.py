"""Which of the listings that a site offers its source should read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from crawler.probing.candidate import Candidate

# Google takes news sitemaps for articles of the last two days. One without any of the last week is not kept up.
NEWS_DAYS = 7
# Longer without anything new than a monthly would be.
STALE_DAYS = 30
MAX_FEEDS = 5
MAX_SECTIONS = 5
# A listing that repeats what others name costs a request a night and finds nothing.
WORTH = 0.1
# A section page that adds one link may have added an imprint.
WORTH_OF_SECTION = 3


@attrs.frozen(kw_only=True)
class Choice:
    """Whether a listing becomes part of the source, and why."""

    candidate: Candidate
    chosen: bool
    why: str


def choose(candidates: Sequence[Candidate], *, now: datetime) -> list[Choice]:
    """Choose news sitemaps that are kept up, a feed and those that add something, and a few sections that do.

    One feed is chosen in any case: where the site breaks one of two ways to its articles, the other one is left.
    Other sitemaps are chosen only where there is neither: they name all that a site ever published. In the order in
    which they are weighed.
    """
    one = _Chooser(now)
    news = [c for c in candidates if c.form == "news_sitemap"]
    feeds = sorted((c for c in candidates if c.kind == "feed"), key=lambda c: -len(c.fitting))
    others = [c for c in candidates if c.kind == "sitemap" and c.form not in ("news_sitemap", "robots")]
    for candidate in sorted(news, key=lambda c: -len(c.fitting)):
        one.weigh(candidate, days=NEWS_DAYS, most=MAX_FEEDS)
    for candidate in feeds:
        one.weigh(candidate, days=STALE_DAYS, most=MAX_FEEDS)
    for candidate in others:
        one.weigh_sitemap(candidate)
    for candidate in (c for c in candidates if c.kind == "section"):
        one.weigh_section(candidate)
    return one.choices


class _Chooser:
    def __init__(self, now: datetime):
        self.choices: list[Choice] = []
        self._now = now
        self._known: set[str] = set()

    def _take(self, candidate: Candidate, why: str) -> None:
        self._known |= candidate.fitting
        self.choices.append(Choice(candidate=candidate, chosen=True, why=why))

    def _leave(self, candidate: Candidate, why: str) -> None:
        self.choices.append(Choice(candidate=candidate, chosen=False, why=why))

    def _taken(self, kind: str) -> int:
        return sum(choice.chosen and choice.candidate.kind == kind for choice in self.choices)

    def weigh(self, candidate: Candidate, *, days: int, most: int) -> None:
        added = candidate.fitting - self._known
        if not candidate.articles:
            self._leave(candidate, "it names no article")
        elif candidate.newest is not None and candidate.newest < self._now - timedelta(days=days):
            self._leave(candidate, f"its newest article is of {candidate.newest:%Y-%m-%d}")
        elif not candidate.fitting:
            self._leave(candidate, "none of its articles fits")
        elif len(added) < WORTH * len(candidate.fitting) and self._taken(candidate.kind):
            self._leave(candidate, "others name its articles too")
        elif self._taken(candidate.kind) >= most:
            self._leave(candidate, f"{most} are enough")
        else:
            self._take(
                candidate,
                f"{len(added):,} articles that nothing before it names"
                if added
                else "a second way to the same articles",
            )

    def weigh_sitemap(self, candidate: Candidate) -> None:
        stale = candidate.newest is not None and candidate.newest < self._now - timedelta(days=STALE_DAYS)
        if self._taken("sitemap") or self._taken("feed"):
            self._leave(candidate, "kept for `crawl --since`: news sitemaps and feeds are quicker")
        elif candidate.named_by == "sitemap index":
            self._leave(candidate, "its index names it")
        elif stale:
            self._leave(candidate, f"its newest entry is of {candidate.newest:%Y-%m-%d}")
        elif not candidate.fitting and not candidate.further:
            self._leave(candidate, "it names no article that fits")
        else:
            self._take(candidate, "the only list of articles beside the pages themselves")

    def weigh_section(self, candidate: Candidate) -> None:
        added = candidate.fitting - self._known
        if self._taken("section") >= MAX_SECTIONS:
            self._leave(candidate, f"{MAX_SECTIONS} are enough")
        elif len(added) < WORTH_OF_SECTION:
            self._leave(candidate, "others name its articles too" if candidate.fitting else "it links to no article")
        else:
            self._take(candidate, f"{len(added):,} articles that nothing before it names")
