"""An archive for readers: what it holds, as frozen values. Never writes."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import select

from storage import (
    cdx,
    database,
    labels,
    mementos_kept,
    page_history,
    page_versions,
    posts,
    run_views,
    status,
    withholding,
)
from storage.aliasing import AliasView, aliases_of
from storage.article import APART
from storage.capture import Exchange
from storage.captures import CaptureView, Neighbours
from storage.cdx_query import CdxQuery
from storage.clock import Clock
from storage.compare import Change
from storage.errors import PageNotFound
from storage.finding import is_id, must_know, page_of
from storage.folder import Folder
from storage.labels import Label
from storage.links import pages_of
from storage.mementos_kept import TimeMapPage
from storage.page_history import Event
from storage.page_versions import Changed, Diff, Seen, Sentence
from storage.run_views import RunView
from storage.search import Facets, Found, Search
from storage.snapshot_views import SnapshotView, as_view, snapshots
from storage.tables import AliasRow, BlockRow, CutRow, SnapshotRow, SourceRow
from storage.taught import Taught, find_site, taught
from storage.urls import use_rules_of
from storage.withholding import Hidden, HiddenSnapshot

if TYPE_CHECKING:
    from storage.stories import Story


class Archive:
    """An archive, open for reading."""

    def __init__(self, folder: Folder):
        self.folder = folder
        use_rules_of(folder.path)
        self.engine = database.open_engine(folder.database, write=False)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open the archive in a folder. Raises ArchiveNotFound, NewerDatabase, OlderDatabase, DatabaseFailed."""
        folder = Folder(Path(path))
        folder.must_exist()
        archive = cls(folder)
        database.check(archive.engine)
        return archive

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def snapshots(
        self,
        *,
        all_versions: bool = False,
        source: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[SnapshotView]:
        """The newest snapshot of each page, or every one. Oldest first; newest first where limited.

        Raises SourceNotFound, and Withheld where the source is hidden, at the first step.
        """
        query = snapshots(all_versions=all_versions)
        if source is not None:
            query = query.where(SourceRow.name == source)
        order = (SnapshotRow.captured_at, SnapshotRow.id)
        if limit is not None or newest_first:
            query = query.order_by(*(column.desc() for column in order)).limit(limit)
        else:
            query = query.order_by(*order)
        with database.reading(self.engine) as connection:
            if source is not None:
                must_know(connection, source)
            for row in connection.execution_options(yield_per=500).execute(query):
                yield as_view(row)

    def folded(
        self, *, all_versions: bool, source: str | None, limit: int, fold: bool
    ) -> Iterator[tuple[SnapshotView, int]]:
        """Like `snapshots`, newest first, each with 0; or one for each story, its latest, with the number of its other
        pages."""
        if not fold:
            yield from ((one, 0) for one in self.snapshots(all_versions=all_versions, source=source, limit=limit))
            return
        seen: Counter[str] = Counter()
        kept: list[SnapshotView] = []
        for one in self.snapshots(all_versions=all_versions, source=source, newest_first=True):
            if one.story is None or not seen[one.story]:
                if len(kept) == limit:
                    break
                kept.append(one)
            if one.story is not None:
                seen[one.story] += 1
        with database.reading(self.engine) as connection:
            for one in kept:
                yield one, pages_of(connection, one.story) - 1 if one.story is not None else 0

    def snapshot(self, what: str) -> SnapshotView:
        """A snapshot by its number, or the newest of a URL's page that is not withheld. Raises PageNotFound, and
        Withheld."""
        with database.reading(self.engine) as connection:
            query = snapshots(all_versions=True).order_by(SnapshotRow.captured_at.desc(), SnapshotRow.id.desc())
            if is_id(what):
                withholding.must_show_snapshot(connection, int(what))
                row = connection.execute(query.where(SnapshotRow.id == int(what)).limit(1)).first()
            else:
                page = page_of(connection, what)
                row = connection.execute(query.where(AliasRow.page_id == page).limit(1)).first()
                if row is None and (refused := withholding.none_to_show(connection, page, what)):
                    raise refused
        if row is None:
            raise PageNotFound(what)
        return as_view(row)

    def withheld_of(self, url: str) -> list[HiddenSnapshot]:
        """The snapshots of a URL's page that are withheld by themselves, oldest first. Raises PageNotFound, and
        Withheld where the whole page is."""
        with database.reading(self.engine) as connection:
            return withholding.snapshots_of(connection, page_of(connection, url))

    def must_show(self, snapshot: int) -> None:
        """Raises Withheld where a snapshot is hidden."""
        with database.reading(self.engine) as connection:
            withholding.must_show_snapshot(connection, snapshot)

    def hidden(self) -> Hidden:
        """How much is withheld."""
        with database.reading(self.engine) as connection:
            return withholding.hidden(connection)

    def search(self, search: Search) -> Found:
        """A page of what is found. Raises UsageError (a date that is none, a cursor that is another search's, a limit
        out of range) and NotIndexed."""
        from storage.search import finder

        with database.reading(self.engine) as connection:
            return finder.find(connection, search)

    def facets(self, search: Search, *, at_most: int | None = None) -> Facets:
        """What is found, counted by source, month and language; or at most so many of it, the newest.

        Raises as `search` does.
        """
        from storage.search import finder

        with database.reading(self.engine) as connection:
            return finder.count(connection, search, at_most)

    def tags(self, what: str | None = None) -> list[Label]:
        """The tags on a URL's page and its snapshots, or on a snapshot by its number; or all. Raises PageNotFound."""
        with database.reading(self.engine) as connection:
            return labels.tags(connection, what)

    def notes(self, what: str | None = None) -> list[Label]:
        """The notes on a URL's page and its snapshots, or on a snapshot by its number; or all. Raises PageNotFound."""
        with database.reading(self.engine) as connection:
            return labels.notes(connection, what)

    def stories(
        self, url: str | None = None, *, source: str | None = None, limit: int | None = None
    ) -> "Iterator[Story]":
        """The stories with a page, or all; those whose origin was captured last first. Raises PageNotFound and
        SourceNotFound."""
        # It brings numpy along, which no other reading command needs.
        from storage.stories import stories

        with database.reading(self.engine) as connection:
            if source is not None:
                must_know(connection, source)
            page = page_of(connection, url) if url is not None else None
            yield from stories(connection, page=page, source=source, limit=limit)

    def story(self, name: str) -> "Story | None":
        """The story of that name; None where there is none."""
        from storage.stories import story

        with database.reading(self.engine) as connection:
            return story(connection, name)

    def aliases(self, url: str) -> list[AliasView]:
        """The URLs that lead to a URL's page. Raises PageNotFound."""
        with database.reading(self.engine) as connection:
            return aliases_of(connection, page_of(connection, url))

    def removed(self, view: SnapshotView) -> list[dict[str, Any]]:
        """What a rendition leaves out, in order: of each block its reason, text and number, from 1."""
        query = (
            select(CutRow.reason, BlockRow.text, BlockRow.position)
            .join(BlockRow, BlockRow.position == CutRow.position)
            .where(CutRow.rendition_id == view.rendition_id, BlockRow.extraction_id == view.extraction_id)
            .order_by(CutRow.position)
        )
        with database.reading(self.engine) as connection:
            return [
                {"reason": row.reason, "text": row.text, "block": row.position + 1} for row in connection.execute(query)
            ]

    def taught(self, site: str) -> Taught:
        """What a site, by its domain, a URL of it or its source's name, has taught. Raises UnknownSite, and Withheld
        where all of it is hidden."""
        with database.reading(self.engine) as connection:
            found = find_site(connection, site)
            withholding.must_show_site(connection, found)
            return taught(connection, found)

    def raw_text(self, view: SnapshotView) -> str:
        """A snapshot's text with nothing cut."""
        query = (
            select(BlockRow.text)
            .where(
                BlockRow.extraction_id == view.extraction_id,
                BlockRow.kind.not_in([kind.value for kind in APART]),
            )
            .order_by(BlockRow.position)
        )
        with database.reading(self.engine) as connection:
            return "\n".join(connection.execute(query).scalars())

    def history(self, url: str) -> tuple[list[tuple[SnapshotView, Change | None]], list[Event]]:
        """A page's snapshots, oldest first, each with the change to the one before, and its events.

        Raises PageNotFound, and Withheld.
        """
        with database.reading(self.engine) as connection:
            return page_history.history(connection, page_of(connection, url), url)

    def memento_at(self, url: str, when: datetime) -> SnapshotView:
        """The snapshot of a URL's page that was its newest at a time.

        Raises PageNotFound, Withheld, NoSuchVersion where the first was captured later, and ValueError for a time
        without a zone.
        """
        with database.reading(self.engine) as connection:
            return page_versions.memento_at(connection, url, when)

    def diff(self, url: str, since: str | None = None, until: str | None = None) -> Diff:
        """What differs between two versions of a page: its last two, or those that are named by a date, a snapshot's
        number, `first`, `latest` or `yesterday`; or between a page and another one (a URL).

        Raises PageNotFound, NoSuchVersion, OneVersion, NotADate, Withheld.
        """
        return page_versions.diff(self, url, since, until)

    def compare(self, old: int, new: int) -> Diff:
        """What differs between two snapshots, by their numbers, of one page or of two.

        Raises PageNotFound, Withheld.
        """
        pair = self.snapshot(str(old)), self.snapshot(str(new))
        with database.reading(self.engine) as connection:
            return page_versions.between(connection, *pair)

    def changes(
        self,
        *,
        since: datetime | None = None,
        substantive: bool = False,
        headline: bool = False,
        stealth: bool = False,
        source: str | None = None,
        flips: bool = False,
        limit: int | None = None,
    ) -> Iterator[Changed]:
        """The changes, newest first; what goes back to an earlier text only with `flips`. Raises SourceNotFound."""
        return page_versions.changes(
            self,
            since=since,
            substantive=substantive,
            headline=headline,
            stealth=stealth,
            source=source,
            flips=flips,
            limit=limit,
        )

    def blame(self, url: str) -> list[Sentence]:
        """For each sentence of a page's latest text the snapshot that had it first, without a break. Raises
        PageNotFound, Withheld."""
        return page_versions.blame(self, url)

    def first_seen(self, phrase: str, url: str | None = None) -> list[Seen]:
        """When a phrase entered and left pages' texts or headlines, the earliest first. Raises PageNotFound,
        UsageError."""
        return page_versions.first_seen(self, phrase, url)

    def memento(self, url: str, when: datetime | None) -> tuple[CaptureView, Neighbours]:
        """The capture of a URL that is nearest to a moment (None: the newest), and those around it.

        Raises CaptureNotFound, and UsageError for what is no URL.
        """
        return mementos_kept.nearest(self.engine, url, when)

    def time_map(self, url: str, page: int) -> TimeMapPage:
        """A page of the captures of a URL, oldest first, counted from 1. Raises CaptureNotFound, UsageError."""
        return mementos_kept.time_map(self.engine, url, page)

    def payload(self, view: CaptureView) -> Exchange:
        """What a capture says; a revisit with the payload that it refers to. Raises PayloadNotFound, DamagedRecord."""
        return mementos_kept.payload(self.engine, self.folder, view)

    def cdx(self, query: CdxQuery) -> Iterator[str]:
        """The captures that a search of the index finds, in pieces of text. Raises UsageError with the first."""
        return cdx.lines(self.engine, query)

    def runs(self, limit: int = 20, *, before: int | None = None) -> list[RunView]:
        """The latest runs, or those before one; newest first."""
        with database.reading(self.engine) as connection:
            return run_views.runs(connection, limit, before=before)

    def posts(self) -> dict[str, posts.Post]:
        """What there is of the notices of each rule that ever had one."""
        with database.reading(self.engine) as connection:
            return {post.rule: post for post in posts.posts(connection)}

    def status(self, clock: Clock | None = None) -> dict[str, Any]:
        """Runs, sources, what is due, and what looks wrong, as `status --json` prints it."""
        with database.reading(self.engine) as connection:
            return status.status(connection, self.folder, (clock or Clock()).now())
