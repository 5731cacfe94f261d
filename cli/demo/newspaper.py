"""Two made-up news sites on the loopback, for the demo and for the tests."""

from dataclasses import dataclass
from datetime import date
from threading import Lock
from types import TracebackType
from typing import NamedTuple, Self

from cli.demo.articles import Article
from cli.demo.edition import Edition, build_edition
from cli.demo.masthead import Masthead, load_masthead
from cli.demo.page import Page
from cli.demo.server import PortUnavailable, Respond, SiteServer

__all__ = ["Newspaper", "PortUnavailable", "Request", "Site"]

# In the order of their ports.
SITES = ("ledger", "tagblatt")

DAYS = (1, 2)


@dataclass(frozen=True, kw_only=True)
class Site:
    """One of the two sites, by its addresses. All are absolute."""

    name: str

    home: str
    """With a slash at the end."""

    feed: str
    """RSS on the first site, Atom on the second."""

    news_sitemap: str

    sitemap: str
    """An index, which names the news sitemap too."""

    sections: tuple[str, ...]


class Request(NamedTuple):
    """One request that a site was sent."""

    site: int
    """0 or 1, as in `Newspaper.sites`."""

    method: str

    path: str
    """The request target, with its query."""

    day: int


class Newspaper:
    """Two made-up news sites on the loopback.

    Serves as long as its `with` block runs. What it serves follows from `today`, the day and the ports alone.
    """

    sites: tuple[Site, Site]
    """Known inside the `with` block."""

    requests: list[Request]
    """Every request so far, in order of arrival. A test may clear it."""

    def __init__(self, *, today: date, ports: tuple[int, int] = (0, 0), host: str = "127.0.0.1") -> None:
        """`today` is the date of day 2. Port 0 takes any that is free."""
        self.today = today
        self.ports = ports
        self.host = host
        self.requests = []
        self._lock = Lock()
        self._day = 1
        self._servers: list[SiteServer] = []
        self._bases: list[str] = []
        self._editions: dict[tuple[int, int], Edition] = {}

    def __enter__(self) -> Self:
        """Bind and serve. Raises `PortUnavailable` where a port is taken."""
        try:
            for index, port in enumerate(self.ports):
                self._servers.append(SiteServer(self.host, port, self._responder(index)))
            self._bases = [f"http://{self.host}:{server.server_port}" for server in self._servers]
            mastheads = [load_masthead(key) for key in SITES]
            for index, masthead in enumerate(mastheads):
                for day in DAYS:
                    edition = build_edition(masthead, self._bases[index], today=self.today, day=day)
                    self._editions[index, day] = edition
        except BaseException:
            for server in self._servers:
                server.server_close()
            self._servers.clear()
            raise
        self.sites = (self._describe(0, mastheads[0]), self._describe(1, mastheads[1]))
        for server in self._servers:
            server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.stop()
        self._servers.clear()

    @property
    def day(self) -> int:
        """1 or 2. Setting it to 2 brings the next day: edits, a takedown, new articles."""
        return self._day

    @day.setter
    def day(self, day: int) -> None:
        if day not in DAYS:
            raise ValueError(f"The newspaper has a day 1 and a day 2, not {day}.")
        self._day = day

    def articles(self, day: int) -> dict[str, Article]:
        """By canonical URL: what is online on a day and open to crawlers, whole or as a teaser. First site first."""
        return {
            self._bases[index] + article.path: article
            for index in range(len(SITES))
            for article in self._editions[index, day].articles
            if article.public
        }

    def article_urls(self, day: int) -> tuple[str, ...]:
        """The canonical URLs of what is online on a day and open to crawlers. One taken down on day 2 is not in 2."""
        return tuple(self.articles(day))

    def urls_of(self, role: str) -> tuple[str, ...]:
        """The canonical URLs of the pages with a role, on either day. Raises `KeyError` where no page has it."""
        urls = dict.fromkeys(
            self._bases[index] + article.path
            for index in range(len(SITES))
            for day in DAYS
            for article in self._editions[index, day].articles
            if article.role == role
        )
        if not urls:
            raise KeyError(role)
        return tuple(urls)

    def _describe(self, index: int, masthead: Masthead) -> Site:
        base = self._bases[index]
        return Site(
            name=masthead.name,
            home=f"{base}/",
            feed=f"{base}/feed.xml",
            news_sitemap=f"{base}/sitemap-news.xml",
            sitemap=f"{base}/sitemap.xml",
            sections=tuple(base + section.path for section in masthead.sections),
        )

    def _responder(self, index: int) -> Respond:
        def respond(method: str, target: str) -> Page:
            with self._lock:
                self.requests.append(Request(index, method, target, self._day))
                return self.answer(index, target.partition("?")[0])

        return respond

    def answer(self, index: int, path: str) -> Page:
        """What a site answers now for a path, without query."""
        edition = self._editions[index, self._day]
        return edition.pages.get(path, edition.not_found)
