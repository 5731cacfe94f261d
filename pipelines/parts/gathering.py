"""Gathers the parts of an article over several pages, so that one visit has all of them."""

from collections.abc import Awaitable, Callable

import attrs

from pipelines.answers import part_bytes
from pipelines.desk import Desk
from pipelines.page import PartBytes
from pipelines.parts.joining import NOT_KEPT, Part, cannot_begin, follow, is_same_article
from pipelines.reading import join_parts, read_part
from storage.article import NEVER_KEPT, Article
from storage.capture import Capture
from storage.errors import WorkerLost
from storage.urls import key
from storage.visit import Visit

Fetch = Callable[[str], Awaitable[Capture | str]]
"""Fetches another part: its capture, or in one line why there is none."""


async def not_at_hand(url: str) -> Capture | str:
    """The `Fetch` of a run that does not go out."""
    return NOT_KEPT


@attrs.frozen(kw_only=True)
class Gathering:
    """Follows the links from part to part, one after the other."""

    desk: Desk
    fetch: Fetch

    async def whole(self, visit: Visit, capture: Capture, article: Article) -> Visit:
        """The visit of all parts of an article, where `capture` is one of them, read as `article`."""
        pager = article.pager
        if pager is None:
            return visit
        if pager.number == 1:
            return await self._onward(visit, capture, article, {})
        if pager.first is None:
            return attrs.evolve(visit, article=attrs.evolve(article, pager=None))
        found = await self.fetch(pager.first)
        if isinstance(found, str):
            return attrs.evolve(visit, article=cannot_begin(article, found))
        first = (await self._read(found)).found
        if isinstance(first, str):
            return attrs.evolve(visit, article=cannot_begin(article, first))
        begins = isinstance(first, Article) and first.pager is not None and first.pager.number == 1
        if not isinstance(first, Article) or not begins or not is_same_article(found.url, first, article):
            # A page of its own, that only has a number in its address.
            return attrs.evolve(visit, article=attrs.evolve(article, pager=None))
        if first.access in NEVER_KEPT:
            why = f"{found.url} shows only {first.access}."
            return attrs.evolve(visit, article=cannot_begin(article, why))
        # The URL that was asked ends as its page does.
        found = attrs.evolve(found, requested_url=capture.requested_url, entry=capture.entry)
        return await self._onward(visit, found, first, {key(capture.url): capture})

    async def _onward(self, visit: Visit, capture: Capture, first: Article, at_hand: dict[str, Capture]) -> Visit:
        captures: list[Capture] = []
        parts: list[Part] = []
        while (onward := follow(capture.url, first, parts).next) is not None:
            found = at_hand.get(key(onward)) or await self.fetch(onward)
            if isinstance(found, str):
                parts.append(Part(onward, found))
                continue
            captures.append(found)
            parts.append(await self._read(found))
        knowledge = self.desk.memory.knowledge(capture.url, capture.captured_at)
        reading, joined = await self.desk.workers.run(join_parts, capture.url, capture.url, first, parts, knowledge)
        return attrs.evolve(
            visit,
            found=capture,
            parts=tuple(captures),
            joined=joined,
            article=reading.article,
            rendition=reading.rendition,
        )

    async def _read(self, capture: Capture) -> Part:
        part: PartBytes = part_bytes(capture)
        try:
            return await self.desk.workers.run(read_part, part.url, part, self.desk.rules_for(part.url))
        except WorkerLost as error:
            return Part(part.url, str(error))
