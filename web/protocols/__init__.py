"""The protocols of web archives: Memento (RFC 7089), the Wayback's addresses, and a CDX server."""

from starlette.routing import BaseRoute, Route

from web.protocols.cdx import cdx
from web.protocols.mementos import memento
from web.protocols.timegate import timegate
from web.protocols.timemaps import timemap

ROUTES: list[BaseRoute] = [
    Route("/timegate/{rest:path}", timegate),
    Route("/timemap/{rest:path}", timemap),
    Route("/web/{rest:path}", memento),
    Route("/cdx", cdx),
    Route("/cdx/search/cdx", cdx),
]
