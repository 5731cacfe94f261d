"""Marks the blocks that are no part of the article: a pure function of the blocks, the rules and the site memory."""

import re
import unicodedata

from pipelines.body import structure
from pipelines.pleas.find import kept_by_ruling, unwanted
from storage.article import APART, Article, Cut, Rendition
from storage.knowledge import NOTHING, Knowledge
from storage.rules import dropped_by, kept_by

# Raised with every change that makes another text of the same blocks.
RULES = "rules 7"

# The headline comes back as body text in the first lines, never later.
TITLE_LINES = 3

_NOT_WORD = re.compile(r"\W+")


def clean(article: Article, knowledge: Knowledge = NOTHING) -> Rendition:
    """The article's text, with what was cut and why. Every block stays in the article."""
    blocks = article.blocks
    reasons = {position: sign for position, block in enumerate(blocks) if (sign := dropped_by(block.signs))}
    for position, reason in structure.cuts(blocks, article.authors).items():
        reasons.setdefault(position, reason)
    for position in _title_again(article):
        reasons.setdefault(position, "headline repeated")
    for cut in unwanted(article, knowledge, reasons):
        reasons.setdefault(cut.position, cut.reason)
    reasons = {position: reason for position, reason in reasons.items() if not kept_by(blocks[position].signs)}
    # What the archive's owner decided about a line goes before every rule.
    for position in kept_by_ruling(article, knowledge):
        reasons.pop(position, None)
    cuts = tuple(Cut(position=position, reason=reasons[position]) for position in sorted(reasons))
    lines = [b.text for i, b in enumerate(blocks) if i not in reasons and b.kind not in APART]
    return Rendition(
        extractor=article.extractor,
        rules=RULES,
        generation=knowledge.generation,
        text="\n".join(lines),
        cuts=cuts,
    )


def _title_again(article: Article) -> list[int]:
    if not article.title:
        return []
    title = _folded(article.title)
    for position, block in enumerate(article.blocks[:TITLE_LINES]):
        if _folded(block.text) == title:
            return [position]
    return []


def _folded(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())
