"""The last gate before the wire: pace, proxies, and what is sent that nobody else may see."""

import asyncio
import base64
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, TunnelError, _ScrapyAgent
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils._download_handlers import normalize_bind_address, wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.error import ConnectError

from crawler import addresses
from crawler.back_off import MEMENTO_DATETIME, REFUSALS, BackOffs, header_of
from crawler.proxies import Proxy, ProxyFailed, SocksAgent
from crawler.secrets import Secrets
from storage.host_places import HostPlaces, Place
from storage.urls import host

# What says that a host is dead, when it comes several times in a row.
_UNREACHABLE = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ConnectError,
    ProxyFailed,
)

# Seconds between two looks whether another process has left a host's place. An answer takes a tenth and more.
FIRST_LOOK, LAST_LOOK = 0.02, 0.5


class GatedHandler(HTTP11DownloadHandler):
    """Requests that were queued before a host refused wait here as well.

    A request that waits holds its host's place in the downloader, so that no other passes it by. Of all processes on
    the archive, only so many have a request under way to one host at once.

    A source's own headers, cookies and proxy password are put on a copy of the request here: the request that the rest
    of the process sees, logs and archives never has them.
    """

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._places = HostPlaces(crawler.settings["BACKISSUE_LOCKS"])
        self._secrets: Secrets = crawler.settings.get("BACKISSUE_SECRETS") or Secrets()
        self._proxy: Proxy | None = crawler.settings.get("BACKISSUE_PROXY")
        if self._proxy is not None and self._proxy.kind == "http":
            # It is the only address that is looked up here, and may be on this machine.
            addresses.exempt.add(self._proxy.host)

    async def download_request(self, request: Request) -> Response:
        back_offs: BackOffs = self._crawler.spider.back_offs  # type: ignore[union-attr]
        place = await self._place(request.url)
        try:
            await back_offs.wait(request.url)
            response = await self._exchange(request)
        except _UNREACHABLE:
            # A look-up that the guard of addresses has refused looks like a name that is not there.
            if (urlsplit(request.url).hostname or "") not in addresses.refused:
                await back_offs.not_reached(request.url)
            raise
        finally:
            place.leave()
        if MEMENTO_DATETIME in response.headers:
            # What another archive captured, be it a 503, is no answer about itself.
            await back_offs.answered(request.url, 200)
        elif response.status in REFUSALS:
            await back_offs.refused(request.url, header_of(response))
        else:
            await back_offs.answered(request.url, response.status)
        return response

    async def _place(self, url: str) -> Place:
        wait, where = FIRST_LOOK, host(url)
        while (place := self._places.take(where, self._at_once)) is None:
            await asyncio.sleep(wait)
            wait = min(2 * wait, LAST_LOOK)
        return place

    async def _exchange(self, request: Request) -> Response:
        sent = self._secrets.put_on(request)
        proxy = self._proxy
        if proxy is not None and proxy.kind == "http":
            sent = _through_http(sent, proxy)
        agent = _Agent(
            proxy,
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        try:
            with wrap_twisted_exceptions():
                response = await maybe_deferred_to_future(agent.download_request(sent))
        except TunnelError as error:
            if proxy is None:
                raise
            raise ProxyFailed(proxy, str(error)) from error
        except (CannotResolveHostError, DownloadConnectionRefusedError, ConnectError) as error:
            if proxy is None:
                raise
            # Nothing else is looked up or connected to.
            raise ProxyFailed(proxy, str(error) or type(error).__name__) from error
        finally:
            # The throttle and the limit on robots.txt read what is noted there.
            for key in ("download_latency", "robots_bytes"):
                if key in sent.meta:
                    request.meta[key] = sent.meta[key]
        return response


def _through_http(request: Request, proxy: Proxy) -> Request:
    sent = request.copy()
    sent.meta["proxy"] = f"http://{proxy.where}"
    if proxy.user is not None:
        named = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode("ascii")
        sent.headers["Proxy-Authorization"] = f"Basic {named}"
    return sent


class _Agent(_ScrapyAgent):
    """Scrapy's, which can also go through a SOCKS5 proxy."""

    def __init__(self, proxy: Proxy | None, **more: Any):
        super().__init__(**more)
        self._proxy = proxy

    def _get_agent(self, request: Request, timeout: float) -> Any:
        if self._proxy is None or self._proxy.kind != "socks5":
            return super()._get_agent(request, timeout)
        from twisted.internet import reactor

        return SocksAgent(
            self._proxy,
            reactor=reactor,
            contextFactory=self._contextFactory,
            connectTimeout=timeout,
            bindAddress=normalize_bind_address(self._bindAddress),
            pool=self._pool,
        )
