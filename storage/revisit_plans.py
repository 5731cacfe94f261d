"""Keeps what revisits are decided by: each page's last visit and edits, each scope's habits and purse.

`storage.revisits` decides; this reads and writes. Every function runs inside the caller's transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import BindParameter, Connection, bindparam, select, update

from storage import revisits
from storage.edit_model import EditModel, Learnt, Page, Seen
from storage.errors import InvalidURL
from storage.outcome import Outcome
from storage.revisits import Due, Mode, Purse
from storage.tables import FrontierRow, RevisitPlanRow, UTCDateTime, table
from storage.urls import key

# Visits a day where a source does not say: one every 43 seconds on average. A newsroom with a hundred articles a day
# gets twenty visits an article.
USUAL_BUDGET = 2_000

# What a visit knows of the page, whether or not anything had changed.
_STANDS = frozenset({Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED})
_STANDING = tuple(outcome.value for outcome in _STANDS)

# Put together once, as in `storage.pages`.
_ENTRY: BindParameter[int] = bindparam("entry")
_plan = table(RevisitPlanRow)
_frontier = table(FrontierRow)
_KNOWN = (
    select(
        FrontierRow.attempts,
        FrontierRow.found_at,
        FrontierRow.born_at,
        FrontierRow.seen_at,
        FrontierRow.edits,
        FrontierRow.expected,
        FrontierRow.signalled_at,
        RevisitPlanRow.id.label("plan"),
        RevisitPlanRow.mode,
        RevisitPlanRow.budget,
        RevisitPlanRow.visits,
        RevisitPlanRow.visits_at,
        RevisitPlanRow.learnt,
        RevisitPlanRow.archive,
    )
    .select_from(FrontierRow)
    .outerjoin(RevisitPlanRow, RevisitPlanRow.scope == FrontierRow.scope)
    .where(FrontierRow.id == _ENTRY)
)
_KEEP_LEARNT = update(_plan).where(_plan.c.id == bindparam("plan"))
_POSTPONE = update(_frontier).where(_frontier.c.id == _ENTRY)
_SIGNAL = (
    update(_frontier)
    .where(
        _frontier.c.scope == bindparam("of"),
        _frontier.c.kind == "article",
        _frontier.c.key == bindparam("page"),
        _frontier.c.seen_at < bindparam("dated", type_=UTCDateTime()),
    )
    .values(signalled_at=bindparam("dated", type_=UTCDateTime()))
)
_AT: BindParameter[datetime] = bindparam("at", type_=UTCDateTime())
_CALL = _SIGNAL.where(_frontier.c.state == "done", _frontier.c.due_at > _AT).values(due_at=_AT)


@attrs.frozen
class _Kept:
    """A scope's model, and what it was made of."""

    learnt: bytes
    archive: bytes
    model: EditModel


# By plan: most visits follow one of the same scope. For the same bytes only: a transaction may have been undone, and
# another process may have learnt something.
_models: dict[int, _Kept] = {}


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


def after_visit(connection: Connection, entry: int, ended: Ended) -> dict[str, Any]:
    """The columns of a frontier's row after a visit, with what the visit has taught about its scope kept."""
    known = connection.execute(_KNOWN, {"entry": entry}).one()
    outcome, now = ended.outcome, ended.now
    attempts = known.attempts + 1 if outcome in (Outcome.FAILED, Outcome.REFUSED) else 0
    born_at = known.born_at
    if born_at is None and outcome in _STANDS:
        born_at = revisits.born(ended.published_at, known.found_at)
    columns: dict[str, Any] = {"attempts": attempts, "born_at": born_at}
    page = Page(known.edits, known.expected)
    model = None
    if outcome in _STANDS:
        columns |= {"seen_at": now, "signalled_at": None}
        if known.plan is not None:
            model, learnt = _model(known), known.learnt
            if outcome is not Outcome.NEW and known.seen_at is not None and known.seen_at < now:
                changed = outcome is Outcome.CHANGED
                seen = Seen(revisits.hours(born_at), revisits.hours(known.seen_at), revisits.hours(now))
                page = model.learn(page, seen, changed=changed)
                if known.signalled_at is not None:
                    model.learn_signal(changed=changed)
                learnt = model.own.packed()
                connection.execute(_KEEP_LEARNT, {"plan": known.plan, "learnt": learnt})
                columns |= {"edits": page.edits, "expected": page.expected}
            _models[known.plan] = _Kept(learnt, known.archive, model)
    columns["due_at"] = _next(entry, ended, attempts, born_at, known, model, page)
    return columns


def _model(known: Any) -> EditModel:
    """What a scope has learnt by now, as the database has it. It is the caller's alone until it is put back."""
    kept = _models.pop(known.plan, None)
    if kept is not None and kept.learnt == known.learnt and kept.archive == known.archive:
        return kept.model
    return EditModel(Learnt.unpacked(known.learnt), Learnt.unpacked(known.archive))


def _next(
    entry: int, ended: Ended, attempts: int, born_at: datetime | None, known: Any, model: EditModel | None, page: Page
) -> datetime:
    now = ended.now
    if ended.recheck_at is not None:
        return ended.recheck_at
    without = revisits.next_without_article(ended.outcome, now=now, attempts=attempts)
    if without is not None:
        return without
    if model is None or born_at is None or known.mode == "tiers":
        return revisits.next_by_tiers(now=now, changed_at=ended.changed_at)
    purse = Purse(known.visits, known.visits_at).filled(known.budget, now)
    return revisits.next_by_likelihood(
        model, page, entry=entry, born=born_at, now=now, due_when=purse.due_when(known.budget)
    )


def configure(connection: Connection, scope: str, *, mode: Mode, budget: int, now: datetime) -> None:
    """Take over what the configuration says of a scope, and what the whole archive has learnt by now: at each start of
    a crawl."""
    rows = connection.execute(select(RevisitPlanRow.scope, RevisitPlanRow.budget, RevisitPlanRow.learnt)).all()
    archive = Learnt.together(Learnt.unpacked(row.learnt) for row in rows).packed()
    before = next((row for row in rows if row.scope == scope), None)
    values: dict[str, Any] = {"mode": mode, "budget": budget, "archive": archive}
    if before is None or before.budget != budget:
        purse = Purse.half_full(budget, now)
        values |= {"visits": purse.visits, "visits_at": purse.at}
    if before is None:
        connection.execute(_plan.insert().values(scope=scope, learnt=Learnt().packed(), **values))
    else:
        connection.execute(update(_plan).where(_plan.c.scope == scope).values(**values))


def take_due(connection: Connection, scope: str, *, now: datetime) -> list[int]:
    """The rows of a scope's done articles that are to be visited now: what is due, as far as its purse pays for it.

    What it does not pay for is due again a little later.
    """
    due = (
        FrontierRow.scope == scope,
        FrontierRow.state == "done",
        FrontierRow.kind == "article",
        FrontierRow.due_at <= now,
    )
    plan = connection.execute(select(RevisitPlanRow).where(RevisitPlanRow.scope == scope)).first()
    if plan is None or plan.mode == "tiers":
        query = select(FrontierRow.id).where(*due).order_by(FrontierRow.due_at.desc(), FrontierRow.id)
        return list(connection.execute(query).scalars())
    columns = (
        FrontierRow.id,
        FrontierRow.born_at,
        FrontierRow.seen_at,
        FrontierRow.edits,
        FrontierRow.expected,
        FrontierRow.signalled_at,
        FrontierRow.outcome,
    )
    rows = connection.execute(select(*columns).where(*due).order_by(FrontierRow.id)).all()
    if not rows:
        return []
    model = EditModel(Learnt.unpacked(plan.learnt), Learnt.unpacked(plan.archive))
    trust, at = model.trust(), revisits.hours(now)
    found: list[Due] = []
    for row in rows:
        if row.outcome not in _STANDING or row.seen_at is None or row.born_at is None:
            found.append(Due(row.id, 0.0, True))
            continue
        seen = Seen(revisits.hours(row.born_at), revisits.hours(row.seen_at), at)
        likelihood = model.likelihood(Page(row.edits, row.expected), seen)
        if row.signalled_at is not None:
            likelihood = max(likelihood, trust)
        found.append(Due(row.id, likelihood, now >= revisits.floor(row.id, row.born_at, row.seen_at)))
    chosen, purse = revisits.choose(found, Purse(plan.visits, plan.visits_at).filled(plan.budget, now))
    left = {"visits": purse.visits, "visits_at": purse.at}
    connection.execute(update(_plan).where(_plan.c.id == plan.id).values(**left))
    taken = {one.entry for one in chosen}
    if later := [
        {"entry": row.id, "due_at": revisits.postponed(row.seen_at, now)} for row in rows if row.id not in taken
    ]:
        connection.execute(_POSTPONE, later)
    return [one.entry for one in chosen]


def signal(connection: Connection, scope: str, dated: Iterable[tuple[str, datetime]], *, now: datetime) -> None:
    """Take in the dates of change that a listing gives: a page whose last visit is older is due now, where such dates
    of this scope have been right often enough; in any case its next visit tells whether this one was.

    `dated`: URLs with their dates. What lies in the future says nothing.
    """
    wanted = []
    for url, date in dated:
        if date <= now:
            try:
                wanted.append({"of": scope, "page": key(url), "dated": date})
            except InvalidURL:
                continue  # `frontier.add` counts it.
    if not wanted:
        return
    plan = connection.execute(select(RevisitPlanRow).where(RevisitPlanRow.scope == scope)).first()
    calls = plan is not None and _believed(plan, now)
    if calls:
        connection.execute(_CALL, [one | {"at": now} for one in wanted])
    connection.execute(_SIGNAL, wanted)


def _believed(plan: Any, now: datetime) -> bool:
    trust = EditModel(Learnt.unpacked(plan.learnt), Learnt()).trust()
    return trust >= Purse(plan.visits, plan.visits_at).filled(plan.budget, now).due_when(plan.budget)


def is_anything_due(connection: Connection, scopes: Iterable[str], now: datetime) -> bool:
    """Whether a crawl of what is due would find anything to do."""
    query = select(FrontierRow.id).where(
        FrontierRow.scope.in_(list(scopes)),
        FrontierRow.kind == "article",
        FrontierRow.due_at <= now,
    )
    return connection.execute(query.limit(1)).first() is not None
