"""The API's own description, as an OpenAPI 3.1 document."""

from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus
from importlib import metadata
from typing import Any

from web.api import archiving
from web.api.operation import PREFIX, Operation
from web.api.parameters import Parameter
from web.api.schemas import SCHEMAS, ref

_PROBLEMS = {
    HTTPStatus.BAD_REQUEST: "A parameter cannot be read.",
    HTTPStatus.UNAUTHORIZED: "A password or token is asked for.",
    HTTPStatus.FORBIDDEN: "That is not allowed here.",
    HTTPStatus.NOT_FOUND: "There is no such thing.",
    HTTPStatus.CONTENT_TOO_LARGE if hasattr(HTTPStatus, "CONTENT_TOO_LARGE") else HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "The body is too large."
    ),
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is too long.",
    HTTPStatus.MISDIRECTED_REQUEST: "The archive does not answer to that name.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is no JSON by its type.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The body is no address that can be archived.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too much was asked at once.",
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS: "It is withheld, with the reason.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The archive cannot answer that now.",
}
_ALWAYS = (400, 401, 403, 414, 421, 429, 503)


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The document."""
    paths: dict[str, Any] = {}
    for one in operations:
        paths[PREFIX + one.path] = {"get": _operation(one)}
    paths[PREFIX + archiving.PATH] = {"post": _archive()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Backissue",
            "version": _version(),
            "description": "What the archive holds, as JSON. Errors are problem+json (RFC 9457). Lists come in parts: "
            "`next` is the cursor of the part after, and null at the end. Every answer has an ETag.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        # With and without a token: an archive that only this machine can reach asks for none.
        "security": [{}, {"token": []}],
    }


def _operation(one: Operation) -> dict[str, Any]:
    problems = (*_ALWAYS, *((404, 451) if one.not_found else ()))
    return {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": list(map(_parameter, one.parameters)),
        "responses": {
            "200": {
                "description": "It is there.",
                "headers": {"ETag": {"schema": {"type": "string"}, "description": "For If-None-Match."}},
                "content": {"application/json": {"schema": ref(one.answer)}},
            },
            "304": {"description": "The reader has it already."},
            **_problems(problems),
        },
    }


def _archive() -> dict[str, Any]:
    return {
        "operationId": "archive",
        "summary": "Has a page archived: its address goes on a queue, and a worker sees to it.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": ref("ToArchive")}}},
        "responses": {
            "202": {
                "description": "It is on the queue, or was already.",
                "headers": {"Location": {"schema": {"type": "string"}, "description": "The job."}},
                "content": {"application/json": {"schema": ref("Job")}},
            },
            **_problems((*_ALWAYS, 413, 415, 422)),
        },
    }


def _problems(statuses: Sequence[int]) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {str(one): {"description": _PROBLEMS[HTTPStatus(one)], "content": content} for one in sorted(statuses)}


def _parameter(one: Parameter[Any]) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": one.place,
        "required": one.required,
        "description": one.description,
        "schema": dict(one.schema),
    }


@lru_cache(maxsize=1)
def _version() -> str:
    try:
        return metadata.version("backissue")
    except metadata.PackageNotFoundError:
        return "0"
