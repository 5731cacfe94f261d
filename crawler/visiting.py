"""A request for an article, and the capture that its response is."""

from collections.abc import Callable
from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from storage.capture import Capture, Exchange
from storage.frontier import Entry


def request_for(
    entry: Entry, callback: Callable[..., Any], errback: Callable[..., Any], validators: dict[str, str]
) -> Request:
    """The request that answers a frontier entry. `validators`: headers that make it conditional."""
    return Request(
        entry.url,
        callback=callback,
        errback=errback,
        headers=validators,
        dont_filter=True,
        meta={"article": entry.kind == "article", "entry": entry.id, "requested_url": entry.url, "kind": entry.kind},
    )


def in_full(request: Request) -> Request:
    """The request that asks once more, for all of the page whatever has been seen of it."""
    asked = request.replace(meta={**request.meta, "audit": True})
    for name in ("If-None-Match", "If-Modified-Since"):
        asked.headers.pop(name, None)
    return asked


def part_request(url: str) -> Request:
    """The request for another part of an article. It answers no frontier entry of its own."""
    meta = {"article": True, "entry": None, "requested_url": url, "kind": "article"}
    return Request(url, callback=NO_CALLBACK, dont_filter=True, meta=meta)


def capture_of(response: Response) -> Capture:
    """The capture of an article's response, from what CaptureMiddleware kept."""
    meta = response.meta
    hops: tuple[Exchange, ...] = meta.get("hops", ())
    exchange: Exchange | None = meta.get("exchange")
    if exchange is None:
        # A redirect that is not followed (to file:, say) is the answer itself.
        exchange, hops = hops[-1], hops[:-1]
    return Capture.of(
        exchange,
        requested_url=meta["requested_url"],
        redirects=hops,
        entry=meta["entry"],
        audit=meta.get("audit", False),
    )
