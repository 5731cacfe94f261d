"""From a site's address to the source that `sources add` writes."""

from collections.abc import Callable
from datetime import datetime

import attrs

from crawler.probing.answer import Ask
from crawler.probing.choosing import Choice, choose
from crawler.probing.entry import entry
from crawler.probing.survey import NoSuchSite, survey
from crawler.process import Process
from pipelines.workers import Workers
from storage.folder import Folder
from storage.sources import Source


@attrs.frozen(kw_only=True)
class Look:
    """What a site offers, and the source made of it."""

    home: str
    """The front page, after redirects."""

    title: str | None
    choices: tuple[Choice, ...]
    problems: tuple[str, ...]
    entry: str
    """Its table for sources.toml."""


def look(folder: Folder, asked: Source, *, now: datetime, on_answer: Callable[[str], None]) -> Look:
    """Look what the site of a source that is to be offers. `on_answer` is told each URL that was asked.

    Raises NoSuchSite where its front page cannot be read, or where nothing on it leads to an article.
    """
    # Reading a few listings keeps one worker busy.
    process = Process(folder=folder, workers=1)

    async def ask_site() -> list[Look]:
        async def inquiry(ask: Ask) -> Look:
            return await _looked(asked, ask, process.pool, now, on_answer)

        return [await process.inquire(inquiry, asked)]

    (found,) = process.run(ask_site)
    return found


async def _looked(asked: Source, ask: Ask, workers: Workers, now: datetime, on_answer: Callable[[str], None]) -> Look:
    found = await survey(asked.home, ask, workers=workers, now=now, on_answer=lambda answer: on_answer(answer.url))
    choices = choose(found.candidates, now=now)
    if not any(choice.chosen for choice in choices):
        raise NoSuchSite(
            f"{found.home} leads to no feed, sitemap or page with articles that are new. Give the address of a page "
            "with links to its articles, or write the source by hand (docs/sources.md)."
        )
    return Look(
        home=found.home,
        title=found.title,
        choices=tuple(choices),
        problems=found.problems,
        entry=entry(asked, found.home, found.title, choices, today=now),
    )
