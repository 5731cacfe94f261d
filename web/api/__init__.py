"""The JSON API, `/api/v1/`: an operation a question, its document, and a page that says the same to people."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from web.api import archiving, changes, openapi, pages, searching, sources, stories
from web.api.operation import PREFIX, Asked, Operation, answer
from web.context import render

OPERATIONS: tuple[Operation, ...] = (
    *searching.OPERATIONS, *pages.OPERATIONS, *changes.OPERATIONS, *stories.OPERATIONS, *sources.OPERATIONS,
    *archiving.OPERATIONS,
)  # fmt: skip


def _index(asked: Asked) -> dict[str, str]:
    return {one.name: PREFIX + one.path for one in OPERATIONS} | {
        "archive": PREFIX + archiving.PATH, "document": f"{PREFIX}/openapi.json", "manual": f"{PREFIX}/docs",
    }  # fmt: skip


INDEX = Operation(name="index", path="/", summary="Where everything is.", answer="Index", work=_index)


def _document(request: Request) -> Response:
    return answer(request, openapi.document((INDEX, *OPERATIONS)))


def _docs(request: Request) -> Response:
    return render(request, "api.html", document=openapi.document((INDEX, *OPERATIONS)))


_MORE: dict[str, Callable[[Request], Response]] = {"/openapi.json": _document, "/docs": _docs}
ROUTES: list[BaseRoute] = [
    *(one.route for one in (INDEX, *OPERATIONS)),
    archiving.ROUTE,
    *(Route(PREFIX + path, endpoint) for path, endpoint in _MORE.items()),
]
