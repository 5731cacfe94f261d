"""Marks the blocks that are no part of the article: a pure function of the blocks, the rules and the site memory."""

import re
import unicodedata

from storage.article import APART, Article, Cut, Rendition
from storage.knowledge import NOTHING, Knowledge
from storage.leaves import is_long, key_of

# Raised with every change that makes another text of the same blocks.
RULES = "rules 2"

# The headline comes back as body text in the first lines, never later.
TITLE_LINES = 3

# One more article may be about the same event, and share a paragraph of background.
ELSEWHERE = 2

_NOT_WORD = re.compile(r"\W+")


def clean(article: Article, knowledge: Knowledge = NOTHING) -> Rendition:
    """The article's text, with what was cut and why. Every block stays in the article."""
    found = [*_title_again(article), *_repeated(article, knowledge)]
    cuts = _overruled(article, found, knowledge)
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


def _repeated(article: Article, knowledge: Knowledge) -> list[Cut]:
    """Long lines that other articles of the site have too."""
    return [
        Cut(position=position, reason=f"repeated on {others} other articles of the site")
        for position, block in enumerate(article.blocks)
        if (others := knowledge.repeated.get(_key_where_long(block.text), 0)) >= ELSEWHERE
    ]


def _key_where_long(text: str) -> int:
    key = key_of(text)
    return key if is_long(key) else 0


def _overruled(article: Article, found: list[Cut], knowledge: Knowledge) -> tuple[Cut, ...]:
    """The cuts as the archive's owner wants them: each position once, ascending."""
    cuts: dict[int, Cut] = {}
    for cut in found:
        cuts.setdefault(cut.position, cut)
    if knowledge.overruled:
        for position, block in enumerate(article.blocks):
            wanted = knowledge.overruled.get(key_of(block.text))
            if wanted:
                cuts[position] = Cut(position=position, reason="overruled: to be cut")
            elif wanted is False:
                cuts.pop(position, None)
    return tuple(cuts[position] for position in sorted(cuts))


def _folded(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())
