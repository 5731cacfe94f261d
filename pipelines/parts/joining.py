"""Puts an article together that a site spreads over several pages."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

import attrs

from pipelines.page import NotArticle
from storage.article import APART, FULL, NEVER_KEPT, Access, Article, Block, BlockKind
from storage.errors import InvalidURL
from storage.leaves import LONG, pack, unpack, words
from storage.urls import is_front_page, key

# Long reads have a dozen; a chain of more is a calendar, a gallery or a trap.
MAX_PARTS = 20
# On the first block of each further part: what stands at the ends of a page is cut at the ends of each.
BEGINS = "begins a part"
# Fewer letters of a title are a section's name.
MIN_TITLE = 8
NOT_KEPT = "it is not among the captures."

_NOT_LETTER = re.compile(r"[\W\d_]+")


@attrs.frozen
class Part:
    """What the address of a further part gave."""

    url: str
    """The URL that answered, or was asked in vain."""
    found: Article | NotArticle | str
    """A string says why it could not be had."""


@attrs.frozen(kw_only=True)
class Course:
    """How far an article goes over the pages that are at hand."""

    articles: tuple[Article, ...]
    """Its parts, the first one among them."""
    next: str | None
    """The address of the part that is still to be fetched."""
    lacking: str | None
    """Why this is not all of it. None: nothing speaks for it."""


def follow(url: str, first: Article, further: Sequence[Part]) -> Course:
    """The course of an article from its first part, at `url`, over what its links led to, one after the other.

    It ends where a page names no next one, where the next one is of another article or brings nothing new, and after
    MAX_PARTS. What is missing before its end is said, whatever it is.
    """
    articles, seen, lines = [first], {key(url)}, _lines(first)
    for position, part in enumerate(further, 2):
        problem = _problem(part, seen)
        if problem:
            return Course(articles=tuple(articles), next=None, lacking=f"{_name(articles, position)} {problem}")
        if not isinstance(part.found, Article) or not _continues(url, first, part.found, lines):
            return Course(articles=tuple(articles), next=None, lacking=None)
        articles.append(part.found)
        seen.add(key(part.url))
        lines |= _lines(part.found)
    pager = articles[-1].pager
    onward = pager.next if pager else None
    if onward is None or key(onward) in seen:
        return Course(articles=tuple(articles), next=None, lacking=None)
    if len(articles) >= MAX_PARTS:
        why = f"it goes on after {MAX_PARTS} parts, and those were not fetched"
        return Course(articles=tuple(articles), next=None, lacking=why)
    return Course(articles=tuple(articles), next=onward, lacking=None)


def join(url: str, first: Article, further: Sequence[Part]) -> tuple[Article, int]:
    """The whole article, and how many of the further parts are in it. A part that is not at hand degrades it."""
    if first.pager is not None and first.pager.number > 1:
        # Without a way back it is one of a series, and whole by itself.
        return (cannot_begin(first, NOT_KEPT) if first.pager.first else attrs.evolve(first, pager=None)), 0
    course = follow(url, first, further)
    lacking = course.lacking
    if course.next is not None:
        lacking = f"{_name(course.articles, len(course.articles) + 1)} could not be fetched: {NOT_KEPT}"
    if len(course.articles) == 1:
        # Its links led to something else.
        return (attrs.evolve(first, degraded=first.degraded or lacking, pager=first.pager if lacking else None), 0)
    return _joined(course.articles, lacking), len(course.articles) - 1


def cannot_begin(article: Article, why: str) -> Article:
    """A further part by itself, where the first is not to be had: a part of the article, and said to be one."""
    number = article.pager.number if article.pager else 0
    degraded = f"this is part {number} of the article; part 1 could not be fetched: {why}"
    return attrs.evolve(article, degraded=article.degraded or degraded)


def is_same_article(first: str, one: Article, other: Article) -> bool:
    """Whether another page is of the article whose first part, at `first`, was read as `one`."""
    titles = sorted((_folded(one.title), _folded(other.title)), key=len)
    if len(titles[0]) >= MIN_TITLE and titles[1].startswith(titles[0]):
        return True
    if other.canonical_url and key(first) in _keys(other.canonical_url):
        return True
    # Parts with headlines of their own.
    back = other.pager.first if other.pager else None
    return bool(back and key(back) == key(first) and one.published_raw and one.published_raw == other.published_raw)


def _keys(url: str) -> tuple[str, ...]:
    try:
        return (key(url),)
    except InvalidURL:
        return ()


def _folded(title: str | None) -> str:
    return _NOT_LETTER.sub("", unicodedata.normalize("NFKC", title or "").casefold())


def _name(articles: Sequence[Article], position: int) -> str:
    count = max((a.pager.count for a in articles if a.pager and a.pager.count), default=0)
    return f"part {position} of {count}" if count >= position else f"part {position}"


def _problem(part: Part, seen: set[str]) -> str | None:
    found = part.found
    if isinstance(found, str):
        return f"could not be fetched: {found}"
    if key(part.url) in seen:
        return f"could not be fetched: it leads back to {part.url}."
    if is_front_page(part.url):
        return f"could not be fetched: it leads to the front page {part.url}."
    if isinstance(found, NotArticle):
        # A list of articles is no part of one.
        return None if found.kind == "listing" else f"could not be read: {found.why}"
    if found.access in NEVER_KEPT:
        return f"could not be read: {part.url} shows only {found.access}."
    return None


def _continues(url: str, first: Article, article: Article, lines: set[str]) -> bool:
    new = [b for b in article.blocks if b.kind not in APART and _line(b) not in lines and words(b.text) >= LONG]
    return bool(new) and is_same_article(url, first, article)


def _line(block: Block) -> str:
    return " ".join(block.text.split()).casefold()


def _lines(article: Article) -> set[str]:
    return {_line(block) for block in article.blocks}


def _joined(articles: Sequence[Article], lacking: str | None) -> Article:
    first = articles[0]
    modified = max(articles, key=lambda article: article.modified_at or datetime.min.replace(tzinfo=UTC))
    degraded = [f"part {n}: {a.degraded}" if n > 1 else a.degraded for n, a in enumerate(articles, 1) if a.degraded]
    return attrs.evolve(
        first,
        modified_at=modified.modified_at,
        modified_raw=modified.modified_raw,
        access=_access(articles),
        signs=tuple(dict.fromkeys(sign for article in articles for sign in article.signs)),
        degraded="; ".join([*degraded, *([lacking] if lacking else [])]) or None,
        blocks=_blocks(articles),
        leaves=pack(leaf for article in articles for leaf in unpack(article.leaves)),
    )


def _access(articles: Sequence[Article]) -> Access:
    """The least of all parts: one behind a wall leaves the article cut off."""
    states = [article.access for article in articles]
    cut_off = [access for access in states if access not in FULL]
    if cut_off:
        # Something of it is there, so it is no bare wall.
        return Access.TEASER if Access.TEASER in cut_off or Access.PAYWALL in cut_off else cut_off[0]
    return Access.METERED if Access.METERED in states else Access.OPEN


def _blocks(articles: Sequence[Article]) -> tuple[Block, ...]:
    blocks: list[Block] = list(articles[0].blocks)
    seen = _lines(articles[0])
    for article in articles[1:]:
        boxes = max((block.box for block in blocks), default=0)
        new = [
            # Box 0 is the article's own on every page.
            attrs.evolve(block, box=block.box + boxes if block.box else 0)
            for block in _without_repeats(article.blocks, seen)
        ]
        if new:
            new[0] = attrs.evolve(new[0], signs=(*new[0].signs, BEGINS))
        blocks += new
        seen |= _lines(article)
    return tuple(blocks)


def _without_repeats(blocks: Sequence[Block], seen: set[str]) -> list[Block]:
    """What a further part adds: no headline again, nothing that an earlier part has at either end of this one, and no
    long line, caption or standfirst twice. A short line in its midst ("Why?") may well come twice."""
    kept = [block for block in blocks if block.kind is not BlockKind.HEADLINE]
    while kept and _line(kept[0]) in seen:
        kept.pop(0)
    while kept and _line(kept[-1]) in seen:
        kept.pop()
    always = APART | {BlockKind.STANDFIRST}
    return [b for b in kept if _line(b) not in seen or (b.kind not in always and words(b.text) < LONG)]
