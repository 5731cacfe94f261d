"""Counts on how many distinct articles of a site each line stands. Pure: the same pages give the same counts."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import combinations
from math import fsum

import attrs

from storage.leaves import is_long

# Two captures are one article where half of the shorter one's long lines stand in the other. Measured on sites with
# twelve pages each: with this test no true paragraph was taken for boilerplate, without it up to 48 were.
SHARED_LINES = 0.5

# A line on one article is what articles are made of.
REPEATED = 2


@attrs.frozen(kw_only=True)
class Sheet:
    """The lines of a page's newest capture."""

    page: int
    captured_at: datetime
    keys: frozenset[int]
    """As `storage.leaves.key_of` gives them."""


@attrs.frozen(kw_only=True)
class Sighting:
    """Where a line was seen."""

    articles: int
    """How many distinct articles it stands on."""
    pages: tuple[int, ...]
    """The pages of these articles, in ascending order."""
    first_seen_at: datetime
    last_seen_at: datetime


@attrs.frozen(kw_only=True)
class Count:
    """What a window of pages shows."""

    articles: int
    """Distinct articles."""
    pages: tuple[int, ...]
    """The pages that were counted, in ascending order."""
    first_at: datetime
    """The earliest of their captures."""
    last_at: datetime
    lines: dict[int, Sighting]
    """Lines on REPEATED articles and more, and those that were asked for, where they stand on one."""


def count(sheets: Sequence[Sheet], known: Collection[int] = ()) -> Count:
    """Count the lines of these pages, each page once.

    `known`: lines that the site is known to repeat. They do not speak for two pages being one article, and are
    counted even where they stand on one article alone. There must be a page.
    """
    groups = _articles(sheets, frozenset(known))
    on: dict[int, list[int]] = {}
    for index, group in enumerate(groups):
        for key in frozenset().union(*(sheet.keys for sheet in group)):
            on.setdefault(key, []).append(index)
    lines = {}
    for key, articles in on.items():
        if len(articles) >= REPEATED or key in known:
            having = [sheet for index in articles for sheet in groups[index]]
            dates = [sheet.captured_at for sheet in having if key in sheet.keys]
            lines[key] = Sighting(
                articles=len(articles),
                pages=tuple(sorted({sheet.page for sheet in having})),
                first_seen_at=min(dates),
                last_seen_at=max(dates),
            )
    return Count(
        articles=len(groups),
        pages=tuple(sorted({sheet.page for sheet in sheets})),
        first_at=min(sheet.captured_at for sheet in sheets),
        last_at=max(sheet.captured_at for sheet in sheets),
        lines=lines,
    )


def _articles(sheets: Sequence[Sheet], known: frozenset[int]) -> list[list[Sheet]]:
    """The pages, grouped by article."""
    own = [frozenset(key for key in sheet.keys - known if is_long(key)) for sheet in sheets]
    on = Counter(key for keys in own for key in keys)
    # What many pages share says little about any two of them. A line on two pages counts in full, so that two pages
    # are compared by SHARED_LINES as it was measured.
    weight = {key: 1 / max(1, pages - 1) for key, pages in on.items()}
    # fsum gives the same in any order.
    whole = [fsum(weight[key] for key in keys) for keys in own]
    root = list(range(len(sheets)))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for a, b in combinations(range(len(sheets)), 2):
        shared = own[a] & own[b]
        # Their weights add up to at most their number, which rules most pairs out.
        needed = SHARED_LINES * min(whole[a], whole[b])
        if shared and len(shared) >= needed and fsum(weight[key] for key in shared) >= needed:
            root[max(find(a), find(b))] = min(find(a), find(b))
    groups: dict[int, list[Sheet]] = {}
    for index, sheet in enumerate(sheets):
        groups.setdefault(find(index), []).append(sheet)
    return list(groups.values())
