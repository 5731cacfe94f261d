"""The application on the second port. It shows what strangers wrote, so nothing of ours is on this origin."""

import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from storage.archive import Archive
from storage.clock import Clock
from storage.errors import BackissueError, UsageError
from storage.folder import Folder
from storage.timestamps import http_date, moment
from web.context import archive, now, settings
from web.doors import order
from web.doors.refused import Refused
from web.errors import sentence_of, status_of
from web.protocols.addresses import plain, raw_path, url_in
from web.replay.addresses import is_good
from web.settings import Settings

logger = logging.getLogger(__name__)

# /TOKEN/20260302120000/https://example.org/; the token is there where there is a key.
_PATH = re.compile(r"/(?:(?P<token>[0-9a-f]+-[0-9a-f]+)/)?(?P<stamp>\d{4,14})/(?P<url>.*)", re.DOTALL)

# Nothing runs, nothing is sent, nothing is loaded but images, styles and fonts from this origin, which has only what
# is archived. The sandbox gives the page an origin of its own, which no cookie and no storage belongs to.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "form-action 'none'; base-uri 'none'; sandbox"
)
GUARD = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), fullscreen=(), payment=(), autoplay=()",
}


def create_replay_app(
    folder: Folder | Path, *, settings: Settings | None = None, clock: Clock | None = None
) -> Starlette:
    """Shows the archived pages of a folder. Raises ArchiveNotFound, NewerDatabase, OlderDatabase, DatabaseFailed."""
    opened = Archive.open(folder.path if isinstance(folder, Folder) else folder)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        opened.close()

    told = settings or Settings()
    app = Starlette(
        routes=[Route("/{rest:path}", show)],
        middleware=order.doors(order.of_replay(told), _refusal),
        exception_handlers=_HANDLERS,
        lifespan=lifespan,
    )
    app.state.archive = opened
    app.state.settings = told
    app.state.clock = clock or Clock()
    return app


def show(request: Request) -> Response:
    """A capture, as it arrived."""
    asked = _PATH.fullmatch(raw_path(request))
    if asked is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
    key, given = settings(request).replay_key, asked["token"] or ""
    if key is not None and not is_good(key, given, now(request)):
        raise HTTPException(
            HTTPStatus.FORBIDDEN,
            "This address is no longer good. Open the snapshot's page again; it has a new one.",
        )
    # A worker of a browser is asked for with this header; nothing here is one.
    if request.headers.get("service-worker"):
        raise UsageError("There are no scripts here.")
    start = f"/{given}" if given else ""

    def address(stamp: str, url: str) -> str:
        return f"{start}/{stamp}/{plain(url)}"

    found = archive(request).replay(url_in(asked["url"], request), moment(asked["stamp"], end=True), address)
    headers = {**GUARD, "Memento-Datetime": http_date(found.captured_at), "Cache-Control": "private, max-age=600"}
    if found.kind == "redirect":
        return Response(status_code=302, headers={**headers, "Location": found.location or "/"})
    if found.kind == "font":
        # Fonts are read across origins, and a page in a sandbox has one of its own.
        headers["Access-Control-Allow-Origin"] = "*"
    headers["Content-Type"] = _one_line(found.content_type)
    if found.content_encoding:
        headers["Content-Encoding"] = _one_line(found.content_encoding)
    # What a page answered is part of what it was, but an error would keep a browser from showing its images.
    return Response(found.body, 200, headers)


def _one_line(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and ord(sign) < 256)


def _answer(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{sentence}\n", status, {**GUARD, **(headers or {})})


def _refusal(request: Request, refused: Refused) -> Response:
    return _answer(refused.status, refused.sentence, refused.headers)


def _of_storage(request: Request, error: Exception) -> Response:
    if not isinstance(error, BackissueError):
        return _unexpected(request, error)
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return _answer(status, sentence_of(error, archive(request).folder))


def _of_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return _unexpected(request, error)
    said = "There is nothing at this address." if error.status_code == HTTPStatus.NOT_FOUND else error.detail
    return _answer(error.status_code, said, error.headers)


def _unexpected(request: Request, error: Exception) -> Response:
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here. It was logged.")


_HANDLERS: Mapping[Any, Callable[[Request, Exception], Response]] = {
    HTTPException: _of_http,
    BackissueError: _of_storage,
    Exception: _unexpected,
}
