"""`/runs`: what ran, and what became of it."""

from starlette.requests import Request
from starlette.responses import Response

from web.context import archive, render


def runs(request: Request) -> Response:
    """The latest runs."""
    return render(request, "runs.html", runs=archive(request).runs(50))
