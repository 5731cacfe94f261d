"""What an endpoint gets at: the archive, the clock, the settings, and the templates."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from storage import source_views
from storage.archive import Archive
from storage.queue import Queue
from web import wording
from web.cache import Cache
from web.settings import Settings

# What leads everywhere else, from every page.
SECTIONS = (
    ("/", "Today"),
    ("/search", "Search"),
    ("/changes", "Changes"),
    ("/gone", "Gone"),
    ("/sources", "Sources"),
    ("/stories", "Stories"),
    ("/runs", "Runs"),
    ("/queue", "Archive a page"),
)


def archive(request: Request) -> Archive:
    """The archive, open for reading; one for the whole application, and for all of its threads."""
    opened: Archive = request.app.state.archive
    return opened


def cache(request: Request) -> Cache:
    """What was answered last."""
    held: Cache = request.app.state.cache
    return held


def queue(request: Request) -> Queue:
    """What readers ask to have archived."""
    held: Queue = request.app.state.queue
    return held


def source_names(request: Request) -> list[str]:
    """The names of the sources, to choose from."""
    return cache(request).get("source names", lambda: source_views.names(archive(request)))


def settings(request: Request) -> Settings:
    """What the web page was told when it was started."""
    told: Settings = request.app.state.settings
    return told


def now(request: Request) -> datetime:
    """The time. Aware, UTC."""
    moment: datetime = request.app.state.clock.now()
    return moment


def render(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
) -> HTMLResponse:
    """A page. Whatever a value holds is shown as text: every template escapes."""
    told = settings(request)
    text = templates().get_template(template).render(
        here=request.url.path, sections=SECTIONS, read_only=told.read_only, replay_port=told.replay_port, **values
    )  # fmt: skip
    return HTMLResponse(text, status_code=status, headers=dict(headers or {}))


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The one environment of all templates."""
    environment = Environment(
        loader=PackageLoader("web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(wording.FILTERS)
    return environment
