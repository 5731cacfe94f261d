"""`/sources`, `/runs` and `/status`: what is visited, what ran, and what looks wrong."""

from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException

from storage import source_views
from storage.cursor import Cursor
from web import context
from web.api import values
from web.api.operation import Asked, Operation
from web.api.parameters import CURSOR, LIMIT, name_in_path, number

SOURCE = name_in_path("source", "A source's name.")
RUN = number("run", "A run's number.", place="path")

_RUNS_OF_SOURCE = 20
# Runs go by their numbers: their cursors need no time.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def _sources(asked: Asked) -> dict[str, Any]:
    found = context.cache(asked.request).get(
        "sources", lambda: source_views.sources(asked.archive, asked.now), steady=True
    )
    return {"items": list(map(values.source, found)), "next": None}


def _source(asked: Asked) -> dict[str, Any]:
    return values.report(source_views.source(asked.archive, asked.get(SOURCE), asked.now, runs=_RUNS_OF_SOURCE))


def _runs(asked: Asked) -> dict[str, Any]:
    place, limit = asked.place, asked.get(LIMIT)
    found = asked.archive.runs(limit + 1, before=place.id if place is not None else None)
    more = Cursor(NO_TIME, found[limit - 1].run) if len(found) > limit else None
    return asked.part([one.as_json() for one in found[:limit]], more)


def _run(asked: Asked) -> dict[str, Any]:
    wanted = asked.get(RUN) or 0
    found = asked.archive.run(wanted)
    if found is None:
        raise HTTPException(404, f"There is no run {wanted}. /api/v1/runs lists what there is.")
    return found.as_json()


def _status(asked: Asked) -> dict[str, Any]:
    # It counts everything: what shows it keeps it for a while.
    state: dict[str, Any] = context.cache(asked.request).get(
        "status", lambda: asked.archive.status(to_readers=True), steady=True
    )
    return state


OPERATIONS = (
    Operation(
        name="sources",
        path="/sources",
        summary="The sources, by name.",
        answer="Sources",
        work=_sources,
    ),
    Operation(
        name="source",
        path="/sources/{source}",
        summary="A source with its latest runs.",
        parameters=(SOURCE,),
        answer="SourceReport",
        work=_source,
        not_found=True,
    ),
    Operation(
        name="runs",
        path="/runs",
        summary="Crawls, imports and other runs, the latest first.",
        parameters=(LIMIT, CURSOR),
        answer="Runs",
        work=_runs,
    ),
    Operation(
        name="run",
        path="/runs/{run}",
        summary="A run with its outcomes.",
        parameters=(RUN,),
        answer="Run",
        work=_run,
        not_found=True,
    ),
    Operation(
        name="status",
        path="/status",
        summary="What ran, what is due and what looks wrong, as `status --json` prints it, without what is withheld.",
        answer="Status",
        work=_status,
    ),
)
