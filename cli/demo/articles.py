"""The newspaper's articles, as they stand on the first day and on the second."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from cli.demo.dates import fill
from cli.demo.markup import Block, parse
from cli.demo.masthead import Masthead, Section, read_toml, site_folder

Listing = Literal["home", "section", "feed", "news", "sitemap"]

EVERYWHERE: tuple[Listing, ...] = ("home", "section", "feed", "news", "sitemap")


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article as its site shows it on one day."""

    path: str
    """Where it is served and what its canonical link says, from the root."""

    old_path: str
    """A path that redirects here for good, and under which the section page lists it. Empty where there is none."""

    section: Section

    language: str
    """The tag the page carries: `en-US`, `en-GB`, `de` or `es`."""

    title: str

    standfirst: str
    """Plain text, also the page's description."""

    authors: tuple[str, ...]

    agency: bool
    """The text is the news agency's, whole or in part, so the page names an organisation as an author."""

    published: datetime
    """Aware, in the site's own zone."""

    modified: datetime | None
    """Aware, in the site's own zone. None where the page claims no change."""

    touched: datetime
    """When the page really changed last. Aware. Later than `modified` after an edit that the page keeps quiet about."""

    blocks: tuple[Block, ...]
    """The whole body, also what stands behind a paywall."""

    access: Literal["free", "metered", "paywalled"]

    metadata: Literal["full", "opengraph", "dublin-core"]
    """Which metadata the page carries besides its canonical link."""

    listed_in: tuple[Listing, ...]

    appeal: Literal["middle", "end", "none"]
    """Where the call for money stands."""

    feed_query: str
    """Tracking parameters on the feed's link. Empty where it has none."""

    tags: tuple[str, ...]

    role: str
    """What makes the page special, such as `edited`. Empty for the ordinary."""

    @property
    def public(self) -> bool:
        """Whether robots.txt lets a crawler fetch it."""
        return not self.path.startswith("/private/")

    @property
    def shown(self) -> tuple[Block, ...]:
        """The blocks that the page serves: all, or those before the paywall."""
        kinds = [block.kind for block in self.blocks]
        return self.blocks[: kinds.index("wall")] if "wall" in kinds else self.blocks

    @property
    def text(self) -> str:
        """Standfirst and the served body, a line each. No captions; table cells are parted by ` | `."""
        return "\n".join([self.standfirst, *(line for block in self.shown for line in block.lines)])

    @property
    def picture(self) -> str:
        """The name of the article's picture, its section's where it has no figure."""
        figures = [block.rows[0][0] for block in self.blocks if block.kind == "figure"]
        return figures[0] if figures else self.section.path.strip("/")


def load_articles(masthead: Masthead, *, today: date, day: int) -> tuple[Article, ...]:
    """What the site has online on a day, 1 or 2, newest first. `today` is the date of day 2."""
    return newest_first(read_article(record, masthead, today) for record in records(masthead.key, day))


def newest_first(articles: Iterable[Article]) -> tuple[Article, ...]:
    """In the order in which a site lists them."""
    return tuple(sorted(articles, key=lambda article: (article.published, article.path), reverse=True))


def records(key: str, day: int) -> Iterator[dict[str, Any]]:
    """One dict of data an article online on that day, with the day's edits and the agency's text worked in."""
    for file in sorted(site_folder(key, "articles").iterdir(), key=lambda file: file.name):
        record = read_toml(file)
        if not record.get("first_day", 1) <= day <= record.get("last_day", 2):
            continue
        if "wire" in record:
            record = carry_wire(record)
        if day == 2:
            record = edit(record, file.name)
        yield record


def carry_wire(record: dict[str, Any]) -> dict[str, Any]:
    """The agency's text under the site's own headline, cut after `wire_blocks`, with the site's `introduction`."""
    wire = read_toml(site_folder("wire", record["wire"] + ".toml"))
    blocks = wire["body"].strip().split("\n\n")[: record.get("wire_blocks")]
    introduction = [record["introduction"].strip()] if "introduction" in record else []
    return {**wire, "agency": True, **record, "body": "\n\n".join([*introduction, *blocks])}


def edit(record: dict[str, Any], name: str) -> dict[str, Any]:
    """The record with its second day's changes. Raises `ValueError` where a text to replace is not there."""
    changes = record.get("day2", {})
    body = record["body"]
    for change in changes.get("replace", ()):
        if body.count(change["old"]) != 1:
            raise ValueError(f"{name} replaces {change['old']!r} on day 2, which must stand in its body exactly once.")
        body = body.replace(change["old"], change["new"])
    return {**record, **{key: value for key, value in changes.items() if key != "replace"}, "body": body}


def read_article(record: dict[str, Any], masthead: Masthead, today: date) -> Article:
    """The article of a record, its times and its relative dates worked out."""
    section = masthead.section(record["section"])
    language = record.get("language", section.language)

    def moment(written: str) -> datetime:
        """`-1 17:40`: days from day 2, and the time of day at the site."""
        days, clock = written.split()
        return datetime.combine(today + timedelta(days=int(days)), time.fromisoformat(clock), masthead.zone)

    published = moment(record["published"])
    modified = moment(record["modified"]) if "modified" in record else None
    touched = moment(record["touched"]) if "touched" in record else modified or published

    def words(text: str) -> str:
        return fill(text, published.date(), language)

    return Article(
        path=record["path"],
        old_path=record.get("old_path", ""),
        section=section,
        language=language,
        title=words(record["title"]),
        standfirst=words(record["standfirst"]),
        authors=tuple(record["authors"]),
        agency=record.get("agency", False),
        published=published,
        modified=modified,
        touched=touched,
        blocks=parse(words(record["body"])),
        access=record.get("access", "free"),
        metadata=record.get("metadata", "full"),
        listed_in=tuple(record.get("listed_in", EVERYWHERE)),
        appeal=record.get("appeal", "end"),
        feed_query=record.get("feed_query", ""),
        tags=tuple(record.get("tags", ())),
        role=record.get("role", ""),
    )
