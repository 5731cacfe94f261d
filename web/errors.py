"""What is answered where something is not there, was asked wrongly, or failed: a page, or problem+json (RFC 9457)."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from storage.errors import BackissueError, DamagedRecord, PageNotFound, RefusedURL, SourceNotFound, UsageError, Withheld
from storage.folder import Folder
from storage.queue import JobNotFound, QueueFull
from storage.search.finder import NotIndexed
from web.context import archive, render, settings
from web.doors.headers import guard

logger = logging.getLogger(__name__)

# What programs read: they get problem+json.
FOR_PROGRAMS = ("/api/", "/feeds/", "/cdx", "/timemap", "/timegate", "/web/")

_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address. Check it, or begin at the front page.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method. Read it with GET.",
}
FAILED = "Something went wrong here. It was logged; try again, and look at the server's log if it stays so."


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
    if isinstance(error, QueueFull | NotIndexed):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(error, UsageError | RefusedURL):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.INTERNAL_SERVER_ERROR


def sentence_of(error: BackissueError, folder: Folder) -> str:
    """What an error says to readers. What failed is for who runs the archive, and so is where that lies."""
    if isinstance(error, Withheld | DamagedRecord | PageNotFound):
        return error.for_readers
    return FAILED if status_of(error) == HTTPStatus.INTERNAL_SERVER_ERROR else folder.unplaced(str(error))


def _of_storage(request: Request, error: Exception) -> Response:
    if not isinstance(error, BackissueError):
        return _unexpected(request, error)
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return answer(request, status, sentence_of(error, archive(request).folder))


def _of_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return _unexpected(request, error)
    status = HTTPStatus(error.status_code)
    said = error.detail if error.detail != status.phrase else _SENTENCES.get(status, f"{status.phrase}.")
    if status == HTTPStatus.METHOD_NOT_ALLOWED and "POST" in (error.headers or {}).get("Allow", ""):
        said = "This address does not take that method. Send to it with POST."
    return answer(request, status, said, headers=error.headers)


def _unexpected(request: Request, error: Exception) -> Response:
    # The traceback is logged by the server, which gets the error after this.
    # It is answered outside of the doors, which would have added these.
    failed = answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, FAILED)
    guard(failed.headers, request, settings(request))
    return failed


HANDLERS: Mapping[Any, Callable[[Request, Exception], Response]] = {
    HTTPException: _of_http,
    BackissueError: _of_storage,
    Exception: _unexpected,
}
