"""Finding out what a site offers: its feeds, sitemaps and sections, asked for one after the other."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

import attrs

from crawler.discovery.following import Depth
from crawler.discovery.listing import Further, FurtherKind, Listing
from crawler.discovery.outline import Outline, outline
from crawler.probing.answer import Answer, Ask
from crawler.probing.candidate import Candidate, candidate
from pipelines.workers import Workers
from storage.errors import BackissueError
from storage.sources import Defaults
from storage.urls import key

# Where content systems put their feeds and sitemaps, the most usual first: WordPress, Ghost, Drupal, Hugo, Jekyll,
# Arc, Escenic and hand-made sites. They are tried only where the site itself names none, up to the first that is one.
FEED_PATHS = ("/feed/", "/rss.xml", "/feed.xml", "/rss/", "/atom.xml", "/index.xml", "/feed.json")
SITEMAP_PATHS = (
    *("/sitemap-news.xml", "/news-sitemap.xml", "/sitemap.xml", "/sitemap_index.xml", "/sitemap.xml.gz"),
    "/sitemap.txt",
)

# A site of many editions announces dozens of feeds; at two seconds each these take a quarter of a minute.
MAX_FEEDS = 8
MAX_SITEMAPS = 8
# Of an index: what is new is in one of these.
MAX_PARTS = 3
MAX_SECTIONS = 8


class NoSuchSite(BackissueError):
    """The front page that is to become a source cannot be read."""

    def __init__(self, why: str):
        super().__init__(f"{why} No source was added.")


@attrs.frozen(kw_only=True)
class Survey:
    """What a site offers."""

    home: str
    """The front page, after redirects."""

    title: str | None
    candidates: tuple[Candidate, ...]
    """What is a listing, in the order in which it was found; the front page is one of the sections."""

    problems: tuple[str, ...]
    """One line for each listing that the site names and that is none, or does not answer."""


async def survey(
    home: str, ask: Ask, *, workers: Workers, now: datetime, on_answer: Callable[[Answer], None] = lambda answer: None
) -> Survey:
    """Ask a site for what it offers. Raises NoSuchSite where its front page cannot be read."""
    one = _Surveyor(ask, now, on_answer)
    front = await one.ask(home, "section")
    if front.listing is None:
        raise NoSuchSite(front.problem or f"{home} cannot be read.")
    home = front.final_url
    page: Outline = await workers.run(outline, home, front.body, home)
    one.keep(front.listing, home, "section", "front page")
    await one.feeds(home, front.listing)
    await one.sitemaps(home)
    for section in page.sections[:MAX_SECTIONS]:
        await one.try_out(section, "section", "front page")
    return Survey(home=home, title=page.title, candidates=tuple(one.found.values()), problems=tuple(one.problems))


class _Surveyor:
    """What was asked and found so far."""

    def __init__(self, ask: Ask, now: datetime, on_answer: Callable[[Answer], None]):
        self.found: dict[str, Candidate] = {}
        self.problems: list[str] = []
        self._ask = ask
        self._asked: set[str] = set()
        self._on_answer = on_answer
        days = Defaults().max_age_days
        self._depth = Depth(oldest=now - timedelta(days=days) if days else None)

    async def ask(self, url: str, kind: FurtherKind) -> Answer:
        self._asked.add(url)
        answer = await self._ask(url, kind)
        self._on_answer(answer)
        return answer

    def keep(self, listing: Listing, url: str, kind: FurtherKind, named_by: str) -> None:
        self.found.setdefault(url, candidate(url, kind, listing, named_by=named_by, depth=self._depth))

    async def try_out(self, url: str, kind: FurtherKind, named_by: str) -> Listing | None:
        """Ask for a listing that the site may have; None where it is none, or was asked for before."""
        if url in self._asked:
            return None
        answer = await self.ask(url, kind)
        if answer.listing is None:
            # Nobody said that there is something under a common path.
            if named_by != "common path" and answer.problem is not None:
                self.problems.append(answer.problem)
            return None
        self.keep(answer.listing, answer.final_url, kind, named_by)
        return answer.listing

    async def feeds(self, home: str, front: Listing) -> None:
        named = [further.url for further in front.further if further.kind == "feed"]
        for url in named[:MAX_FEEDS]:
            await self.try_out(url, "feed", "link element")
        await self._first_of(home, FEED_PATHS, "feed", unless=named)

    async def sitemaps(self, home: str) -> None:
        robots = await self.ask(urljoin(home, "/robots.txt"), "sitemap")
        named = [further.url for further in robots.listing.further] if robots.listing else []
        for url in named[:MAX_SITEMAPS]:
            await self._sitemap(url, "robots.txt")
        await self._first_of(home, SITEMAP_PATHS, "sitemap", unless=named)

    async def _first_of(self, home: str, paths: Iterable[str], kind: FurtherKind, *, unless: list[str]) -> None:
        if unless:
            return
        for path in paths:
            url = urljoin(home, path)
            there = await (self._sitemap(url, "common path") if kind == "sitemap" else self._feed(url))
            if there:
                return

    async def _feed(self, url: str) -> bool:
        return await self.try_out(url, "feed", "common path") is not None

    async def _sitemap(self, url: str, named_by: str) -> bool:
        listing = await self.try_out(url, "sitemap", named_by)
        if listing is None:
            return False
        for part in _telling_parts(listing.further):
            await self.try_out(part.url, "sitemap", "sitemap index")
        return True


def _telling_parts(parts: tuple[Further, ...]) -> list[Further]:
    """The sitemaps of an index that may hold what is new: those called news, the latest, else the last and first."""
    named = [part for part in parts if "news" in urlsplit(part.url).path.lower()]
    dated = sorted(
        (part for part in parts if part.modified_at), key=lambda part: part.modified_at or datetime.min, reverse=True
    )
    ends = [*parts[-1:], *parts[:1]]
    return list({key(part.url): part for part in (*named, *dated, *ends)}.values())[:MAX_PARTS]
