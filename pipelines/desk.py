"""What the stages of one run share."""

import attrs
from sqlalchemy import Engine

from pipelines.workers import Workers
from storage.memory import Memory
from storage.record import Ledger
from storage.recorder import Recorder


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
