"""The pages for readers: a file each, and their routes."""

from starlette.routing import Route

from web.pages.runs import runs

ROUTES = [
    Route("/runs", runs),
]
