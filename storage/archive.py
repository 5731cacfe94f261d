"""An archive for readers: what it holds, as frozen values. Never writes."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

import attrs

from storage import (
    cdx,
    database,
    labels,
    mementos_kept,
    moments,
    one_snapshot,
    page_history,
    page_list,
    page_versions,
    posts,
    run_views,
    status,
    withholding,
)
from storage.aliasing import AliasView, aliases_of
from storage.capture import Exchange
from storage.captures import CaptureView, Neighbours
from storage.cdx_query import CdxQuery
from storage.clock import Clock
from storage.cursor import Cursor
from storage.finding import must_know, page_of
from storage.folder import Folder
from storage.labels import Label
from storage.mementos_kept import TimeMapPage
from storage.page_history import Event, History, PageVersion
from storage.page_versions import Changed, Diff
from storage.run_views import RunView
from storage.search import Facets, Found, Options, Search, asked
from storage.snapshot_views import SnapshotView
from storage.taught import Taught, find_site, taught
from storage.urls import use_rules_of
from storage.withholding import Hidden, HiddenSnapshot

if TYPE_CHECKING:
    from storage.blame import Sentence
    from storage.day_counts import DayCount
    from storage.first_seen import Seen
    from storage.replaying.replay import Address, Replayed
    from storage.stories import Story


class Archive:
    """An archive, open for reading."""

    def __init__(self, folder: Folder):
        self.folder = folder
        self.search_seconds: float | None = None
        """How long a search may work before it is ended. None: for ever, as the archive's owner may want it."""
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Archive.open({str(self.folder.path)!r})"

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

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
        with database.reading(self.engine) as connection:
            yield from page_list.listed(
                connection, all_versions=all_versions, source=source, limit=limit, newest_first=newest_first
            )

    def folded(
        self, *, all_versions: bool, source: str | None, limit: int, fold: bool
    ) -> Iterator[tuple[SnapshotView, int]]:
        """Like `snapshots`, newest first, each with 0; or one for each story, its latest, with the number of its other
        pages."""
        with database.reading(self.engine) as connection:
            yield from page_list.folded(connection, all_versions=all_versions, source=source, limit=limit, fold=fold)

    def snapshot(self, what: str | int) -> SnapshotView:
        """A snapshot by its number, or the newest of a URL's page that is not withheld. Raises PageNotFound, and
        Withheld."""
        with database.reading(self.engine) as connection:
            return one_snapshot.one(connection, str(what))

    def memento_at(self, url: str, when: str | datetime) -> SnapshotView:
        """What a URL's page said at a moment: its newest snapshot then. `when`: a datetime, or a date such as `2026`,
        `2026-03`, `2026-03-01` or `2026-03-01T18:00`, of which the end is meant.

        Raises PageNotFound, NoSuchVersion, NotADate, and Withheld.
        """
        moment = moments.moment(when, Clock().now())
        with database.reading(self.engine) as connection:
            return page_history.at(connection, page_of(connection, url), url, moment)

    def versions(self, url: str) -> list[SnapshotView]:
        """A page's snapshots, oldest first. Raises PageNotFound, and Withheld."""
        with database.reading(self.engine) as connection:
            return page_history.views(connection, page_of(connection, url), url)

    def history(self, url: str) -> History:
        """A page's snapshots, oldest first, each with the change to the one before, and its events.

        Raises PageNotFound, and Withheld.
        """
        with database.reading(self.engine) as connection:
            return page_history.history(connection, page_of(connection, url), url)

    def history_part(
        self, url: str, *, limit: int, after: Cursor | None = None
    ) -> tuple[tuple[PageVersion, ...], Cursor | None]:
        """At most so many versions of a history, and where the next part begins. Raises as `history` does."""
        with database.reading(self.engine) as connection:
            return page_history.part(connection, page_of(connection, url), url, limit=limit, after=after)

    def events(self, url: str) -> tuple[Event, ...]:
        """The events of a history. Raises as `history` does."""
        with database.reading(self.engine) as connection:
            return page_history.events(connection, page_of(connection, url))

    def pages_part(
        self,
        *,
        limit: int,
        since: datetime | None = None,
        until: datetime | None = None,
        after: Cursor | None = None,
    ) -> tuple[list[SnapshotView], Cursor | None]:
        """At most so many pages by their newest snapshots, the latest first, and where the next part begins."""
        with database.reading(self.engine) as connection:
            return page_list.newest_first(connection, limit=limit, since=since, until=until, after=after)

    def snapshots_by_numbers(self, numbers: Sequence[int]) -> list[SnapshotView]:
        """These snapshots, in this order; without those that are withheld."""
        with database.reading(self.engine) as connection:
            return page_list.by_numbers(connection, numbers)

    def changes(
        self,
        *,
        since: str | datetime | None = None,
        until: str | datetime | None = None,
        source: str | None = None,
        substantive: bool = False,
        headline: bool = False,
        stealth: bool = False,
        flips: bool = False,
        limit: int | None = None,
    ) -> Iterator[Changed]:
        """The changes, newest first; what goes back to an earlier text only with `flips`. `since` and `until` as in
        `memento_at`: from the beginning of the one to the end of the other.

        Raises NotADate and SourceNotFound, and Withheld where the source is hidden, at the first step.
        """
        now = Clock().now()
        with database.reading(self.engine) as connection:
            yield from page_versions.changes(
                connection, since=moments.beginning(since, now) if since is not None else None,
                until=moments.moment(until, now) if until is not None else None, source=source,
                substantive=substantive, headline=headline, stealth=stealth, flips=flips, limit=limit,
            )  # fmt: skip

    def compare(self, old: SnapshotView | str | int, new: SnapshotView | str | int) -> Diff:
        """What differs between any two snapshots, of one page or of two; each one of ours, or as `snapshot` takes it.

        Raises PageNotFound, and Withheld.
        """
        with database.reading(self.engine) as connection:
            one, other = (
                given if isinstance(given, SnapshotView) else one_snapshot.one(connection, str(given))
                for given in (old, new)
            )
            return page_versions.between(connection, one, other)

    def diff(self, url: str, since: str | None = None, until: str | None = None) -> Diff:
        """What differs between two versions of a page: the last two, or those named by a date, `yesterday`, `first`,
        `latest` or a snapshot's number. With another URL as `since`, the newest of both pages.

        Raises PageNotFound, NoSuchVersion, OneVersion, NotADate; and Withheld, where one of the two that were named
        is, or all but one.
        """
        with database.reading(self.engine) as connection:
            return page_versions.diff(connection, url, since, until, Clock().now())

    def blame(self, url: str) -> "list[Sentence]":
        """When each sentence of a page's latest text came in. Raises PageNotFound, and Withheld."""
        from storage import blame

        with database.reading(self.engine) as connection:
            return blame.blame(connection, url)

    def first_seen(self, phrase: str, url: str | None = None) -> "list[Seen]":
        """When a phrase entered and left a page's text or headline, or all pages'; the earliest first.

        Raises UsageError for a phrase without words, PageNotFound, and Withheld.
        """
        from storage import first_seen

        with database.reading(self.engine) as connection:
            return first_seen.first_seen(connection, phrase, url)

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

    def search(self, query: Search | str = "", **more: Unpack[Options]) -> Found:
        """A page of what is found: for a query in the language of docs/search.md, with a Search's other fields by name.

        Raises UsageError (a date that is none, a cursor that is another search's, a limit out of range, what takes
        longer than `search_seconds`) and NotIndexed.
        """
        from storage.search import finder
        from storage.search.patience import patient

        with database.reading(self.engine) as connection, patient(connection, self.search_seconds):
            return finder.find(connection, asked(query, more))

    def facets(self, query: Search | str = "", *, at_most: int | None = None, **more: Unpack[Options]) -> Facets:
        """What is found, counted by source, month and language; or at most so many of it, the newest.

        Raises as `search` does.
        """
        from storage.search import finder
        from storage.search.patience import patient

        with database.reading(self.engine) as connection, patient(connection, self.search_seconds):
            return finder.count(connection, asked(query, more), at_most)

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
        with database.reading(self.engine) as connection:
            return one_snapshot.removed(connection, view)

    def taught(self, site: str) -> Taught:
        """What a site, by its domain, a URL of it or its source's name, has taught. Raises UnknownSite, and Withheld
        where all of it is hidden."""
        with database.reading(self.engine) as connection:
            found = find_site(connection, site)
            withholding.must_show_site(connection, found)
            return taught(connection, found)

    def raw_text(self, view: SnapshotView) -> str:
        """A snapshot's text with nothing cut."""
        with database.reading(self.engine) as connection:
            return one_snapshot.raw_text(connection, view)

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

    def replay(self, url: str, when: datetime, address: "Address") -> "Replayed":
        """The capture of a URL that is nearest to a moment, as a browser may be shown it; `address`: where a timestamp
        and a URL are shown.

        Raises CaptureNotFound, PayloadNotFound, Withheld, NotShown, DamagedRecord, and UsageError for what is no URL.
        """
        # It brings lxml along, which no other reading command needs.
        from storage.replaying.replay import replay

        return replay(self.engine, self.folder, url, when, address)

    def cdx(self, query: CdxQuery) -> Iterator[str]:
        """The captures that a search of the index finds, in pieces of text. Raises UsageError with the first."""
        return cdx.lines(self.engine, query)

    def runs(self, limit: int = 20, *, before: int | None = None) -> list[RunView]:
        """The latest runs, or those before one; newest first. Those of sources that are withheld are left out."""
        with database.reading(self.engine) as connection:
            found = run_views.runs(connection, limit, before=before, to_readers=True)
        return [attrs.evolve(one, error=one.error and self.folder.unplaced(one.error)) for one in found]

    def run(self, number: int) -> RunView | None:
        """One of them; None where there is none of that number. Raises Withheld for one of a source that is."""
        with database.reading(self.engine) as connection:
            withholding.must_show_run(connection, number)
        found = self.runs(1, before=number + 1)
        return found[0] if found and found[0].run == number else None

    def day_counts(self, first: date, last: date, *, source: str | None = None) -> "Sequence[DayCount]":
        """What the runs that began on these days, in UTC, found of each source: articles, edits, takedowns."""
        from storage.day_counts import day_counts

        # Its last microsecond is no loss: a run begins before it, and the calendar ends with it.
        until = moments.moment(f"{last}", Clock().now())
        return day_counts(self, since=moments.beginning(f"{first}", Clock().now()), until=until, source=source)

    def identity(self) -> str:
        """A name that no other archive has and that stays: the UUID of its first record; "empty" before there is
        one."""
        with database.reading(self.engine) as connection:
            return one_snapshot.first_record(connection) or "empty"

    def posts(self) -> dict[str, posts.Post]:
        """What there is of the notices of each rule that ever had one."""
        with database.reading(self.engine) as connection:
            return {post.rule: post for post in posts.posts(connection)}

    def status(self, clock: Clock | None = None, *, to_readers: bool = False) -> dict[str, Any]:
        """Runs, sources, what is due, and what looks wrong, as `status --json` prints it for the archive's owner;
        `to_readers`: without the sources that are withheld and without where the archive lies."""
        with database.reading(self.engine) as connection:
            return status.status(connection, self.folder, (clock or Clock()).now(), to_readers=to_readers)
