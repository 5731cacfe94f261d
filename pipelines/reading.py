"""Bytes to text in one trip to a worker: extract, then clean."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from pipelines.page import NotArticle, PageBytes
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


def read(page: PageBytes, knowledge: Knowledge = NOTHING, rules: SiteRules | None = None) -> Reading | NotArticle:
    """The article of a page and its rendition, or why it is none. The same input gives the same output, anywhere.

    Rules that leave nothing of an article are not followed: a mistake in them must not lose a page.
    """
    # Imported by the workers alone: the extractors take the crawling process a second at its start.
    from pipelines.clean import clean
    from pipelines.extract import extract
    from pipelines.site_rules import versioned

    with _collector_paused():
        article = extract(page, rules)
        if rules and isinstance(article, NotArticle) and article.kind == "no_text":
            article = extract(page)
            if not isinstance(article, NotArticle):
                signs = (*article.signs, RULES_IGNORED)
                article = attrs.evolve(article, extractor=versioned(article.extractor, rules), signs=signs)
        if isinstance(article, NotArticle):
            return article
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
