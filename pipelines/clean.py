"""Marks the blocks that are no part of the article: a pure function of the blocks, the rules and the site memory."""

import re
import unicodedata

from pipelines import scramble
from storage.article import APART, Article, Cut, Rendition
from storage.knowledge import NOTHING, Knowledge

# Raised with every change that makes another text of the same blocks.
RULES = "rules 2"

# The headline comes back as body text in the first lines, never later.
TITLE_LINES = 3

_NOT_WORD = re.compile(r"\W+")


def clean(article: Article, knowledge: Knowledge = NOTHING) -> Rendition:
    """The article's text, with what was cut and why. Every block stays in the article."""
    cuts = (*_title_again(article), *scramble.cuts(article))
    out = {cut.position for cut in cuts}
    lines = [b.text for i, b in enumerate(article.blocks) if i not in out and b.kind not in APART]
    return Rendition(
        extractor=article.extractor,
        rules=RULES,
        generation=knowledge.generation,
        text="\n".join(lines),
        cuts=cuts,
    )


def _title_again(article: Article) -> list[Cut]:
    if not article.title:
        return []
    title = _folded(article.title)
    for position, block in enumerate(article.blocks[:TITLE_LINES]):
        if _folded(block.text) == title:
            return [Cut(position=position, reason="headline repeated")]
    return []


def _folded(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())
