"""Which methods an address takes: what has no taker is not looked into any further."""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Mount

from web.doors.noted import SAFE
from web.doors.refused import Refused


async def method(request: Request) -> None:
    """404 and 405, for all methods but GET and HEAD."""
    if request.method in SAFE:
        return
    allowed: set[str] = set()
    if _takes(request.app.routes, request.scope, allowed):
        return
    if not allowed:
        raise Refused(404, "There is nothing at this address. Check it, or begin at the front page.")
    named = ", ".join(sorted(allowed))
    how = f"Use {named}" if allowed - {"GET", "HEAD"} else "Read it with GET"
    raise Refused(405, f"This address does not take that method. {how}.", {"Allow": named})


def _takes(routes: Iterable[BaseRoute], scope: Any, allowed: set[str]) -> bool:
    """Whether one of the routes takes the method; else adds what they take."""
    for route in routes:
        match, inner = route.matches(scope)
        if match is Match.NONE:
            continue
        if isinstance(route, Mount):
            if route.routes:
                if _takes(route.routes, {**scope, **inner}, allowed):
                    return True
            else:
                allowed |= {"GET", "HEAD"}
        elif match is Match.FULL:
            return True
        else:
            allowed |= getattr(route, "methods", None) or set()
    return False
