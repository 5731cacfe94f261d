"""The pages for readers: a file each, and their routes."""

from starlette.routing import Route

from web.pages.compare import compare
from web.pages.lists import changes, gone, new, stories
from web.pages.page import page
from web.pages.queue import ask, job, queue
from web.pages.replay import replay
from web.pages.runs import run, runs
from web.pages.search import search
from web.pages.snapshot import snapshot
from web.pages.sources import source, sources
from web.pages.story import story
from web.pages.today import today

ROUTES = [
    Route("/", today),
    Route("/new", new),
    Route("/changes", changes),
    Route("/gone", gone),
    Route("/page", page),
    Route("/snapshots/{id}", snapshot),
    Route("/snapshots/{id}/replay", replay),
    Route("/compare", compare),
    Route("/search", search),
    Route("/sources", sources),
    Route("/sources/{name:path}", source),
    Route("/stories", stories),
    Route("/stories/{id}", story),
    Route("/runs", runs),
    Route("/runs/{id}", run),
    Route("/queue", queue),
    Route("/queue", ask, methods=["POST"]),
    Route("/queue/{id}", job),
]
