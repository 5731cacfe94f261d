"""What is answered where something is not there, was asked wrongly, or failed: a page, or problem+json (RFC 9457)."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from storage.errors import BackissueError, PageNotFound, RefusedURL, SourceNotFound, UsageError, Withheld
from storage.queue import JobNotFound, QueueFull
from web.context import render

logger = logging.getLogger(__name__)

# What programs read: they get problem+json.
FOR_PROGRAMS = ("/api/", "/cdx", "/timemap", "/timegate", "/web/")

_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address. Check it, or begin at the front page.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method. Read it with GET.",
}
_FAILED = "Something went wrong here. It was logged; try again, and look at the server's log if it stays so."


def answer(request: Request, status: int, sentence: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """An error: a page for readers, problem+json for programs."""
    title = HTTPStatus(status).phrase
    if request.url.path.startswith(FOR_PROGRAMS):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": sentence}
        return JSONResponse(problem, status, dict(headers or {}), "application/problem+json")
    return render(request, "error.html", status=status, headers=headers, title=title, sentence=sentence)


def status_of(error: BackissueError) -> int:
    """The HTTP status that says what a storage error says."""
    if isinstance(error, PageNotFound | SourceNotFound | JobNotFound):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, Withheld):
        return HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS
    if isinstance(error, QueueFull):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(error, UsageError | RefusedURL):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.INTERNAL_SERVER_ERROR


def sentence_of(error: Exception) -> str:
    """What an error says to readers."""
    return error.for_readers if isinstance(error, Withheld) else str(error)


def _of_storage(request: Request, error: Exception) -> Response:
    status = status_of(error) if isinstance(error, BackissueError) else HTTPStatus.INTERNAL_SERVER_ERROR
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return answer(request, status, sentence_of(error))


def _of_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return _unexpected(request, error)
    status = HTTPStatus(error.status_code)
    said = error.detail if error.detail != status.phrase else _SENTENCES.get(status, f"{status.phrase}.")
    return answer(request, status, said, headers=error.headers)


def _unexpected(request: Request, error: Exception) -> Response:
    # The traceback is logged by the server, which gets the error after this.
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED)


HANDLERS: Mapping[Any, Callable[[Request, Exception], Response]] = {
    HTTPException: _of_http,
    BackissueError: _of_storage,
    Exception: _unexpected,
}
