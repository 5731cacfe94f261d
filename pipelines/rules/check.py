"""Checks the rules of an archive: the files they stand in, and what they do to pages that the archive has."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence

import attrs
from sqlalchemy import Engine

from pipelines.page import NotArticle, PageBytes
from pipelines.rules.trial import Trial, try_rules
from pipelines.workers import Workers
from storage import database, snapshots
from storage.clock import Clock
from storage.errors import BackissueError, InvalidURL, UnknownSource
from storage.folder import Folder
from storage.rule_book import RuleBook
from storage.rules import FIELDS, SiteRules
from storage.site_config import SiteConfig
from storage.urls import parsed

# Two for the layouts that most sites have, and some more for the pages that are none of them.
SNAPSHOTS = 5

# No rule that is meant drops so much of a page; menus and lists of teasers are a half of many.
EVERYTHING = 0.9


@attrs.frozen(kw_only=True)
class RuleResult:
    """What one selector found."""

    key: str
    selector: str
    pages: int
    """On how many of the pages it found something that can be used."""
    found: int
    """Elements or texts, over all pages."""


@attrs.frozen(kw_only=True)
class Checked:
    """One site's rules, checked."""

    source: str | None
    """Whose own rules these are. None: they are a rule file's."""
    origin: str
    """"sources.toml" or the file's name."""
    rules: str | None
    """Their digest; None where the file has none that can be used."""
    snapshots: tuple[int, ...]
    """What they were tried on."""
    results: tuple[RuleResult, ...]
    """One for each selector, in the order of the rules; empty where there was nothing to try them on."""
    not_used: dict[str, int]
    """Key of the rule file -> how many of its lines are not used."""
    problems: tuple[str, ...]
    """One line for each thing that is wrong."""


@attrs.define(kw_only=True)
class _Subject:
    rules: SiteRules
    source: str | None = None
    config: SiteConfig | None = None
    snapshots: dict[int, None] = attrs.field(factory=dict)
    """As an ordered set."""


def check_rules(folder: Folder, names: Sequence[str] = ()) -> list[Checked]:
    """The rules of the named sources, or all rules, each checked against snapshots that the archive has.

    Raises SourceFileError, UnknownSource, DatabaseFailed.
    """
    book = RuleBook.of(folder)
    for name in names:
        if name not in book.sources:
            raise UnknownSource(name, list(book.sources))
    if not folder.database.is_file():
        return [_judged(subject, {}) for subject in _subjects(book, None, names)]
    engine = database.open_engine(folder.database, write=False)
    try:
        database.check(engine)
        subjects = _subjects(book, engine, names)
        return asyncio.run(_all_tried(folder, engine, subjects))
    finally:
        engine.dispose()


def _subjects(book: RuleBook, engine: Engine | None, names: Sequence[str]) -> list[_Subject]:
    """Each source's own rules with its newest snapshots; each rule file with those it holds for and its test URLs."""
    own: list[_Subject] = []
    by_file: dict[str, _Subject] = {}

    def add(config: SiteConfig, found: Iterable[int]) -> None:
        subject = by_file.setdefault(config.file.name, _Subject(rules=config.rules, config=config))
        subject.snapshots.update(dict.fromkeys(found))

    for source in book.sources.values():
        if names and source.name not in names:
            continue
        newest = snapshots.newest_of(engine, source.name, SNAPSHOTS) if engine else []
        if source.rules:
            own.append(_Subject(rules=source.rules, source=source.name, snapshots=dict.fromkeys(newest)))
            continue
        home = book.file_for(source.home)
        if home is not None:
            add(home, ())
        for snapshot in newest if engine else ():
            config = book.file_for(snapshots.seen(engine, snapshot).url) if engine else None
            if config is not None:
                add(config, [snapshot])
    for config in () if names else book.files():
        add(config, _archived(engine, config.test_urls) if engine else ())
    return own + [by_file[name] for name in sorted(by_file)]


def _archived(engine: Engine, urls: Iterable[str]) -> list[int]:
    found = []
    for url in urls:
        try:
            snapshot = snapshots.newest_at(engine, url, Clock())
        except InvalidURL:
            continue  # `_judged` tells of it
        if snapshot is not None:
            found.append(snapshot)
    return found


async def _all_tried(folder: Folder, engine: Engine, subjects: Sequence[_Subject]) -> list[Checked]:
    if not any(subject.snapshots for subject in subjects):
        return [_judged(subject, {}) for subject in subjects]
    # One worker: a rule that kills or outlasts it must not end the check.
    workers = Workers(1)
    try:
        return [_judged(subject, await _tried(folder, engine, workers, subject)) for subject in subjects]
    finally:
        workers.close()


async def _tried(
    folder: Folder, engine: Engine, workers: Workers, subject: _Subject
) -> dict[int, tuple[str, Trial | str]]:
    """Snapshot -> its URL, and what the rules do to it or why that cannot be told."""
    found: dict[int, tuple[str, Trial | str]] = {}
    for snapshot in subject.snapshots if subject.rules else ():
        url = snapshots.seen(engine, snapshot).url
        try:
            page = PageBytes.of(snapshots.exchange_of(engine, folder.warc, snapshot))
            trial = await workers.run(try_rules, url, page, subject.rules)
        except BackissueError as error:
            found[snapshot] = url, str(error)
        else:
            found[snapshot] = url, trial.why if isinstance(trial, NotArticle) else trial
    return found


def _judged(subject: _Subject, pages: dict[int, tuple[str, Trial | str]]) -> Checked:
    problems: list[str] = []
    config = subject.config
    if config is not None:
        problems += [f"line {line} is left out: {why}" for line, why in config.mistakes]
        problems += [f"the test_url is no address: {why}" for why in _invalid(config.test_urls)]
    trials = [(url, trial) for url, trial in pages.values() if isinstance(trial, Trial)]
    problems += [f"snapshot {snapshot}: {why}" for snapshot, (_, why) in pages.items() if isinstance(why, str)]
    results = _results(trials)
    problems += _found_nothing(results, trials, own=subject.source is not None)
    for url, trial in trials:
        problems += _found_everything(url, trial)
    return Checked(
        source=subject.source,
        origin=subject.rules.origin,
        rules=subject.rules.digest if subject.rules else None,
        snapshots=tuple(pages),
        results=results,
        not_used=dict(config.unused) if config else {},
        problems=tuple(problems),
    )


def _invalid(urls: Iterable[str]) -> list[str]:
    wrong = []
    for url in urls:
        try:
            parsed(url)
        except InvalidURL as error:
            wrong.append(str(error))
    return wrong


def _results(trials: Sequence[tuple[str, Trial]]) -> tuple[RuleResult, ...]:
    """The counts of each selector over all pages; the pages were all tried with the same rules."""
    columns = zip(*(trial.tried for _, trial in trials), strict=True)
    return tuple(
        RuleResult(
            key=column[0].key,
            selector=column[0].selector,
            pages=sum(one.readable > 0 for one in column),
            found=sum(one.found for one in column),
        )
        for column in columns
    )


def _found_nothing(results: Sequence[RuleResult], trials: Sequence[tuple[str, Trial]], *, own: bool) -> list[str]:
    """What is wrong where rules find nothing: any of a source's own; of a shared file's, the body alone."""
    pages_of_key: Counter[str] = Counter()
    for result in results:
        pages_of_key[result.key] += result.pages
    problems = []
    for index, result in enumerate(results):
        errors = {trial.tried[index].error for _, trial in trials} - {None}
        name = f"{result.key} {result.selector}"
        if errors:
            problems.append(f"{name} cannot be evaluated: {min(str(error) for error in errors)}")
        elif result.pages or not (own or result.key == "body"):
            continue
        elif result.key in ("keep", "drop") or not pages_of_key[result.key]:
            kind = (
                "finds texts, none of which can be read," if result.found and result.key in FIELDS else "finds nothing"
            )
            problems.append(f"{name} {kind} on {_pages(len(trials))}")
    return problems


def _found_everything(url: str, trial: Trial) -> list[str]:
    problems = [
        f"drop {one.selector} drops {one.dropped:.0%} of the words of {url}"
        for one in trial.tried
        if one.dropped > EVERYTHING
    ]
    if not problems and trial.dropped > EVERYTHING:
        problems.append(f"the rules drop {trial.dropped:.0%} of the words of {url}")
    if not trial.article:
        problems.append(f"the rules leave no article of {url}, so it is read without them")
    return problems


def _pages(count: int) -> str:
    return "the one page it was tried on" if count == 1 else f"any of the {count} pages it was tried on"
