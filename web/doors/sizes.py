"""How large a request may be, and how long it may take to arrive."""

import asyncio

from starlette.requests import Request

from web.context import settings
from web.doors.noted import BODY, SAFE
from web.doors.refused import ClientGone, Refused

# A form holds one address, a question of the API a few fields.
MOST_BODY_BYTES = 64 * 1024

# A URL of 2,000 characters, each encoded, behind /timegate/.
MOST_TARGET_BYTES = 8 * 1024

MOST_HEAD_BYTES = 16 * 1024
MOST_HEADERS = 100


async def head(request: Request) -> None:
    """414, 431 and 413, by what the head of the request says."""
    target = request.scope.get("raw_path") or request.scope["path"].encode()
    if len(target) + len(request.scope["query_string"]) > MOST_TARGET_BYTES:
        raise Refused(414, f"The address is longer than {MOST_TARGET_BYTES:,} bytes. Ask for less at once.")
    fields = request.scope["headers"]
    if len(fields) > MOST_HEADERS or sum(len(name) + len(value) for name, value in fields) > MOST_HEAD_BYTES:
        raise Refused(
            431, f"There are more than {MOST_HEADERS} headers or {MOST_HEAD_BYTES:,} bytes of them. Send fewer."
        )
    promised = request.headers.get("content-length", "0")
    if not (promised.isascii() and promised.isdecimal()) or len(promised) > 18:
        raise Refused(400, "The Content-Length is no number. Send the request again with one, or without a body.")
    if int(promised) > MOST_BODY_BYTES:
        raise _too_large()


async def body(request: Request) -> None:
    """Reads the body, for all who come behind. 413 where it is too large, 408 where it takes too long."""
    if request.method in SAFE:
        return
    patience = settings(request).patience
    try:
        async with asyncio.timeout(patience):
            request.scope[BODY] = await _read(request)
    except TimeoutError:
        raise Refused(
            408, f"The request took longer than {patience:g} seconds to arrive. Send it again, at once.",
            {"Connection": "close"},
        ) from None  # fmt: skip


async def _read(request: Request) -> bytes:
    held = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        held += message.get("body", b"")
        if len(held) > MOST_BODY_BYTES:
            raise _too_large()
        if not message.get("more_body", False):
            return bytes(held)


def _too_large() -> Refused:
    return Refused(413, f"The request is larger than {MOST_BODY_BYTES:,} bytes. Send less.", {"Connection": "close"})
