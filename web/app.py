"""The application: it joins routes, doors and errors around one archive."""

import contextlib
import importlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from storage.archive import Archive
from storage.clock import Clock
from storage.folder import Folder
from storage.queue import Queue
from web import errors, pages, protocols
from web.cache import Cache
from web.settings import Settings

STATIC = Path(__file__).parent / "static"


def create_app(folder: Folder | Path, *, settings: Settings | None = None, clock: Clock | None = None) -> Starlette:
    """The web page of the archive in a folder. Raises ArchiveNotFound, NewerDatabase, OlderDatabase, DatabaseFailed."""
    archive = Archive.open(folder.path if isinstance(folder, Folder) else folder)
    cache, queue = Cache(archive), Queue(archive)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        # What the first reader of the front page would wait for: it reads both files that the owner writes.
        threading.Thread(target=importlib.import_module, args=["storage.notice_file"], daemon=True).start()
        yield
        queue.close()
        cache.close()
        archive.close()

    routes: list[BaseRoute] = [
        *pages.ROUTES,
        *protocols.ROUTES,
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ]
    middleware: list[Middleware] = []
    app = Starlette(routes=routes, middleware=middleware, exception_handlers=errors.HANDLERS, lifespan=lifespan)
    app.state.archive, app.state.cache, app.state.queue = archive, cache, queue
    app.state.settings = settings or Settings()
    app.state.clock = clock or Clock()
    return app
