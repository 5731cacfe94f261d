"""Whether the listings of a source still are what they were: dead, moved, changed, empty or stale."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import attrs

from crawler.discovery.following import Depth
from crawler.discovery.listing import FurtherKind
from crawler.probing.answer import Answer, Ask
from crawler.probing.candidate import candidate
from crawler.probing.choosing import STALE_DAYS
from crawler.spiders.visit import listings_of
from storage.sources import Source
from storage.urls import key

State = Literal["ok", "dead", "blocked", "changed", "moved", "empty", "stale", "none_fits"]


@attrs.frozen(kw_only=True)
class CheckedListing:
    """One entry of a source, tried."""

    source: str
    url: str
    kind: str
    """"home", "feed", "sitemap", "section" or "robots"."""

    state: State
    articles: int = 0
    """How many articles it names."""

    fitting: int = 0
    """How many of them a crawl would take up."""

    newest: datetime | None = None
    """The latest time that it gives one. Aware, UTC. None: it dates none."""

    moved_to: str | None = None
    problem: str | None = None
    """One line that says what is wrong and what to do. None where the state is "ok"."""


def entries_of(source: Source) -> list[tuple[FurtherKind, str, str]]:
    """What a check of a source asks for: kind, URL, and what it is called. The front page first, read or not."""
    asked: list[tuple[FurtherKind, str, str]] = [("section", source.home, "home")]
    for kind, url in listings_of(source):
        if kind != "article" and url != source.home:
            asked.append((kind, url, "robots" if url.endswith("/robots.txt") else kind))
    return asked


async def check_source(source: Source, ask: Ask, *, now: datetime) -> list[CheckedListing]:
    """Try every entry of a source, one after the other."""
    reads_home = source.discovers or source.home in source.sections
    found = []
    for kind, url, called in entries_of(source):
        found.append(judged(source, await ask(url, kind), called, now=now, listed=called != "home" or reads_home))
    return found


def judged(source: Source, answer: Answer, called: str, *, now: datetime, listed: bool) -> CheckedListing:
    """What an answer says of an entry. `listed`: whether a crawl reads it; a front page that none reads need only be
    there."""
    url, listing = answer.url, answer.listing
    if answer.state == "dead" and called == "robots":
        return CheckedListing(source=source.name, url=url, kind=called, state="ok")
    if answer.state != "ok" or listing is None:
        return CheckedListing(
            source=source.name, url=url, kind=called, state=answer.state, problem=answer.problem or "Nothing came."
        )
    oldest = now - timedelta(days=source.max_age_days) if source.max_age_days else None
    own = {key(one) for one in (source.home, *source.sections)}
    offer = candidate(url, answer.kind, listing, named_by="", depth=Depth(oldest=oldest), source=source, own_pages=own)
    said = CheckedListing(
        source=source.name,
        url=url,
        kind=called,
        state="ok",
        articles=offer.articles,
        fitting=len(offer.fitting),
        newest=offer.newest,
        moved_to=answer.final_url if key(answer.final_url) != key(url) else None,
    )
    state, problem = _wrong(said, offer.further, answer, now, listed=listed)
    return attrs.evolve(said, state=state, problem=problem)


def _wrong(
    said: CheckedListing, further: int, answer: Answer, now: datetime, *, listed: bool
) -> tuple[State, str | None]:
    if said.moved_to is not None and answer.moved_for_good:
        return "moved", f"{said.url} has moved for good to {said.moved_to}. Put that address into sources.toml."
    if not listed or said.kind == "robots":
        return "ok", None
    if not said.articles and not further:
        return "empty", f"{said.url} names no article. Look whether the site has another one, or leave it out."
    if said.newest is not None and said.newest < now - timedelta(days=STALE_DAYS):
        return "stale", (
            f"{said.url} has had nothing new since {said.newest:%Y-%m-%d}. Look whether the site has another one, or "
            "leave it out."
        )
    if said.articles and not said.fitting:
        return "none_fits", (
            f"{said.url} names {said.articles:,} articles, and a crawl would take up none of them. Look at `include`, "
            "`exclude` and `max_age_days`."
        )
    return "ok", None


def wrong(found: Sequence[CheckedListing]) -> list[CheckedListing]:
    """The entries that something is wrong with."""
    return [one for one in found if one.state != "ok"]
