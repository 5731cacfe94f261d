"""Which other articles a page offers at its end."""

from collections.abc import Sequence

from cli.demo.articles import Article

# As many as fit a row of the templates.
RELATED = 3


def related_articles(article: Article, choice: Sequence[Article]) -> list[Article]:
    """Up to three in the article's language, those of its own section first, then the newest.

    Only what a section page lists is offered, so that an article meant for one listing stays in it.
    """
    others = [
        other
        for other in choice
        if other.path != article.path
        and other.language == article.language
        and other.public
        and not other.old_path
        and "section" in other.listed_in
    ]
    return sorted(others, key=lambda other: other.section != article.section)[:RELATED]
