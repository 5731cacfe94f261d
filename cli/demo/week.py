"""A week of the two made-up sites, with all that an archive has to notice in one."""

import re
from dataclasses import replace
from datetime import date, timedelta

from cli.demo.edition import Edition, build_edition
from cli.demo.masthead import load_masthead
from cli.demo.newspaper import SITES, Newspaper
from cli.demo.notes import notes
from cli.demo.page import HTML, Page

NIGHTS = 7

LEDGER, TAGBLATT = range(2)

# What happens, and in which night it is there for the first time.
LIE = 2
VANISHING_FROM, BACK = 2, 4
QUIET_EDIT = 3
TAKEDOWN = 3
REDESIGN = 5
OUTAGE = 5
WALL = 6

EDITED = "/science/oyster-reef-returns/"
TAKEN_DOWN = "/local/school-bus-routes-cut/"
VANISHING = "/science/lead-in-garden-soil/"
"""Taken down, and back two nights later."""

_OUT_OF_ORDER = Page(
    body=b"<h1>Out of order</h1>", content_type=HTML, status=503, retry_after="7200"
)  # fmt: skip
_WALL = Page(
    body=b"<!doctype html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>",
    content_type=HTML,
    status=403,
)


class Week(Newspaper):
    """The newspaper over NIGHTS nights, with new notes every day.

    What happens besides: a quiet edit, and one of all articles that the server hides behind 304s; two takedowns, one of
    them taken back; a redesign of the second site that loses its metadata; an outage of the first, and a bot wall
    before its articles.
    """

    def __init__(self, *, today: date, ports: tuple[int, int] = (0, 0), host: str = "127.0.0.1") -> None:
        """`today` is the date of the last night."""
        super().__init__(today=today - timedelta(days=NIGHTS - 2), ports=ports, host=host)
        self._night = 1
        self._of_night: dict[tuple[int, int], Edition] = {}

    @property
    def night(self) -> int:
        """From 1 to NIGHTS. Setting it brings that day's notes, and what happens on it."""
        return self._night

    @night.setter
    def night(self, night: int) -> None:
        if not 1 <= night <= NIGHTS:
            raise ValueError(f"The week has nights 1 to {NIGHTS}, not {night}.")
        self._night = night
        self.day = min(night, 2)

    def url(self, path: str) -> str:
        """The address of a page of the first site."""
        return self._bases[LEDGER] + path

    def paths(self, index: int, night: int) -> list[str]:
        """The articles that a site (LEDGER or TAGBLATT) has online in a night, newest first."""
        return [article.path for article in self._edition(index, night).articles]

    def answer(self, index: int, path: str) -> Page:
        """What a site (LEDGER or TAGBLATT) answers for a path in this night."""
        edition = self._edition(index, self._night)
        page = edition.pages.get(path, edition.not_found)
        return self._on_ledger(path, page, edition) if index == LEDGER else self._on_tagblatt(path, page)

    def _edition(self, index: int, night: int) -> Edition:
        if (index, night) not in self._of_night:
            masthead, last = load_masthead(SITES[index]), self.today + timedelta(days=night - 2)
            self._of_night[index, night] = build_edition(
                masthead,
                self._bases[index],
                today=self.today,
                day=min(night, 2),
                more=notes(masthead, first=self.today - timedelta(days=1), last=last),
                days_later=max(0, night - 2),
            )
        return self._of_night[index, night]

    def _on_ledger(self, path: str, page: Page, edition: Edition) -> Page:
        night = self._night
        if night == OUTAGE:
            return _OUT_OF_ORDER
        if (path == TAKEN_DOWN and night >= TAKEDOWN) or (path == VANISHING and VANISHING_FROM <= night < BACK):
            return edition.not_found
        if night == WALL and path in self.paths(LEDGER, night):
            return _WALL
        if path == EDITED and night >= QUIET_EDIT:
            # Its Last-Modified is that of the edit, its own dates are not.
            return replace(
                page, body=page.body.replace(b"40,000 animals", b"4,000 animals"), changed_at=edition.built_at
            )
        if night >= LIE and page.changed_at is not None and path in self.paths(LEDGER, 1):
            # A house rule for the first comma of each paragraph, and no page is any newer for it.
            return replace(page, body=_PARAGRAPH.sub(rb"\1 -", page.body), claimed_etag=page.etag)
        return page

    def _on_tagblatt(self, path: str, page: Page) -> Page:
        if self._night < REDESIGN or page.content_type != HTML or page.status != 200 or not path.endswith(".html"):
            return page
        return replace(page, body=_redesigned(page.body))


_PARAGRAPH = re.compile(rb"(<p>[^<,]*),(?= )")
_METADATA = re.compile(rb'<meta (?!charset)[^>]*>|<link rel="canonical"[^>]*>|<script[^>]*ld\+json.*?</script>', re.S)
_SHOWN = re.compile(rb"<time.*?</time>", re.S)


def _redesigned(body: bytes) -> bytes:
    """The page as a new system makes it: without metadata and dates, its headline no heading."""
    body = _SHOWN.sub(b"", _METADATA.sub(b"", body))
    body = re.sub(rb"<title>.*?</title>", b"<title>Tagblatt</title>", body, flags=re.S)
    return body.replace(b"<h1", b"<div").replace(b"</h1>", b"</div>")
