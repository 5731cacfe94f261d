"""What the archive has learnt of a site, for the cleaning of one page. Reads only; `storage.generations` writes."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

import attrs
from sqlalchemy import Connection, Engine, func, or_, select

from storage import mirrors
from storage.database import reading
from storage.knowledge import NOTHING, Knowledge
from storage.leaves import is_long
from storage.memory_tables import GenerationRow, KinRow, MemoryRow, OverrulingRow, SiteGenerationRow
from storage.tables import AliasRow

K = TypeVar("K")
T = TypeVar("T")

# Up to so many articles it is noted which pages they are, so that a page never testifies against itself. Of more than
# that, one more or less decides nothing, and a page that has the line is taken for one of them.
EXACT = 4

# A site of fewer articles has no memory to speak of: it is cleaned with the archive's own classifier.
ENOUGH = 3

# The sites with a common template that share most lines; a chain of local papers has a hundred of them.
MOST_KIN = 5

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
"""Before every capture."""

# Sites whose lines are held in memory at once; 1,000 lines of one take 150 KB.
_CACHED = 256
# SQLite takes 32,766 parameters to a statement, older ones 999.
_AT_ONCE = 500


@attrs.frozen(kw_only=True)
class Line:
    """A line that a site repeats, as one generation knows it."""

    key: int
    articles: int
    first_seen_at: datetime
    last_seen_at: datetime
    forgotten: bool

    def covers(self, when: datetime) -> bool:
        """Whether it speaks of a capture of that time: one from when the site had it."""
        return self.first_seen_at <= when and (not self.forgotten or when <= self.last_seen_at)


@attrs.frozen(eq=False)
class _SpokenOf(Mapping[int, int]):
    """Key of a line -> its articles, as the lines speak of a capture of one time. Worked out when a line is asked for:
    a page has some thirty, a site thousands."""

    _lines: Mapping[int, Sequence[Line]]
    _when: datetime
    _own: frozenset[int]
    """Lines that the page itself is counted with."""

    def __getitem__(self, key: int) -> int:
        articles = self._articles(key)
        if articles == 0:
            raise KeyError(key)
        return articles

    def __contains__(self, key: object) -> bool:
        return isinstance(key, int) and self._articles(key) > 0

    def __iter__(self) -> Iterator[int]:
        return (key for key in self._lines if self._articles(key))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def __reduce__(self) -> tuple[type[dict[int, int]], tuple[dict[int, int]]]:
        # To another process goes what holds for this page, and not the site.
        return dict, (dict(self),)

    def _articles(self, key: int) -> int:
        lines = self._lines.get(key)
        if lines is None:
            return 0
        most = max((line.articles for line in lines if line.covers(self._when)), default=0)
        return max(0, most - (key in self._own))


@attrs.frozen(kw_only=True)
class SiteMemory:
    """What one generation knows of one site."""

    generation: int
    known: int
    lines: tuple[Line, ...]
    """Those of kin sites among them."""
    counted: frozenset[str]
    """URL keys of the pages among `known`, where they are few."""
    own: dict[str, frozenset[int]]
    """URL key of a page -> lines that are counted on it, where they stand on few."""
    overruled: dict[int, bool]
    model: bytes | None
    _by_key: dict[int, list[Line]] = attrs.field(init=False, factory=dict)
    _always: dict[int, int] = attrs.field(init=False)
    """Lines that speak of captures from `_settled` on."""
    _settled: datetime = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        standing = [line for line in self.lines if not line.forgotten]
        ends = [line.last_seen_at for line in self.lines if line.forgotten]
        for line in self.lines:
            self._by_key.setdefault(line.key, []).append(line)
        object.__setattr__(self, "_always", _most(standing))
        object.__setattr__(self, "_settled", max([line.first_seen_at for line in standing] + ends, default=BEGINNING))

    def knowledge(self, url: str, captured_at: datetime) -> Knowledge:
        """For a page that was captured then: without what only itself testifies."""
        own = self.own.get(url, frozenset())
        repeated: Mapping[int, int] = _SpokenOf(self._by_key, captured_at, own)
        # Of a page captured after all dates, every standing line speaks, and no forgotten one.
        if captured_at > self._settled:
            repeated = dict(repeated) if own else self._always
        # Above EXACT the page is one of them; a kin site's lines are not diminished, being other articles anyway.
        others = self.known - 1 if self.known > EXACT or url in self.counted else self.known
        return Knowledge(
            generation=self.generation,
            known=max(0, others),
            repeated=repeated,
            overruled=self.overruled,
            model=self.model,
        )


def _most(lines: Iterable[Line]) -> dict[int, int]:
    found: dict[int, int] = {}
    for line in lines:
        if line.articles > found.get(line.key, 0):
            found[line.key] = line.articles
    return found


def newest_generation(connection: Connection) -> int:
    """The number of the newest generation; 0 where nothing has been learnt."""
    return connection.execute(select(func.max(GenerationRow.id))).scalar() or 0


class Memory:
    """One generation of the memory, with what was asked before at hand."""

    def __init__(self, engine: Engine, generation: int | None = None):
        """`generation`: None for the newest there is now. It stays the same however long this lives."""
        self._engine = engine
        with reading(engine) as connection:
            self._mirrors = mirrors.known(connection)
            self.generation = newest_generation(connection) if generation is None else generation
        self._known_steps: dict[str, tuple[Sequence[tuple[int, datetime]], bool]] = {}
        self._loaded: dict[tuple[str, int], SiteMemory] = {}

    def knowledge(self, url: str, captured_at: datetime, *, site: str | None = None) -> Knowledge:
        """For a capture of that URL and time. `site`: another than the URL's own."""
        if self.generation == 0:
            return NOTHING
        site = site or self.site(url)
        steps = self._known_steps.get(site)
        if steps is None:
            with reading(self._engine) as connection:
                steps = _steps(connection, site, self.generation)
            _remember(self._known_steps, site, steps)
        number = _step_for(steps[0], captured_at)
        if number == 0 and steps[1]:
            return NOTHING
        memory = self._loaded.get((site if number else "", number))
        if memory is None:
            with reading(self._engine) as connection:
                memory = load_site(connection, site, number) if number else self._none(connection)
            _remember(self._loaded, (site if number else "", number), memory)
        return memory.knowledge(self._mirrors.key(url), captured_at)

    def site(self, url: str) -> str:
        """The site whose memory a URL's page is cleaned by."""
        return self._mirrors.site(url)

    def _none(self, connection: Connection) -> SiteMemory:
        """Of a site that nothing is known of."""
        number, model = model_in_force(connection, self.generation)
        return SiteMemory(
            generation=number, known=0, lines=(), counted=frozenset(), own={}, overruled={}, model=model
        )  # fmt: skip


def _remember(cache: dict[K, T], name: K, value: T) -> None:
    if len(cache) >= _CACHED:
        del cache[next(iter(cache))]
    cache[name] = value


def _steps(connection: Connection, site: str, generation: int) -> tuple[Sequence[tuple[int, datetime]], bool]:
    """The generations up to this one in which the knowledge of a site changed, ascending, with what they concern;
    and whether the site has a memory to speak of."""
    query = (
        select(SiteGenerationRow.generation_id, SiteGenerationRow.since, SiteGenerationRow.known)
        .where(SiteGenerationRow.site == site, SiteGenerationRow.generation_id <= generation)
        .order_by(SiteGenerationRow.generation_id)
    )
    rows = connection.execute(query).all()
    # Only steps that a later one does not take back as far can ever be the answer.
    steps: list[tuple[int, datetime]] = []
    for row in rows:
        while steps and steps[-1][1] >= row.since:
            steps.pop()
        steps.append((row.generation_id, row.since))
    return steps, any(row.known >= ENOUGH for row in rows)


def _step_for(steps: Sequence[tuple[int, datetime]], captured_at: datetime) -> int:
    """The newest step that concerns a capture of that time; 0 where none does."""
    index = bisect_right(steps, captured_at, key=lambda step: step[1])
    return steps[index - 1][0] if index else 0


def load_site(connection: Connection, site: str, generation: int) -> SiteMemory:
    """What a generation knows of a site; one in which that changed."""
    row = connection.execute(
        select(SiteGenerationRow.known, SiteGenerationRow.pages)
        .where(SiteGenerationRow.site == site, SiteGenerationRow.generation_id == generation)
    ).one()  # fmt: skip
    lines: list[Line] = []
    pages: dict[int, set[int]] = {}
    for found in connection.execute(lines_at(generation).where(MemoryRow.site == site)):
        # A page that has the line is taken for one of its many articles.
        many = found.articles > EXACT
        lines.append(_line(found, found.articles - 1 if many else found.articles))
        for page in found.pages or () if not many else ():
            pages.setdefault(page, set()).add(found.key)
    for other in kin_at(connection, site, generation):
        rows = connection.execute(lines_at(generation).where(MemoryRow.site == other))
        lines += [_line(found, found.articles) for found in rows if is_long(found.key)]
    names = _url_keys(connection, {*pages, *(row.pages or ())})
    counted = {name for page in row.pages or () for name in names.get(page, ())}
    own = {name: frozenset(keys) for page, keys in pages.items() for name in names.get(page, ())}
    overruled = select(OverrulingRow.key, OverrulingRow.cut).where(
        OverrulingRow.site == site,
        OverrulingRow.generation_id <= generation,
        or_(OverrulingRow.lifted_in.is_(None), OverrulingRow.lifted_in > generation),
    )
    return SiteMemory(
        generation=generation,
        known=row.known,
        lines=tuple(lines),
        counted=frozenset(counted),
        own=own,
        overruled={found.key: found.cut for found in connection.execute(overruled.order_by(OverrulingRow.id))},
        model=model_in_force(connection, generation)[1] if row.known < ENOUGH else None,
    )


def _line(row: Any, articles: int) -> Line:
    return Line(
        key=row.key,
        articles=articles,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        forgotten=row.forgotten,
    )


def model_in_force(connection: Connection, generation: int) -> tuple[int, bytes | None]:
    """The newest classifier up to a generation, and the generation that trained it; 0 and None for none."""
    query = select(GenerationRow.id, GenerationRow.model).where(
        GenerationRow.id <= generation, GenerationRow.model.is_not(None)
    )
    row = connection.execute(query.order_by(GenerationRow.id.desc()).limit(1)).first()
    return (row.id, row.model) if row else (0, None)


def lines_at(generation: int) -> Any:
    """One row per line of a site and time of its, as a generation knew it. No order."""
    return select(
        MemoryRow.id,
        MemoryRow.site,
        MemoryRow.key,
        MemoryRow.text,
        MemoryRow.articles,
        MemoryRow.pages,
        MemoryRow.first_seen_at,
        MemoryRow.last_seen_at,
        MemoryRow.forgotten,
        MemoryRow.generation_id,
    ).where(
        MemoryRow.generation_id <= generation,
        or_(MemoryRow.superseded_in.is_(None), MemoryRow.superseded_in > generation),
    )


def kin_at(connection: Connection, site: str, generation: int) -> list[str]:
    """Sites with the same template as this one, as a generation knew them: those that share most lines first."""
    query = (
        select(KinRow.other)
        .where(KinRow.site == site, KinRow.generation_id <= generation)
        .order_by(KinRow.lines.desc(), KinRow.other)
        .limit(MOST_KIN)
    )
    return list(connection.execute(query).scalars())


def _url_keys(connection: Connection, pages: Iterable[int]) -> dict[int, list[str]]:
    """The URL keys of pages and their aliases."""
    found: dict[int, list[str]] = {}
    for some in in_parts(sorted(pages)):
        query = select(AliasRow.page_id, AliasRow.key).where(AliasRow.page_id.in_(some))
        for row in connection.execute(query):
            found.setdefault(row.page_id, []).append(row.key)
    return found


def in_parts(values: Iterable[T], size: int = _AT_ONCE) -> Iterator[list[T]]:
    """Values in lists that a statement can take."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
