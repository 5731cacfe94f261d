"""Which pages of a scope are visited now: its plan, its purse, and the dates that its listings give.

`storage.revisits` decides; this reads and writes. What a visit leaves is written by `storage.endings`. Every function
runs inside the caller's transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from storage import revisits
from storage.edit_model import EditModel, Learnt, Page, Seen
from storage.endings import STANDS
from storage.errors import InvalidURL
from storage.revisits import Due, Mode, Purse
from storage.tables import FrontierRow, RevisitPlanRow, UTCDateTime, table
from storage.urls import key

# Visits a day where a source does not say: one every 43 seconds on average. A newsroom with a hundred articles a day
# gets twenty visits an article.
USUAL_BUDGET = 2_000

_STANDING = tuple(outcome.value for outcome in STANDS)

# Put together once, as in `storage.pages`.
_ENTRY: BindParameter[int] = bindparam("entry")
_plan = table(RevisitPlanRow)
_frontier = table(FrontierRow)
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
