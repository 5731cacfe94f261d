"""Keeps the exchange as it arrived, and decodes what is no article."""

from collections.abc import Iterable
from typing import Self

import attrs
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers as ScrapyHeaders
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from twisted.web.http import RESPONSES

from storage.capture import Exchange, Headers
from storage.clock import Clock
from storage.markup.decode import decode_body

# What storage.markup.decode reads. zstd is left out: servers that offer it are few, and most WARC readers cannot.
ACCEPT_ENCODING = "gzip, deflate, br"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class CaptureMiddleware:
    """Stands next to the downloader: the last to see a request, the first to see a response."""

    def __init__(self, clock: Clock, *, proxied: bool = False, secrets: bool = False):
        self._clock = clock
        self._proxied = proxied
        self._secrets = secrets

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        return cls(
            settings["BACKISSUE_CLOCK"],
            proxied=settings.get("BACKISSUE_PROXY") is not None,
            secrets=bool(settings.get("BACKISSUE_SECRETS")),
        )

    def process_request(self, request: Request) -> None:
        request.headers.setdefault(b"Accept-Encoding", ACCEPT_ENCODING)

    def process_response(self, request: Request, response: Response) -> Response:
        """Puts an Exchange for an article, and those of its redirects, into `request.meta`."""
        if not request.meta.get("article"):
            return _decoded(response)
        exchange = exchange_of(request, response, self._clock)
        if self._proxied:
            # The address is the proxy's, and says nothing about the site.
            exchange = attrs.evolve(exchange, ip_address=None)
        if self._secrets:
            # A site that is sent a reader's cookies answers with newer ones.
            kept = tuple((name, value) for name, value in exchange.headers if name.lower() != "set-cookie")
            exchange = attrs.evolve(exchange, headers=kept)
        if response.status in _REDIRECTS and response.headers.get(b"Location"):
            request.meta["hops"] = (*request.meta.get("hops", ()), exchange)
            # Validators belong to the URL that gave them.
            for name in (b"If-None-Match", b"If-Modified-Since"):
                request.headers.pop(name, None)
        else:
            request.meta["exchange"] = exchange
        return response


def exchange_of(request: Request, response: Response, clock: Clock) -> Exchange:
    """The exchange of a request and the response to it."""
    host = request.url.split("/", 3)[2]
    sent = (("Host", host), *lines_of(request.headers))
    flags = response.flags
    return Exchange(
        url=request.url,
        status=response.status,
        reason=RESPONSES.get(response.status, b"").decode("latin-1"),
        protocol=response.protocol or "HTTP/1.1",
        headers=lines_of(response.headers),
        body=response.body,
        captured_at=clock.now(),
        request_headers=sent,
        ip_address=str(response.ip_address) if response.ip_address else None,
        # "partial" is Scrapy's word for a body that ends with the connection, which is a way to end one (RFC 9112 6.3).
        truncated="disconnect" if "dataloss" in flags else None,
    )


def lines_of(headers: ScrapyHeaders) -> Headers:
    """Scrapy's headers as lines."""
    items: Iterable[tuple[bytes, list[bytes]]] = headers.items()
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, values in items for value in values)


def _decoded(response: Response) -> Response:
    """Robots, feeds and sitemaps, which Scrapy's parts and ours read decoded."""
    coding = response.headers.get(b"Content-Encoding")
    if not coding:
        return response
    data = decode_body(response.body, coding.decode("latin-1")).data
    headers = ScrapyHeaders(response.headers)
    del headers[b"Content-Encoding"]
    kind = responsetypes.from_args(headers=headers, url=response.url, body=data)
    return response.replace(body=data, headers=headers, cls=kind)
