"""`/runs` and `/runs/ID`: what ran, and what became of it."""

from starlette.requests import Request
from starlette.responses import Response

from storage.errors import PageNotFound
from storage.finding import is_id
from web.asking import BadQuestion
from web.cache import kept
from web.context import archive, render

A_PART = 50


@kept
def runs(request: Request) -> Response:
    """The latest runs, or those before one."""
    before = request.query_params.get("before")
    if before and not is_id(before):
        raise BadQuestion("before", before, "a run's number")
    found = archive(request).runs(A_PART + 1, before=int(before) if before else None)
    return render(request, "runs.html", runs=found[:A_PART], more=len(found) > A_PART)


@kept
def run(request: Request) -> Response:
    """One run."""
    number = request.path_params["id"]
    found = archive(request).run(int(number)) if is_id(number) else None
    if found is None:
        raise PageNotFound(f"run {number[:60]}")
    return render(request, "run.html", run=found)
