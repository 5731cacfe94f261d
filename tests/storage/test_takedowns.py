"""Takedowns: suspected by one visit, confirmed by another, over when the page is back; with a frozen clock."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from pipelines.answers import by_status
from storage import takedowns
from storage.archive import Archive
from storage.article import Access, Article, Block, BlockKind, Rendition
from storage.capture import Capture, Exchange
from storage.clock import Clock
from storage.database import reading
from storage.directives import forbids_index
from storage.folder import Folder
from storage.outcome import Outcome, Receipt
from storage.record import Ledger
from storage.recorder import Recorder
from storage.runs import begin
from storage.takedowns import Observation, Sign, Takedown, spells

START = datetime(2026, 3, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)
LONG = "The council of Brackwater met on Tuesday and agreed to mend quay number {n} before the winter storms. "
STUB = "We have moved house. Here is what our readers like best this week, and where to find the weather for tomorrow."


@attrs.frozen
class Frozen(Clock):
    """Stands still."""

    when: datetime = START

    def now(self) -> datetime:
        return self.when


class Books:
    """An archive that is given visits at chosen times."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.recorder = Recorder(Folder(folder), clock=Frozen(), group_seconds=0)
        self.run = asyncio.run(
            self.recorder.transact(
                lambda connection: begin(connection, self.recorder.lock, "archive", None, None, now=START)
            )
        )

    def visit(self, capture: Capture, **more: Any) -> Receipt:
        self.recorder.set_clock(Frozen(when=capture.captured_at))
        visit = attrs.evolve(by_status(capture, {"example.org/news"}), **more)
        return asyncio.run(self.recorder.record(visit, Ledger(run_id=self.run.id, source_id=None)))

    def sees(
        self, at: datetime, text: str, *, path: str = "/a", noindex: bool = False, access: Access = Access.OPEN
    ) -> Receipt:
        blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=line) for line in text.splitlines())
        article = Article(extractor="test", title=path, access=access, blocks=blocks, noindex=noindex)
        rendition = Rendition(extractor="test", rules="test", generation=0, text=text)
        return self.visit(
            capture(at, path=path, body=f"{text}{noindex}".encode()), article=article, rendition=rendition
        )

    def events(self, path: str = "/a") -> list[dict[str, Any]]:
        archive = Archive.open(self.folder)
        events = [event.as_json() for event in archive.history(f"https://example.org{path}")[1]]
        archive.close()
        return events


def capture(at: datetime, *, status: int = 200, path: str = "/a", body: bytes = b"", to: str | None = None) -> Capture:
    url = f"https://example.org{path}"
    hops = (Exchange(url=url, status=302, headers=(("Location", to),), captured_at=at),) if to else ()
    return Capture(
        url=f"https://example.org{to}" if to else url,
        requested_url=url,
        status=status,
        body=body,
        captured_at=at,
        redirects=hops,
    )


def text(n: int) -> str:
    return "\n".join(LONG.format(n=f"{n}{k}") * 2 for k in range(5))


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    made = Books(tmp_path / "archive")
    yield made
    made.recorder.close()


def test_a_404_is_suspected_at_first_and_confirmed_by_a_visit_a_day_later(books: Books) -> None:
    good = books.sees(START, text(1)).snapshot
    assert books.visit(capture(START + DAY, status=404)).outcome is Outcome.GONE
    gone = {"event": "gone", "at": "2026-03-03T03:00:00Z", "status": 404, "sign": "http_404", "snapshot": good}
    assert books.events() == [gone | {"suspected": True, "confirmed_at": None}]
    books.visit(capture(START + DAY + timedelta(hours=2), status=404))
    assert books.events()[0]["suspected"]
    books.visit(capture(START + 2 * DAY, status=410))
    assert books.events() == [gone | {"suspected": False, "confirmed_at": "2026-03-04T03:00:00Z"}]


def test_a_page_that_is_back_is_an_event_and_can_go_again(books: Books) -> None:
    books.sees(START, text(1))
    books.visit(capture(START + DAY, status=404))
    books.sees(START + 2 * DAY, text(1))
    books.visit(capture(START + 3 * DAY, status=410))
    assert [(event["event"], event["status"]) for event in books.events()] == [
        ("gone", 404),
        ("back", 200),
        ("gone", 410),
    ]


def test_a_host_that_is_down_neither_confirms_nor_ends_a_takedown(books: Books) -> None:
    books.sees(START, text(1))
    books.visit(capture(START + DAY, status=404))
    assert books.visit(capture(START + 3 * DAY, status=500)).outcome is Outcome.FAILED
    assert [event["suspected"] for event in books.events()] == [True]


@pytest.mark.parametrize(("to", "sign"), [("/", "to_front_page"), ("/news/", "to_section")])
def test_a_redirect_to_the_front_page_or_a_section_is_a_takedown(books: Books, to: str, sign: str) -> None:
    books.sees(START, text(1))
    assert books.visit(capture(START + DAY, to=to, body=b"x")).outcome is Outcome.GONE
    assert books.events()[0]["sign"] == sign


def test_a_redirect_to_another_page_that_is_no_article_is_a_takedown(books: Books) -> None:
    books.sees(START, text(1))
    found = capture(START + DAY, to="/search", body=b"x")
    assert books.visit(found, outcome=Outcome.NOT_ARTICLE, kind="listing").outcome is Outcome.GONE
    assert books.events()[0]["sign"] == "to_section"


def test_a_text_that_replaces_several_pages_is_what_the_site_says_of_what_it_has_not(books: Books) -> None:
    for n in (1, 2, 3):
        books.sees(START, text(n), path=f"/{n}")
    assert books.sees(START + DAY, STUB, path="/1").outcome is Outcome.CHANGED
    assert books.events("/1") == []
    assert books.sees(START + DAY, STUB, path="/2").outcome is Outcome.GONE
    assert books.sees(START + DAY, STUB, path="/3").outcome is Outcome.GONE
    assert [books.events(path)[0]["sign"] for path in ("/1", "/2", "/3")] == ["like_vanished"] * 3
    # The first one's snapshot of it stays, and is no proof that the page is back.
    books.sees(START + 2 * DAY, STUB, path="/1")
    assert [event["suspected"] for event in books.events("/1")] == [False]


def test_two_addresses_of_one_article_that_is_rewritten_are_no_takedown(books: Books) -> None:
    for path in ("/1", "/1-amp"):
        books.sees(START, text(1), path=path)
    assert [books.sees(START + DAY, text(2), path=path).outcome for path in ("/1", "/1-amp")] == [Outcome.CHANGED] * 2
    assert books.events("/1") == books.events("/1-amp") == []


def test_a_text_in_place_of_a_teaser_is_no_takedown(books: Books) -> None:
    for n in (1, 2):
        books.sees(START, text(n), path=f"/{n}", access=Access.TEASER)
    assert [books.sees(START + DAY, STUB, path=f"/{n}").outcome for n in (1, 2)] == [Outcome.CHANGED] * 2
    assert books.events("/1") == books.events("/2") == []


def test_noindex_is_a_sign_only_where_it_was_added_and_is_over_when_it_is_taken_away(books: Books) -> None:
    books.sees(START, text(1), noindex=True, path="/always")
    books.sees(START + DAY, text(1), noindex=True, path="/always")
    assert books.events("/always") == []
    books.sees(START, text(2))
    assert books.sees(START + DAY, text(2), noindex=True).outcome is Outcome.UNCHANGED
    assert books.events()[0]["sign"] == "noindex"
    books.visit(capture(START + 2 * DAY, status=304))
    assert not books.events()[0]["suspected"]
    books.sees(START + 3 * DAY, text(2))
    assert [event["event"] for event in books.events()] == ["gone", "back"]


def test_a_page_that_stays_without_its_text_is_a_takedown(books: Books) -> None:
    books.sees(START, text(1))
    assert books.sees(START + DAY, "This article has been removed.").outcome is Outcome.CHANGED
    assert books.events()[0]["sign"] == "text_gone"
    books.sees(START + 2 * DAY, "This article has been removed.")
    assert not books.events()[0]["suspected"]


def test_an_older_visit_that_comes_later_is_taken_in_at_its_place(books: Books) -> None:
    first = books.sees(START, text(1)).snapshot
    books.visit(capture(START + 4 * DAY, status=404))
    books.visit(capture(START + 2 * DAY, status=404))
    (gone,) = books.events()
    assert (gone["at"], gone["suspected"], gone["snapshot"]) == ("2026-03-04T03:00:00Z", False, first)


def test_unconfirmed_takedowns_are_told_from_confirmed_ones(books: Books) -> None:
    for n in (1, 2, 3):
        books.sees(START, text(n), path=f"/{n}")
    for n, days in ((1, 1), (2, 2), (1, 3), (3, 4)):
        books.visit(capture(START + days * DAY, status=404, path=f"/{n}"))
    with reading(books.recorder.engine) as connection:
        unconfirmed = takedowns.unconfirmed(connection)
        confirmed = takedowns.confirmed_since(connection, START)
    assert [one.url for one in unconfirmed] == ["https://example.org/2", "https://example.org/3"]
    assert [one.url for one in confirmed] == ["https://example.org/1"]


def test_what_is_gone_is_looked_for_a_day_later_and_then_ever_more_rarely() -> None:
    one = Takedown(sign=Sign.HTTP_404, status=404, suspected_at=START)
    assert one.recheck_at(START) == START + timedelta(hours=20)
    confirmed = attrs.evolve(one, confirmed_at=START + DAY)
    assert confirmed.recheck_at(START + 4 * DAY) == START + 8 * DAY
    assert confirmed.recheck_at(START + 400 * DAY) == START + 430 * DAY


def test_a_page_that_was_never_there_is_not_gone() -> None:
    never = Observation(at=START, outcome="gone", status=404, sign="http_404", snapshot=None, noindex=None)
    assert spells([never, attrs.evolve(never, at=START + DAY)]) == []


@pytest.mark.parametrize(
    ("value", "forbidden"),
    [
        ("noindex, nofollow", True),
        ("NONE", True),
        ("index, follow", False),
        ("max-image-preview:large", False),
        ("googlebot: noindex", True),
        ("otherbot: noindex, nofollow", False),
        ("unavailable_after: 25 Jun 2026 15:00:00 PST, noindex", True),
    ],
)
def test_directives_of_a_robots_meta_element_and_header_are_read(value: str, forbidden: bool) -> None:
    assert forbids_index(value) is forbidden
