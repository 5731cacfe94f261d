"""Bytes to text in one trip to a worker: extract, then clean."""

import attrs

from pipelines.page import NotArticle, PageBytes
from storage.article import Article, Rendition
from storage.knowledge import NOTHING, Knowledge


@attrs.frozen(kw_only=True)
class Reading:
    """An article and the text that the rules and the site memory leave of it."""

    article: Article
    rendition: Rendition


def read(page: PageBytes, knowledge: Knowledge = NOTHING) -> Reading | NotArticle:
    """The article of a page and its rendition, or why it is none. The same input gives the same output, anywhere."""
    # Imported by the workers alone: the extractors take the crawling process a second at its start.
    from pipelines.clean import clean
    from pipelines.extract import extract

    article = extract(page)
    if isinstance(article, NotArticle):
        return article
    return Reading(article=article, rendition=clean(article, knowledge))


def clean_again(article: Article, knowledge: Knowledge) -> Rendition:
    """The rendition of an article that was extracted earlier."""
    from pipelines.clean import clean

    return clean(article, knowledge)
