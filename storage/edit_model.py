"""How likely it is that a page was edited since it was last seen: learnt from what visits saw, by age, hour and site.

The model, in the terms of survival analysis: edits of a page are a Poisson process whose rate falls as one over the
page's age (which is how edits of news are spread: Spangher et al., NewsEdits, 2022), times a factor of its bucket of
age, times one of the hour of the day, times the page's own (a gamma frailty: pages that were edited are edited again).
A visit says only whether there was an edit since the one before; how many, and when, is filled in by expectation, as in
the EM algorithm, a step a visit. Every factor is shrunk: a page's towards its source's, a source's towards the
archive's, that towards a rate from the literature.

Nothing here knows of databases or clocks. Times are hours since the epoch in UTC, as floats; a million of these sums
are done in a simulation.
"""

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from operator import mul

import attrs

# Ends of the buckets of age, in hours: doubling, as the rate falls with age. 8,766 hours are a year.
EDGES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8766.0)
BUCKETS = len(EDGES) + 1
HOURS = 24

# NewsEdits: 4.61 million versions of 1.28 million articles, so 2.6 edits an article; spread evenly over the logarithm
# of its age from six minutes to two months (9.6 e-folds) that is a rate of 0.27. It only holds until visits say better.
USUAL_RATE = 2.6 / math.log(60 * 24 / 0.1)

# How many pages' e-folds (the archive's) the literature weighs, and how many of a source's own the archive does.
LITERATURE_WEIGHT = 20.0
ARCHIVE_WEIGHT = 40.0
# How many edits of a source's own it takes for its own hours to weigh as much as the archive's.
HOURS_WEIGHT = 100.0

# Shape of the gamma distribution of pages' own factors around their source's. Edits per article are spread about as
# widely as their mean in every corpus (many have none, a few have dozens), which is a shape near 1.
PAGE_SHAPE = 1.0

# What was learnt is halved when it exceeds so many e-folds, so that a newsroom may change its habits.
MOST_EXPOSURE = 50_000.0

# Beyond this an interval holds every hour of the day, and the hours say nothing.
DAY = 24.0

# Of 304s and 200s to a visit that a feed's or a sitemap's date called for: as many hits as misses to begin with, but
# believed for no more than four visits.
SIGNAL_HITS, SIGNAL_MISSES = 2.0, 2.0


def _mass(age: float) -> float:
    """The integral of one over the age, from birth; the first quarter of an hour at the rate at its end, so that it is
    finite."""
    return age / EDGES[0] if age < EDGES[0] else 1.0 + math.log(age / EDGES[0])


def _age(mass: float) -> float:
    """The age at which `_mass` is this."""
    return mass * EDGES[0] if mass < 1.0 else EDGES[0] * math.exp(mass - 1.0)


# A part of an interval: its bucket of age, its hour of the day (None: all of them), the integral of one over the age.
Piece = tuple[int, int | None, float]


@attrs.define
class Learnt:
    """What visits have seen: edits (by expectation) against the exposure in which they were seen."""

    edits: "array[float]" = attrs.field(factory=lambda: array("d", bytes(8 * BUCKETS)))
    """By bucket of age."""
    exposure: "array[float]" = attrs.field(factory=lambda: array("d", bytes(8 * BUCKETS)))
    """By bucket of age: the edits that there would have been at a rate of one per e-fold."""
    hour_edits: "array[float]" = attrs.field(factory=lambda: array("d", bytes(8 * HOURS)))
    hour_exposure: "array[float]" = attrs.field(factory=lambda: array("d", bytes(8 * HOURS)))
    """By hour of the day: the edits that there would have been if all hours were alike."""
    signals: "array[float]" = attrs.field(factory=lambda: array("d", bytes(16)))
    """Visits that a listing's date called for: those that found a change, and all."""

    def packed(self) -> bytes:
        """As the database keeps it: numbers of eight bytes, in the order of the fields."""
        return b"".join(part.tobytes() for part in self._parts())

    @classmethod
    def unpacked(cls, packed: bytes | None) -> "Learnt":
        """What `packed` packed; nothing learnt for none, and for what another version packed."""
        learnt = cls()
        parts = learnt._parts()
        if packed is None or len(packed) != 8 * sum(map(len, parts)):
            return learnt
        start = 0
        for part in parts:
            size = len(part)
            del part[:]
            part.frombytes(packed[start : start + 8 * size])
            start += 8 * size
        return learnt

    @classmethod
    def together(cls, several: "Iterable[Learnt]") -> "Learnt":
        """All that several have learnt."""
        total = cls()
        for one in several:
            for into, part in zip(total._parts(), one._parts(), strict=True):
                for i, value in enumerate(part):
                    into[i] += value
        return total

    def _parts(self) -> tuple["array[float]", ...]:
        return self.edits, self.exposure, self.hour_edits, self.hour_exposure, self.signals

    def forget_half(self) -> bool:
        """Halve everything where it is more than a newsroom's habits last. Returns whether it was."""
        if sum(self.exposure) <= MOST_EXPOSURE:
            return False
        for part in self._parts():
            for i, value in enumerate(part):
                part[i] = value / 2
        return True


@attrs.frozen
class Page:
    """What visits of one page have seen."""

    edits: float = 0.0
    """By expectation."""
    expected: float = 0.0
    """As many as its source's rate would have made in the same time."""


@attrs.frozen
class Seen:
    """The time between two visits of a page. In hours since the epoch."""

    born: float
    """When it was published."""
    start: float
    end: float


class EditModel:
    """Rates of one source, from what it and the whole archive have learnt."""

    def __init__(self, own: Learnt, archive: Learnt):
        """`own` changes with what is learnt; nothing else may change it meanwhile."""
        self.own = own
        literature, share = LITERATURE_WEIGHT * USUAL_RATE, HOURS_WEIGHT / HOURS
        self._usual = [
            (literature + edits) / (LITERATURE_WEIGHT + exposure)
            for edits, exposure in zip(archive.edits, archive.exposure, strict=True)
        ]
        """The archive's edits per e-fold of age, by bucket of it."""
        self._usual_weights = [
            (share + edits) / (share + exposure)
            for edits, exposure in zip(archive.hour_edits, archive.hour_exposure, strict=True)
        ]
        self._weights = [0.0] * HOURS
        self._work_out(range(HOURS))

    def likelihood(self, page: Page, seen: Seen) -> float:
        """How likely it is that the page was edited in that time, 0 to 1."""
        return self._likely(page, sum(self._shares(pieces(seen))))

    def when(self, page: Page, born: float, start: float, likelihood: float, latest: float) -> float:
        """When the page will have been edited since `start` with that likelihood; `latest` where that comes first."""
        shape, rate = PAGE_SHAPE + page.edits, PAGE_SHAPE + page.expected
        # Solved for the expectation: one minus the gamma mixture's chance of no edit is the likelihood.
        left = rate * ((1.0 - likelihood) ** (-1.0 / shape) - 1.0)
        age = max(start - born, 0.0)
        bucket, before, now, first_day = bisect_right(EDGES, age), _mass(age), start, start + DAY
        if self._rates[bucket] * self._mean * (_mass(age + DAY) - before) < left / 2:
            # Nowhere near within a day: which hours are busy does not matter.
            first_day = start
        while now < latest:
            edge = born + EDGES[bucket] if bucket < len(EDGES) else math.inf
            if now < first_day:
                stop = min(latest, edge, math.floor(now) + 1.0)
                rate_here = self._rates[bucket] * self._weights[int(now) % HOURS]
            else:
                stop = min(latest, edge)
                rate_here = self._rates[bucket] * self._mean
            # An edge may round to where we are.
            if stop > now:
                after = _mass(max(stop - born, 0.0))
                gain = rate_here * (after - before)
                if gain >= left:
                    return min(latest, born + _age(before + left / rate_here))
                left -= gain
                now, before = stop, after
            if stop >= edge:
                bucket += 1
        return latest

    def learn(self, page: Page, seen: Seen, *, changed: bool) -> Page:
        """Take in what a visit saw; returns the page as it is known now. Changes `own`, and with it the rates."""
        own, factor = self.own, (PAGE_SHAPE + page.edits) / (PAGE_SHAPE + page.expected)
        parts = pieces(seen)
        shares = self._shares(parts)
        expected = sum(shares)
        if expected <= 0.0:
            return page
        # The mean of a count that is known to be one or more.
        found = factor * expected / self._likely(page, expected) if changed else 0.0
        for (bucket, hour, mass), share in zip(parts, shares, strict=True):
            rate, edits = self._rates[bucket], found * share / expected
            own.exposure[bucket] += factor * share / rate
            own.edits[bucket] += edits
            if hour is not None:
                own.hour_exposure[hour] += factor * rate * mass
                own.hour_edits[hour] += edits
        halved = own.forget_half()
        self._work_out(range(HOURS) if halved else {hour for _, hour, _ in parts if hour is not None})
        return Page(page.edits + found, page.expected + expected)

    def trust(self) -> float:
        """How likely it is that a page was edited that a listing dates later than its last visit, 0 to 1."""
        hits, all_of_them = self.own.signals
        return (SIGNAL_HITS + hits) / (SIGNAL_HITS + SIGNAL_MISSES + all_of_them)

    def learn_signal(self, *, changed: bool) -> None:
        """Take in whether a visit that a listing's date called for found a change. Changes `own`."""
        self.own.signals[0] += changed
        self.own.signals[1] += 1.0

    def _likely(self, page: Page, expected: float) -> float:
        shape, rate = PAGE_SHAPE + page.edits, PAGE_SHAPE + page.expected
        return -math.expm1(-shape * math.log1p(expected / rate))

    def _shares(self, parts: Iterable[Piece]) -> list[float]:
        """Edits of an average page of the source in each part of a time."""
        rates, weights, mean = self._rates, self._weights, self._mean
        return [rates[bucket] * (mean if hour is None else weights[hour]) * mass for bucket, hour, mass in parts]

    def _work_out(self, hours: Iterable[int]) -> None:
        """The rates and weights by what is learnt now. `hours`: those of which something is."""
        own = self.own
        share = HOURS_WEIGHT / HOURS
        for hour in hours:
            weight = share * self._usual_weights[hour] + own.hour_edits[hour]
            self._weights[hour] = weight / (share + own.hour_exposure[hour])
        self._mean = sum(self._weights) / HOURS
        weighs = ARCHIVE_WEIGHT * USUAL_RATE
        # How much more than the archive the source edits.
        habit = (weighs + sum(own.edits)) / (weighs + sum(map(mul, self._usual, own.exposure)))
        prior = ARCHIVE_WEIGHT * habit
        self._rates = [
            (prior * usual + edits) / (ARCHIVE_WEIGHT + exposure)
            for usual, edits, exposure in zip(self._usual, own.edits, own.exposure, strict=True)
        ]


def pieces(seen: Seen) -> list[Piece]:
    """An interval, cut at the edges of age, and where it is shorter than a day at every hour."""
    found: list[Piece] = []
    now, born, end = seen.start, seen.born, seen.end
    by_hour = end - now < DAY
    age = max(now - born, 0.0)
    bucket, before = bisect_right(EDGES, age), _mass(age)
    while now < end:
        edge = born + EDGES[bucket] if bucket < len(EDGES) else math.inf
        stop = min(end, edge, math.floor(now) + 1.0) if by_hour else min(end, edge)
        # An edge may round to where we are.
        if stop > now:
            after = _mass(max(stop - born, 0.0))
            found.append((bucket, int(now) % HOURS if by_hour else None, after - before))
            now, before = stop, after
        if stop >= edge:
            bucket += 1
    return found
