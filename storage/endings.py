"""How visits end in the frontier, gathered over a transaction: what they have in common is read and written once.

`storage.revisits` and `storage.edit_model` decide when a page is due again; this reads what they need and keeps what
they say.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, bindparam, select, update

from storage import revisits
from storage.edit_model import EditModel, Learnt, Page, Seen
from storage.outcome import Outcome
from storage.revisits import Purse
from storage.tables import FrontierRow, RevisitPlanRow, table

# What a visit knows of the page, whether or not anything had changed.
STANDS = frozenset({Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED})

# Put together once, as in `storage.pages`.
_frontier, _plan = table(FrontierRow), table(RevisitPlanRow)
_KNOWN = select(
    FrontierRow.id,
    FrontierRow.scope,
    FrontierRow.attempts,
    FrontierRow.found_at,
    FrontierRow.born_at,
    FrontierRow.seen_at,
    FrontierRow.edits,
    FrontierRow.expected,
    FrontierRow.signalled_at,
).where(FrontierRow.id.in_(bindparam("entries", expanding=True)))
_PLAN = select(RevisitPlanRow).where(RevisitPlanRow.scope == bindparam("of"))
_END = update(_frontier).where(_frontier.c.id == bindparam("entry"))
_KEEP_LEARNT = update(_plan).where(_plan.c.id == bindparam("plan"))


@attrs.frozen(kw_only=True)
class Ended:
    """How a visit of a frontier's row ended, as far as the next one depends on it."""

    outcome: Outcome
    now: datetime
    published_at: datetime | None = None
    """As the page claims. None: it does not, or was not read."""
    changed_at: datetime | None = None
    """The page's last known change, or its publication. None counts as now."""
    recheck_at: datetime | None = None
    """When to look again whether the page is gone. None: nothing says that it is."""


@attrs.define
class _Scope:
    """What is known of a scope, and what the visits of the transaction have taught so far."""

    plan: Any
    learnt: bytes
    model: EditModel | None = None
    """None: what it knew may be half of a lesson; it is made anew of `learnt`."""

    def own_model(self) -> EditModel:
        if self.model is None:
            self.model = EditModel(Learnt.unpacked(self.learnt), Learnt.unpacked(self.plan.archive))
        return self.model


class Endings:
    """The ends of article URLs in one transaction."""

    def __init__(self, connection: Connection, entries: Iterable[int]):
        """`entries`: the rows of the frontier that may end."""
        self._connection = connection
        self._known: dict[int, dict[str, Any]] = {}
        if wanted := list(entries):
            rows = connection.execute(_KNOWN, {"entries": wanted}).mappings()
            self._known = {row["id"]: dict(row) for row in rows}
        self._scopes: dict[str, _Scope | None] = {}
        self._ended: dict[int, dict[str, Any]] = {}

    def end(self, entry: int, ended: Ended, *, error: str | None) -> None:
        """Note how an article URL ended and when it is due again, for `write`. Raises KeyError where it was not named
        to begin with. Where it raises anything, nothing is noted and nothing learnt."""
        known = self._known[entry]
        scope = self._scope(known["scope"])
        try:
            columns, learnt = _after(known, scope, ended)
        except BaseException:
            if scope is not None:
                scope.model = None
            raise
        if scope is not None and learnt is not None:
            scope.learnt = learnt
        state = {"entry": entry, "state": "done", "outcome": ended.outcome.value, "error": error}
        self._ended[entry] = state | columns
        known |= columns

    def write(self) -> None:
        """Bring what was noted into the database."""
        if self._ended:
            self._connection.execute(_END, list(self._ended.values()))
        for scope in self._scopes.values():
            if scope is not None and scope.learnt != scope.plan.learnt:
                self._connection.execute(_KEEP_LEARNT, {"plan": scope.plan.id, "learnt": scope.learnt})
        self._ended, self._scopes = {}, {}

    def _scope(self, name: str) -> _Scope | None:
        """None where the scope has no plan: it goes by tiers."""
        if name not in self._scopes:
            plan = self._connection.execute(_PLAN, {"of": name}).first()
            self._scopes[name] = _Scope(plan, plan.learnt) if plan is not None else None
        return self._scopes[name]


def _after(known: Mapping[str, Any], scope: _Scope | None, ended: Ended) -> tuple[dict[str, Any], bytes | None]:
    """The columns of a frontier's row after a visit; what its scope has learnt by then, None where that is nothing."""
    outcome, now = ended.outcome, ended.now
    attempts = known["attempts"] + 1 if outcome in (Outcome.FAILED, Outcome.REFUSED) else 0
    born_at, page = known["born_at"], Page(known["edits"], known["expected"])
    learnt = model = None
    stands = outcome in STANDS
    if stands:
        born_at = born_at or revisits.born(ended.published_at, known["found_at"])
        if scope is not None:
            model = scope.own_model()
            if outcome is not Outcome.NEW and known["seen_at"] is not None and known["seen_at"] < now:
                changed = outcome is Outcome.CHANGED
                seen = Seen(revisits.hours(born_at), revisits.hours(known["seen_at"]), revisits.hours(now))
                page = model.learn(page, seen, changed=changed)
                if known["signalled_at"] is not None:
                    model.learn_signal(changed=changed)
                learnt = model.own.packed()
    columns = {
        "attempts": attempts,
        "born_at": born_at,
        "seen_at": now if stands else known["seen_at"],
        "signalled_at": None if stands else known["signalled_at"],
        "edits": page.edits,
        "expected": page.expected,
        "due_at": _due(known, scope, ended, attempts=attempts, born_at=born_at, model=model, page=page),
    }
    return columns, learnt


def _due(
    known: Mapping[str, Any],
    scope: _Scope | None,
    ended: Ended,
    *,
    attempts: int,
    born_at: datetime | None,
    model: EditModel | None,
    page: Page,
) -> datetime:
    now = ended.now
    if ended.recheck_at is not None:
        return ended.recheck_at
    without = revisits.next_without_article(ended.outcome, now=now, attempts=attempts)
    if without is not None:
        return without
    if scope is None or model is None or born_at is None or scope.plan.mode == "tiers":
        return revisits.next_by_tiers(now=now, changed_at=ended.changed_at)
    plan = scope.plan
    purse = Purse(plan.visits, plan.visits_at).filled(plan.budget, now)
    return revisits.next_by_likelihood(
        model, page, entry=known["id"], born=born_at, now=now, due_when=purse.due_when(plan.budget)
    )
