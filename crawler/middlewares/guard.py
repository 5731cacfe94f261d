"""Refuses URLs that must not be fetched, before every request, redirect and retry."""

import ipaddress
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler import addresses
from storage.errors import UnsafeAddress
from storage.urls import is_public_name, parsed


class GuardMiddleware:
    """Scheme, form and address of every URL on its way out.

    Behind a proxy, which looks names up by itself, only names that can stand for an address on the internet pass, and
    what they stand for is the proxy's business.
    """

    def __init__(self, allow_private: bool, *, proxied: bool = False):
        self._allow_private = allow_private
        self._proxied = proxied

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        return cls(settings.getbool("BACKISSUE_ALLOW_PRIVATE"), proxied=settings.get("BACKISSUE_PROXY") is not None)

    def process_request(self, request: Request) -> None:
        """Raises InvalidURL and UnsafeAddress."""
        parts = parsed(request.url)
        host = (parts.hostname or "").lower()
        if self._allow_private:
            # Behind a proxy nothing is looked up here.
            if not self._proxied:
                addresses.exempt.add(host)
            return
        if host in addresses.exempt:
            # Another source of this process may go there; this one has not said so.
            raise UnsafeAddress(request.url, host)
        try:
            literal = ipaddress.ip_address(host.split("%")[0])
        except ValueError:
            if self._proxied and not is_public_name(host):
                raise UnsafeAddress(request.url, host) from None
            return
        if not addresses.is_public(literal):
            raise UnsafeAddress(request.url, host)

    def process_response(self, request: Request, response: Response) -> Response:
        """A second look, at the address that did answer."""
        address = response.ip_address
        # Behind a proxy it is the proxy's.
        if not self._allow_private and not self._proxied and address is not None and not addresses.is_public(address):
            raise UnsafeAddress(urlsplit(request.url).geturl(), str(address))
        return response
