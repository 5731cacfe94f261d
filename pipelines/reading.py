"""Bytes to text in one trip to a worker: extract, then clean."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import attrs

from pipelines.page import NotArticle, PageBytes, PartBytes
from pipelines.parts.joining import Part, join
from storage.article import Article, Rendition
from storage.knowledge import NOTHING, Knowledge
from storage.rules import SiteRules


@attrs.frozen(kw_only=True)
class Reading:
    """An article and the text that the rules and the site memory leave of it."""

    article: Article
    rendition: Rendition


# What a page says whose rules would have left nothing of it.
RULES_IGNORED = "the rules leave no article, so it was read without them"


def read(
    page: PageBytes,
    knowledge: Knowledge = NOTHING,
    rules: SiteRules | None = None,
    parts: Sequence[PartBytes] = (),
) -> Reading | NotArticle:
    """The article of a page and its rendition, or why it is none. The same input gives the same output, anywhere.

    `parts`: what the archive has of the article's further parts, in order; those of an article on one page are not
    looked at.
    """
    article = _article(page, rules)
    if isinstance(article, NotArticle):
        return article
    if article.pager is None:
        return _reading(article, knowledge)
    return join_parts(page.url, article, [read_part(part, rules) for part in parts], knowledge)[0]


def read_page(page: PageBytes, knowledge: Knowledge = NOTHING, rules: SiteRules | None = None) -> Reading | NotArticle:
    """Like `read`, of this page alone: its further parts are still to be fetched."""
    article = _article(page, rules)
    return article if isinstance(article, NotArticle) else _reading(article, knowledge)


def read_part(part: PartBytes, rules: SiteRules | None = None) -> Part:
    """What a further part's address gave. A part that breaks the parser is one that cannot be had."""
    if isinstance(part.page, str):
        return Part(part.url, part.page)
    try:
        return Part(part.url, _article(part.page, rules))
    except Exception as error:  # noqa: BLE001 - whatever a parser raises on a page is that page's failure
        return Part(part.url, f"{part.url} could not be read: {error!r}.")


def join_parts(url: str, article: Article, parts: Sequence[Part], knowledge: Knowledge) -> tuple[Reading, int]:
    """The article at `url` with its further parts, and how many of these are in it."""
    whole, joined = join(url, article, parts)
    return _reading(whole, knowledge), joined


def _article(page: PageBytes, rules: SiteRules | None) -> Article | NotArticle:
    """Rules that leave nothing of an article are not followed: a mistake in them must not lose a page."""
    # Imported by the workers alone: the extractors take the crawling process a second at its start.
    from pipelines.extract import extract
    from pipelines.rules.apply import versioned

    with _collector_paused():
        article = extract(page, rules)
        if rules and isinstance(article, NotArticle) and article.kind == "no_text":
            article = extract(page)
            if not isinstance(article, NotArticle):
                signs = (*article.signs, RULES_IGNORED)
                article = attrs.evolve(article, extractor=versioned(article.extractor, rules), signs=signs)
    return article


def _reading(article: Article, knowledge: Knowledge) -> Reading:
    from pipelines.clean import clean

    with _collector_paused():
        return Reading(article=article, rendition=clean(article, knowledge))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without the collector of cyclic garbage. A page makes tens of thousands of objects and hardly any cycle; to look
    for some every 700 objects takes a sixth of the time. Between pages the collector runs as ever."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def clean_again(article: Article, knowledge: Knowledge) -> Rendition:
    """The rendition of an article that was extracted earlier."""
    from pipelines.clean import clean

    return clean(article, knowledge)
