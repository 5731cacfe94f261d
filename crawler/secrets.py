"""Headers and cookies of a source's own, which nobody but the source's site may see."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import attrs
from scrapy import Request

from storage.errors import InvalidURL
from storage.sources import Source
from storage.urls import host


@attrs.frozen
class Secrets:
    """What is sent with each request to a source's sites."""

    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """By name. A Cookie header holds the cookies."""
    domain: str = ""
    """The host of `home` without `www.`; the hosts below it may see them as well."""
    hosts: frozenset[str] = frozenset()
    """Those of `mirrors`, without `www.`: they may be one customer's corner of a large host."""
    plain: frozenset[str] = frozenset()
    """Those of all of these that are configured as http://, where nothing is secret on the way."""

    @classmethod
    def of(cls, source: Source | None) -> "Secrets":
        """What a source sends; nothing where there is none."""
        if source is None:
            return cls()
        headers = {name: value.get_secret_value() for name, value in source.headers.items()}
        if source.cookies:
            pairs = (f"{name}={value.get_secret_value()}" for name, value in source.cookies.items())
            headers["Cookie"] = "; ".join(pairs)
        own = (source.home, *source.mirrors)
        return cls(
            headers=headers,
            domain=_host(source.home),
            hosts=frozenset(map(_host, source.mirrors)),
            plain=frozenset(_host(url) for url in own if urlsplit(url).scheme == "http"),
        )

    def __bool__(self) -> bool:
        return bool(self.headers)

    def may_see(self, url: str) -> bool:
        """Whether they are sent to a URL: of the source's own hosts, encrypted unless configured as http://."""
        try:
            where = _host(url)
        except InvalidURL:
            return False
        if where.endswith(f".{self.domain}"):
            where = self.domain
        if where != self.domain and where not in self.hosts:
            return False
        return urlsplit(url).scheme == "https" or where in self.plain

    def cookies(self, url: str) -> dict[str, str]:
        """The cookies that are sent to a URL, which its page's scripts see as well."""
        pairs = self.headers.get("Cookie", "") if self.may_see(url) else ""
        return dict(pair.split("=", 1) for pair in pairs.split("; ") if pair)

    def put_on(self, request: Request) -> Request:
        """The request as it goes over the wire: a copy that has them, or the request itself where it has none."""
        if not self.headers or not self.may_see(request.url):
            return request
        sent = request.copy()
        for name, value in self.headers.items():
            sent.headers[name] = value
        return sent


def _host(url: str) -> str:
    return host(url).removeprefix("www.")
