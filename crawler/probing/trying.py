"""Trying the listings of all sources of an archive, for `sources check`."""

import asyncio
from collections.abc import Sequence

from crawler.probing.answer import Ask
from crawler.probing.checking import CheckedListing, check_source
from crawler.process import SOURCES_AT_ONCE, Process
from storage.folder import Folder
from storage.sources import Source, read_sources


def check_listings(folder: Folder, names: Sequence[str] = ()) -> list[CheckedListing]:
    """Try the entries of the named sources, which `sources.toml` has, or of all that are enabled; in its order.

    Several sources are tried at once, each at its own pace. Raises SourceFileError and what opening the archive raises.
    """
    known = read_sources(folder.sources)
    chosen = [known[name] for name in names] if names else [source for source in known.values() if source.enabled]
    if not chosen:
        return []
    process = Process(folder=folder, workers=1)
    gate = asyncio.Semaphore(SOURCES_AT_ONCE)

    async def one(source: Source) -> list[CheckedListing]:
        async def inquiry(ask: Ask) -> list[CheckedListing]:
            return await check_source(source, ask, now=process.clock.now())

        async with gate:
            return await process.inquire(inquiry, source)

    async def all_of_them() -> list[CheckedListing]:
        return [found for checked in await asyncio.gather(*map(one, chosen)) for found in checked]

    return process.run(all_of_them)
