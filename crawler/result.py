"""How a run ended, as the process of crawling tells it."""

from collections import Counter
from typing import Literal

import attrs

from storage.outcome import ERRORS


@attrs.define(kw_only=True)
class Result:
    """How a run ended."""

    name: str
    run: int | None = None
    state: Literal["done", "failed", "limited", "interrupted"] = "done"
    outcomes: Counter[str] = attrs.field(factory=Counter)
    listings: int = 0
    listings_failed: int = 0
    skipped: Counter[str] = attrs.field(factory=Counter)
    notes: list[str] = attrs.field(factory=list)
    """One line each: what waits for the next run, and why."""
    problems: list[str] = attrs.field(factory=list)
    """One line each: listings, files and runs that failed."""

    @property
    def exit_code(self) -> int:
        """0 done, 1 something failed, 3 stopped by a limit, 130 interrupted."""
        if self.state == "interrupted":
            return 130
        if self.state == "failed" or self.problems or any(self.outcomes[o.value] for o in ERRORS):
            return 1
        return 3 if self.state == "limited" else 0
