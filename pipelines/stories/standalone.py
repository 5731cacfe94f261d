"""What is done to the stories of an archive without a crawl: made anew, or one page parted from another."""

from collections.abc import Callable
from functools import partial

import attrs

from pipelines.memory.standalone import keep_up
from pipelines.memory.upkeep import OnProgress, Upkeep, Upkept
from storage import aliasing, changes, links
from storage.database import reading
from storage.folder import Folder
from storage.search import index


@attrs.frozen(kw_only=True)
class Rebuilt:
    """What there is after fingerprints and links were made anew, and what was missing beside them."""

    changes: int
    """Worked out now: snapshots that an older version has archived had none, or stale ones."""

    texts: int
    links: int
    stories: int
    stopped: bool
    problems: tuple[str, ...]


def rebuild(folder: Folder, *, workers: int | None, on_progress: OnProgress) -> Rebuilt:
    """Forget what is indexed for the search, all fingerprints and links, and make them anew, and work out the changes
    between snapshots that are missing. Raises ArchiveNotFound.

    Where it is interrupted, whatever opens the archive next goes on with what is left.
    """

    async def job(upkeep: Upkeep) -> Rebuilt:
        kept = Upkept()
        await upkeep.recorder.transact(index.clear)
        await upkeep.recorder.transact(links.clear)
        reached: int | None = 0
        while reached is not None and not upkeep.stopping():
            reached = await upkeep.recorder.transact(partial(index.fill, after=reached))
        now, worked_out = upkeep.recorder.clock.now(), 0
        page: int | None = 0
        while page is not None and not upkeep.stopping():
            page, made = await upkeep.recorder.transact(partial(changes.work_out_missing, after=page, now=now))
            worked_out += made
        await upkeep.link(kept)
        with reading(upkeep.reader) as connection:
            texts, edges, stories = links.counted(connection)
        return Rebuilt(
            texts=texts,
            links=edges,
            stories=stories,
            changes=worked_out,
            stopped=upkeep.stopping(),
            problems=tuple(kept.problems),
        )

    return keep_up(folder, job, workers=workers, on_progress=on_progress)


def move_alias(folder: Folder, url: str, *, away: bool) -> None:
    """Make a URL a page of its own, or take that back, and work out again which stories that concerns.

    Raises AliasNotFound, LastAlias and ArchiveNotFound.
    """
    change: Callable[..., object] = aliasing.split if away else aliasing.join

    async def job(upkeep: Upkeep) -> None:
        now = upkeep.recorder.clock.now()
        await upkeep.recorder.transact(partial(change, url=url, now=now))
        await upkeep.link(Upkept())

    keep_up(folder, job, workers=1)
