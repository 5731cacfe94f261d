"""Edits seen by three schedules of revisits at the same number of fetches, over made-up histories of edits.

    python bench/revisits.py [--process SCRIPT] [--seeds 1,2,3] [--sites N] [--pages N] [--days N] [--tick MINUTES]
                             [--json]

SCRIPT is a program that takes --seed, --sites, --pages and --days and prints one JSON object a page: `site`,
`published`, `edits` (a list) and `gone`, in hours since the start. Without it the bench makes histories of its own.

Schedules: NewsDiffs (15 minutes under 3 hours since the last change, and so on), News Sniffer (30 minutes, a fifth more
with each visit without a change, 30 again after one, given up at 40 days), and ours, `storage.revisits` and
`storage.edit_model` as the product drives them, with a budget that gives it each peer's number of fetches, or fewer.
It begins knowing nothing and learns from what its own visits see.

Every schedule starts its visits at ticks, as a crawl by cron does (5 minutes by default), and all find a page at the
first tick after it was published, which is not counted. An edit is SEEN when the version that it made is captured: by a
visit after it and before the next edit, the page's end, or the end of the time. DELAY is the time from such an edit to
that visit. A stricter count follows in the column `within a day`: seen, and no more than a day after. The variant
`noticed` counts an edit when any later visit found that something had changed, also where the version itself was
overwritten.
"""

import argparse
import heapq
import json
import math
import random
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs

sys.path.insert(0, str(Path(__file__).parents[1]))

from storage.edit_model import EditModel, Learnt, Page, Seen
from storage.revisits import TIERS, Due, Purse, choose, floor, hours, next_by_likelihood, postponed

# A moment at a midnight, from which the hours of the histories count.
START = datetime(2026, 1, 5, tzinfo=UTC)
# News Sniffer (news_article.rb): the first wait, its growth while nothing changes, and the wait at which it gives up.
SNIFFER_FIRST, SNIFFER_GROWTH, SNIFFER_LAST = 0.5, 1.2, 40 * 24.0
# How often ours takes the whole archive's habits for its prior anew, in hours: with each nightly crawl.
TOGETHER = 24.0


@attrs.frozen
class History:
    """A page's life, in hours since the start."""

    site: int
    published: float
    edits: tuple[float, ...]
    gone: float | None


@attrs.define
class Tally:
    """What a schedule saw."""

    fetches: int = 0
    edits: int = 0
    seen: int = 0
    noticed: int = 0
    delays: list[float] = attrs.field(factory=list)

    def visited(self, history: History, last: float, now: float) -> bool:
        """Count a visit; returns whether it saw a change since the last one."""
        self.fetches += 1
        unseen = [edit for edit in history.edits if last < edit <= now]
        if unseen:
            self.seen += 1
            self.noticed += len(unseen)
            self.delays.append(now - unseen[-1])
        return bool(unseen)


def histories(script: Path | None, seed: int, sites: int, pages: int, days: int) -> list[History]:
    """One history a page."""
    if script is None:
        return list(made_up(seed, sites, pages, days))
    size = ["--seed", str(seed), "--sites", str(sites), "--pages", str(pages), "--days", str(days)]
    done = subprocess.run([sys.executable, "-B", str(script), *size], check=True, capture_output=True, text=True)
    rows = map(json.loads, done.stdout.splitlines())
    return [History(row["site"], row["published"], tuple(row["edits"]), row["gone"]) for row in rows]


def made_up(seed: int, sites: int, pages: int, days: int) -> Iterator[History]:
    """Histories in which edits thin out as one over the age, by day more than by night, some sites and pages far more
    than others; one page in a hundred is taken down."""
    chance = random.Random(seed)
    habits = [chance.gammavariate(1.2, 2.0) for _ in range(sites)]
    end = days * 24.0
    for _ in range(pages):
        site = chance.randrange(sites)
        published = chance.uniform(0, end * 0.8)
        count = round(chance.gammavariate(0.8, habits[site] / 0.8))
        edits: set[float] = set()
        while len(edits) < count:
            at = published + math.exp(chance.uniform(math.log(0.1), math.log(24 * 45)))
            if chance.random() < (0.9 if 7 <= at % 24 < 21 else 0.25):
                edits.add(round(at, 3))
        gone = published + chance.uniform(2, 24 * 60) if chance.random() < 0.01 else None
        last = min(end, gone or end)
        yield History(site, published, tuple(sorted(at for at in edits if at < last)), gone)


def at_tick(when: float, tick: float) -> float:
    """The first tick at or after a time."""
    return math.ceil(round(when / tick, 9)) * tick


def by_rule(all_of_them: Iterable[History], end: float, tick: float, wait: Callable[[float, float], float]) -> Tally:
    """A schedule that looks at one page at a time. `wait`: from (time since the last change seen, the wait before) to
    the next wait in hours; infinite to give up."""
    tally = Tally()
    for history in all_of_them:
        changed = last = at_tick(history.published, tick)
        before = 0.0
        limit = end if history.gone is None else min(end, history.gone)
        tally.edits += sum(last < edit for edit in history.edits)
        while True:
            before = wait(last - changed, before)
            now = at_tick(last + before, tick)
            if now >= limit:
                break
            if tally.visited(history, last, now):
                changed, before = now, 0.0
            last = now
    return tally


def newsdiffs(since_change: float, _before: float) -> float:
    """NewsDiffs: by the time since the last change."""
    age = timedelta(hours=since_change)
    return next((wait.total_seconds() / 3600 for limit, wait in TIERS if age < limit), math.inf)


def news_sniffer(_since_change: float, before: float) -> float:
    """News Sniffer: longer and longer while nothing changes."""
    longer = before * SNIFFER_GROWTH if before else SNIFFER_FIRST
    return longer if longer <= SNIFFER_LAST else math.inf


@attrs.define
class Watched:
    """A page that ours watches."""

    entry: int
    history: History
    born: float
    last: float
    page: Page = attrs.field(factory=Page)


@attrs.define
class Publication:
    """A source in the simulation: what `storage.revisit_plans` keeps in a row."""

    budget: float
    purse: Purse
    model: EditModel = attrs.field(factory=lambda: EditModel(Learnt(), Learnt()))
    waiting: list[tuple[float, int]] = attrs.field(factory=list)
    """When each page is due, and its number; a heap."""
    watched: dict[int, Watched] = attrs.field(factory=dict)


def ours(all_of_them: list[History], end: float, tick: float, budgets: dict[int, float]) -> Tally:
    """Our schedule. `budgets`: visits a day by source."""
    tally = Tally()
    publications = {site: Publication(visits, Purse.half_full(visits, START)) for site, visits in budgets.items()}
    arrivals = sorted(enumerate(all_of_them), key=lambda pair: pair[1].published)
    together, arrived, now = 0.0, 0, 0.0
    while now < end:
        if now >= together:
            archive = Learnt.together(one.model.own for one in publications.values())
            for one in publications.values():
                one.model = EditModel(one.model.own, archive)
            together = now + TOGETHER
        when = START + timedelta(hours=now)
        while arrived < len(arrivals) and arrivals[arrived][1].published <= now:
            entry, history = arrivals[arrived]
            arrived += 1
            tally.edits += sum(now < edit for edit in history.edits)
            one = publications[history.site]
            one.watched[entry] = Watched(entry, history, history.published, now)
            plan(one, one.watched[entry], when)
        for one in publications.values():
            crawl(one, when, now, tally)
        now = round(now + tick, 9)
    return tally


def crawl(one: Publication, when: datetime, now: float, tally: Tally) -> None:
    """One crawl of what is due, as `crawl --fresh` does it."""
    if not one.waiting or one.waiting[0][0] > now:
        return
    one.purse = one.purse.filled(one.budget, when)
    due: list[Due] = []
    while one.waiting and one.waiting[0][0] <= now:
        _, entry = heapq.heappop(one.waiting)
        page = one.watched[entry]
        if page.history.gone is not None and page.history.gone <= now:
            continue
        likely = one.model.likelihood(page.page, Seen(epoch(page.born), epoch(page.last), epoch(now)))
        owed = when >= floor(entry, START + timedelta(hours=page.born), START + timedelta(hours=page.last))
        due.append(Due(entry, likely, owed))
    chosen, one.purse = choose(due, one.purse)
    for entry in {d.entry for d in due} - {d.entry for d in chosen}:
        later = postponed(START + timedelta(hours=one.watched[entry].last), when)
        heapq.heappush(one.waiting, ((later - START) / timedelta(hours=1), entry))
    for visit in chosen:
        page = one.watched[visit.entry]
        changed = tally.visited(page.history, page.last, now)
        page.page = one.model.learn(page.page, Seen(epoch(page.born), epoch(page.last), epoch(now)), changed=changed)
        page.last = now
        plan(one, page, when)


def plan(one: Publication, page: Watched, when: datetime) -> None:
    """Note when a page that was just seen is due again."""
    due = next_by_likelihood(
        one.model,
        page.page,
        entry=page.entry,
        born=START + timedelta(hours=page.born),
        now=when,
        due_when=one.purse.due_when(one.budget),
    )
    heapq.heappush(one.waiting, ((due - START) / timedelta(hours=1), page.entry))


def epoch(since_start: float) -> float:
    """Hours since the start as hours since the epoch."""
    return hours(START) + since_start


def fetches_by_site(
    all_of_them: list[History], end: float, tick: float, wait: Callable[[float, float], float]
) -> dict[int, int]:
    """What a peer's rule fetches of each site."""
    sites = defaultdict(list)
    for history in all_of_them:
        sites[history.site].append(history)
    return {site: by_rule(pages, end, tick, wait).fetches for site, pages in sites.items()}


def row(name: str, tally: Tally) -> dict[str, float | str]:
    """The figures of a schedule."""
    return {
        "schedule": name,
        "fetches": tally.fetches,
        "edits": tally.edits,
        "seen": tally.seen,
        "seen_share": tally.seen / tally.edits,
        "per_1000": 1000 * tally.seen / max(1, tally.fetches),
        "within_a_day": sum(delay <= 24 for delay in tally.delays) / tally.edits,
        "noticed_share": tally.noticed / tally.edits,
        "delay_median_minutes": 60 * statistics.median(tally.delays),
        "delay_mean_hours": statistics.fmean(tally.delays),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--process", type=Path, help="The program that makes histories.")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--sites", type=int, default=40)
    parser.add_argument("--pages", type=int, default=4000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--tick", type=float, default=5.0, help="Minutes between two crawls.")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    end, tick = given.days * 24.0, given.tick / 60
    peers = {"NewsDiffs": newsdiffs, "News Sniffer": news_sniffer}
    for seed in map(int, given.seeds.split(",")):
        pages = histories(given.process, seed, given.sites, given.pages, given.days)
        for name, wait in peers.items():
            budgets = {site: n / given.days for site, n in fetches_by_site(pages, end, tick, wait).items()}
            for one in (
                row(name, by_rule(pages, end, tick, wait)),
                row(f"ours, as {name}", ours(pages, end, tick, budgets)),
            ):
                text = json.dumps({"seed": seed} | one) if given.json else line(seed, one)
                print(text, flush=True)  # noqa: T201


def line(seed: int, one: dict[str, float | str]) -> str:
    """A row for people."""
    return (
        f"seed {seed}  {one['schedule']:<20} {one['fetches']:>9,} fetches  {one['seen_share']:6.1%} of "
        f"{one['edits']:,} edits seen  {one['within_a_day']:6.1%} within a day  {one['noticed_share']:6.1%} noticed"
        f"  {one['per_1000']:6.1f} per 1,000 fetches"
        f"  delay {one['delay_median_minutes']:.0f} min median, {one['delay_mean_hours']:.1f} h mean"
    )


if __name__ == "__main__":
    main()
