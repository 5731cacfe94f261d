"""The application: it joins routes, doors and errors around one archive."""

import contextlib
import importlib
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from storage.archive import Archive
from storage.clock import Clock
from storage.folder import Folder
from storage.queue import Queue
from web import api, errors, feeds, pages, protocols
from web.cache import Cache
from web.doors import login, order
from web.doors.rates import LOGIN_SECONDS, LOGINS, Rate
from web.doors.refused import Refused
from web.doors.sessions import Sessions
from web.settings import Settings

STATIC = Path(__file__).parent / "static"

# Requests that are answered at the same time; the others wait in their order. More than there are processors take each
# other's turns: of ten readers who search a million snapshots on two, one in twenty waited 320 ms with forty at work,
# 167 with four, 143 with three and 107 with two.
AT_WORK = max(2, os.cpu_count() or 2)


# What a search may work. On a million snapshots one in twenty takes 0.1 s, a phrase of very common words by relevance
# 0.5 s, and all words that begin with one letter 9 s.
SEARCH_SECONDS = 1.5


def create_app(folder: Folder | Path, *, settings: Settings | None = None, clock: Clock | None = None) -> Starlette:
    """The web page of the archive in a folder. Raises ArchiveNotFound, NewerDatabase, OlderDatabase, DatabaseFailed."""
    archive = Archive.open(folder.path if isinstance(folder, Folder) else folder)
    archive.search_seconds = SEARCH_SECONDS
    cache, queue = Cache(archive), Queue(archive)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        # What the first reader of the front page would wait for: it reads both files that the owner writes.
        threading.Thread(target=importlib.import_module, args=["storage.notice_file"], daemon=True).start()
        to_thread.current_default_thread_limiter().total_tokens = AT_WORK
        yield
        queue.close()
        cache.close()
        archive.close()

    routes: list[BaseRoute] = [
        *pages.ROUTES,
        *api.ROUTES,
        *feeds.ROUTES,
        *protocols.ROUTES,
        *login.ROUTES,
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ]
    told = settings or Settings()
    middleware = [*order.guarded(told), *order.doors(order.of_pages(told), _refusal)]
    app = Starlette(routes=routes, middleware=middleware, exception_handlers=errors.HANDLERS, lifespan=lifespan)
    app.state.archive, app.state.cache, app.state.queue = archive, cache, queue
    app.state.settings = told
    app.state.sessions, app.state.logins = Sessions(told.port), Rate(LOGINS, LOGIN_SECONDS)
    app.state.clock = clock or Clock()
    return app


def _refusal(request: Request, refused: Refused) -> Response:
    return errors.answer(request, refused.status, refused.sentence, headers=refused.headers)
