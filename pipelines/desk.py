"""What the stages of one run share."""

import attrs
from sqlalchemy import Engine

from pipelines.workers import Workers
from storage.memory import Memory
from storage.record import Ledger
from storage.recorder import Recorder
from storage.rule_book import RuleBook
from storage.rules import SiteRules
from storage.sources import Source


@attrs.frozen(kw_only=True)
class Desk:
    """The tools that a run's spider brings along and its pipelines use."""

    recorder: Recorder
    workers: Workers
    reader: Engine
    """For look-ups; never writes."""
    ledger: Ledger
    memory: Memory
    """The generation that the run began with: text never depends on the order of pages within a run."""
    book: RuleBook = attrs.field(factory=RuleBook)
    """The publishers' own rules."""
    source: Source | None = None
    """Whose pages these are. None: of no source in particular."""

    def rules_for(self, url: str) -> SiteRules | None:
        """The rules that a page is read by; the same ones all through the run."""
        return self.book.rules_for(url, self.source)
