"""The doors in their order, for the web page and for the port of archived pages."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storage.errors import BackissueError
from web.doors import forms, hosts, methods, reading, sizes
from web.doors.headers import guard
from web.doors.login import known
from web.doors.noted import BODY
from web.doors.rates import Pace
from web.doors.refused import ClientGone, Elsewhere, Refused
from web.settings import Settings

logger = logging.getLogger(__name__)

_BROKEN = "The doors of this archive are broken, and stay closed. Whoever runs it finds the reason in the server's log."

Door = Callable[[Request], Awaitable[None]]
"""Raises Refused, or lets a request pass."""
Answer = Callable[[Request, Refused], Response]


def of_pages(settings: Settings) -> tuple[Door, ...]:
    """What a request to the web page, the API, the feeds and the protocols passes."""
    return (
        # from a stranger: the cheapest first
        hosts.host,  # is it us that is meant?
        sizes.head,  # is it of a size that anybody would ask for?
        Pace(settings.requests_a_minute),  # not too often?
        methods.method,  # is there anything that takes it?
        hosts.origin,  # does a page of ours ask, or no page?
        known,  # from here on: somebody who may read
        reading.read_only,
        forms.kind,
        sizes.body,  # from here on the whole request is there
        forms.token,
        # to the route
    )


def of_replay(settings: Settings) -> tuple[Door, ...]:
    """What a request for an archived page passes. Who may see it is in its address (`web.replay.addresses`), since
    what strangers wrote gets no cookie of ours to work with; its fonts are asked for by an origin of no name."""
    return hosts.host, sizes.head, Pace(settings.requests_a_minute), methods.method


def doors(order: Sequence[Door], answer: Answer) -> list[Middleware]:
    """The middleware that walks requests through the doors."""
    return [Middleware(_Doors, order=order, answer=answer)]


def guarded(settings: Settings) -> list[Middleware]:
    """The middleware that adds to each answer what it lets a browser do. Outside of the doors."""
    return [Middleware(_Guarded, settings=settings)]


class _Guarded:
    """Adds the headers to every answer, whoever gave it."""

    def __init__(self, app: ASGIApp, settings: Settings):
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = list(message.get("headers", []))
                guard(MutableHeaders(raw=message["headers"]), Request(scope), self.settings)
            await send(message)

        await self.app(scope, receive, with_headers)


class _Doors:
    """Walks a request through the doors, and answers for the one that refuses it."""

    def __init__(self, app: ASGIApp, order: Sequence[Door], answer: Answer):
        self.app = app
        self.order = order
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            for door in self.order:
                await door(request)
        except Refused as refused:
            await self.answer(request, refused)(scope, receive, send)
        except Elsewhere as elsewhere:
            await RedirectResponse(elsewhere.location, 303, {"Cache-Control": "no-store"})(scope, receive, send)
        except BackissueError as error:
            # Such as a key file that was damaged. Its path is nothing for strangers.
            logger.error("%s", error)
            await self.answer(request, Refused(503, _BROKEN))(scope, receive, send)
        except ClientGone:
            return
        else:
            await self.app(scope, _again(scope, receive), send)


def _again(scope: Scope, receive: Receive) -> Receive:
    """Gives the body that a door has read to those behind it."""
    if BODY not in scope:
        return receive
    left: list[Message] = [{"type": "http.request", "body": scope[BODY], "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again
