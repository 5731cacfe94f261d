"""One thing that the API does: its parameters, its answer, and the endpoint that is made of it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

import attrs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from storage.archive import Archive
from storage.cursor import Cursor
from web import context
from web.api import cursors
from web.api.parameters import CURSOR, Parameter, read_all

T = TypeVar("T")
PREFIX = "/api/v1"


@attrs.frozen
class Asked:
    """A question, with what its parameters say."""

    request: Request
    values: Mapping[str, Any]

    def get(self, parameter: Parameter[T]) -> T:
        """A parameter's value."""
        value: T = self.values[parameter.name]
        return value

    @property
    def archive(self) -> Archive:
        return context.archive(self.request)

    @property
    def now(self) -> datetime:
        """Aware, UTC."""
        return context.now(self.request)

    @property
    def place(self) -> Cursor | None:
        """Where the list goes on. Raises BadCursor."""
        return cursors.read(self.get(CURSOR), self._list)

    def part(self, items: Sequence[Any], place: Cursor | None, **more: Any) -> dict[str, Any]:
        """A part of a list."""
        return {"items": list(items), "next": cursors.written(place, self._list), **more}

    @property
    def _list(self) -> str:
        """The list and its filters; how many at a time makes no difference."""
        kept = sorted((name, str(value)) for name, value in self.values.items() if name not in ("cursor", "limit"))
        return f"{self.request.url.path}?{urlencode(kept, errors='surrogatepass')}"


@attrs.frozen(kw_only=True)
class Operation:
    """One thing that can be asked."""

    name: str
    """Of the operation, in the document; one word or some, joined by lines."""
    path: str
    """Behind the prefix."""
    summary: str
    answer: str
    """The name of the schema of what is answered."""
    work: Callable[[Asked], Any]
    """What is answered, as JSON."""
    parameters: tuple[Parameter[Any], ...] = ()
    method: Literal["GET", "POST"] = "GET"
    not_found: bool = False
    """What is asked for by name may not be there, or be withheld."""

    @property
    def route(self) -> Route:
        """Its route: GET and HEAD."""
        return Route(PREFIX + self.path, self.endpoint, methods=[self.method])

    def endpoint(self, request: Request) -> Response:
        """Answer a request."""
        values = read_all(
            self.parameters, request.query_params.multi_items(), request.path_params, context.now(request)
        )
        value = self.work(Asked(request, values))
        return answer(request, value)


def answer(request: Request, value: Any, *, media_type: str = "application/json") -> Response:
    """A value as JSON. A reader that has this very answer already gets a 304."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if isinstance(value, dict) and value.get("next"):
        again = [(name, given) for name, given in request.query_params.multi_items() if name != "cursor"]
        headers["Link"] = f'<{request.url.path}?{urlencode([*again, ("cursor", value["next"])])}>; rel="next"'
    if has_it(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def has_it(request: Request, etag: str) -> bool:
    """Whether the reader has an answer with that tag (RFC 9110 13.1.2: by the weak comparison)."""
    tags = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return "*" in tags or etag in tags
