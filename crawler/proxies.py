"""The way out through a proxy: HTTP as Scrapy knows it, and SOCKS5, which it does not."""

import asyncio
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import attrs
from scrapy.core.downloader.handlers.http11 import _BindAddressAgent
from scrapy.exceptions import DownloadFailedError
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import wrapClientTLS
from twisted.internet.interfaces import IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from storage.errors import BackissueError


class ProxyFailed(BackissueError, DownloadFailedError):
    """A source's proxy cannot be reached, or does not open a way to the host."""

    def __init__(self, proxy: "Proxy", why: str):
        super().__init__(
            f"The proxy {proxy.where} did not let the request through ({' '.join(why.split())[:160]}). Check that it "
            "runs, and the source's `proxy` in sources.toml."
        )


@attrs.frozen
class Proxy:
    """A proxy by its parts."""

    kind: Literal["http", "socks5"]
    host: str
    port: int
    user: str | None = attrs.field(repr=False)
    password: str | None = attrs.field(repr=False)

    @classmethod
    def of(cls, url: str) -> "Proxy":
        """The proxy of a URL that `storage.sources` has checked. Names are looked up by the proxy, with socks5 as with
        socks5h."""
        parts = urlsplit(url)
        return cls(
            "http" if parts.scheme == "http" else "socks5",
            parts.hostname or "",
            parts.port or 0,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password or "") if parts.username else None,
        )

    @property
    def where(self) -> str:
        """Host and port, without what it takes to use it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@implementer(IStreamClientEndpoint)
class SocksEndpoint:
    """A connection to a host and port through a SOCKS5 proxy."""

    def __init__(self, reactor: Any, proxy: Proxy, host: str, port: int, timeout: float):
        self._reactor = reactor
        self._proxy = proxy
        self._host = host
        self._port = port
        self._timeout = timeout

    def connect(self, protocolFactory: IProtocolFactory) -> "Deferred[IProtocol]":
        return deferred_from_coro(self._connect(protocolFactory))

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        # Imported here: most crawls have no proxy.
        from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
        from python_socks.async_.asyncio import Proxy as Way

        proxy = self._proxy
        way = Way(ProxyType.SOCKS5, proxy.host, proxy.port, proxy.user, proxy.password, rdns=True)
        try:
            opened = await way.connect(self._host, self._port, timeout=self._timeout)
        except (ProxyError, ProxyConnectionError, ProxyTimeoutError, OSError, asyncio.IncompleteReadError) as error:
            raise ProxyFailed(proxy, f"{error}" or type(error).__name__) from error
        # Twisted makes a copy of its own.
        with opened:
            transport = self._reactor.adoptStreamConnection(opened.fileno(), opened.family, factory)
        protocol: IProtocol = transport.protocol
        return protocol


class SocksAgent(_BindAddressAgent):
    """Scrapy's agent, with connections through a SOCKS5 proxy."""

    def __init__(self, proxy: Proxy, *, contextFactory: IPolicyForHTTPS, connectTimeout: float, **more: Any):
        super().__init__(contextFactory=contextFactory, connectTimeout=connectTimeout, **more)
        self._proxy = proxy
        self._policy = contextFactory
        self._seconds = connectTimeout

    def _getEndpoint(self, uri: Any) -> Any:
        host = uri.host.decode("ascii").strip("[]")
        endpoint: Any = SocksEndpoint(self._reactor, self._proxy, host, uri.port, self._seconds)
        if uri.scheme == b"https":
            policy: Any = self._policy
            return wrapClientTLS(policy.creatorForNetloc(uri.host, uri.port), endpoint)
        return endpoint
