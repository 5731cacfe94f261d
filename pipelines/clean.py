"""Marks the blocks that are no part of the article: a pure function of the blocks, the rules and the site memory."""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence

from pipelines.body import structure
from pipelines.pleas.find import kept_by_ruling, unwanted
from storage.article import APART, Article, Block, BlockKind, Cut, Rendition
from storage.knowledge import NOTHING, Knowledge
from storage.leaves import words
from storage.rules import dropped_by, kept_by

# Raised with every change that makes another text of the same blocks.
RULES = "rules 8"

# The headline comes back as body text in the first lines, never later.
TITLE_LINES = 3

# A longer line may be a paragraph that a plea stands around.
MAX_ENCLOSED_WORDS = 40
_LINES = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
# Reasons that say that a line is the page's, whatever it asks.
_PAGE = frozenset(
    {
        "part of the interface",
        "after the article",
        "link after the text",
        "heading after the text",
        "short line after the text",
    }
)

_NOT_WORD = re.compile(r"\W+")


def clean(article: Article, knowledge: Knowledge = NOTHING) -> Rendition:
    """The article's text, with what was cut and why. Every block stays in the article."""
    blocks = article.blocks
    reasons = {position: sign for position, block in enumerate(blocks) if (sign := dropped_by(block.signs))}
    for position, reason in structure.cuts(blocks, article.authors).items():
        reasons.setdefault(position, reason)
    for position in _title_again(article):
        reasons.setdefault(position, "headline repeated")
    asking = unwanted(article, knowledge, reasons)
    for cut in asking:
        reasons.setdefault(cut.position, cut.reason)
    for position in _enclosed(blocks, reasons, {cut.position for cut in asking}):
        reasons[position] = "between lines that ask"
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


def _enclosed(blocks: Sequence[Block], reasons: Mapping[int, str], asking: Container[int]) -> list[int]:
    """The lines of boxes beside the text that stand between two that went because they ask for something, or between
    one and the page's own lines, or its end."""
    body = [position for position, block in enumerate(blocks) if block.kind not in APART]
    found: list[int] = []
    for before, position, after in zip(body, body[1:], [*body[2:], None], strict=False):
        block = blocks[position]
        if (
            block.box
            and position not in reasons
            and block.kind in _LINES
            and words(block.text) <= MAX_ENCLOSED_WORDS
            and (before in asking or after in asking)
            and all(i is None or i in asking or reasons.get(i) in _PAGE for i in (before, after))
        ):
            found.append(position)
    return found


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
