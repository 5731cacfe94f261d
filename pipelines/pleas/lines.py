"""An article's blocks as lines that can be weighed."""

import re
from collections.abc import Container

import attrs

from pipelines.body.notes import is_note, tells_earnings
from pipelines.pleas.cohesion import stems
from pipelines.pleas.lexicon import Lexicon, tokens
from storage.article import APART, Article, Block
from storage.leaves import LONG, words

# A site's name of fewer letters stands in other words.
SHORTEST_NAME = 5

# What somebody is quoted as saying: its "we" and "you" are not the page's.
_QUOTED = re.compile(
    r"“[^”]{1,800}(?:”|$)|(?<!\w)\"[^\"]{2,800}(?:\"|$)|«[^»]{1,800}(?:»|$)|»[^«]{1,800}«|„[^“”\"]{1,800}(?:[“”\"]|$)"
    r"|‘[^’]{20,800}’(?!\w)|「[^」]{1,400}」|『[^』]{1,400}』"
)
_MARK = re.compile('[“"«»„‘「『]')
# Interviews name who speaks by a letter.
_SPEECH = re.compile(r"^\s*(?:[“\"«»„‘「『]|[—–-]\s|[QAFRP]\s?[:：]\s)")
_AMOUNT = re.compile(
    r"^\W*(?:[€$£¥₽₴₺]|eur|usd|chf|kr|zł|kč|r\$)?\s*\d[\d.,\s]{0,7}\s*(?:[€$£¥₽₴₺%]|eur|euro|usd|chf|kr|zł|kč|円|元)?\W*$",
    re.I,
)


@attrs.frozen(kw_only=True)
class Line:
    """One block, read for its concepts and stems."""

    position: int
    """Index into the article's blocks."""
    block: Block
    words: int
    bits: int
    """Concepts outside quotations."""
    stems: dict[str, float]
    speech: bool
    """Opens as somebody's words."""
    amount: bool
    """Nothing but a sum."""
    named: bool
    """Names the site that it stands on."""
    note: bool
    """Says something of the article itself: its origin, a correction, whose opinion it is."""
    earnings: bool
    """Says that somebody earns by the article's links."""

    @property
    def long(self) -> bool:
        """Whether it has words enough to be told from another by them."""
        return self.words >= LONG


def read_lines(article: Article, lexicon: Lexicon, leave_out: Container[int]) -> list[Line]:
    """The blocks that may be text, in order."""
    lines = []
    site = (article.site_name or "").strip().casefold()
    for position, block in enumerate(article.blocks):
        if position in leave_out or block.kind in APART:
            continue
        said = _QUOTED.sub(" ", block.text) if _MARK.search(block.text) else block.text
        whole = tokens(block.text)
        own = whole if said == block.text else tokens(said)
        lines.append(
            Line(
                position=position,
                block=block,
                words=words(block.text),
                bits=lexicon.of_line(said, own),
                stems=stems(block.text, whole, lexicon),
                speech=bool(_SPEECH.match(block.text)),
                named=len(site) >= SHORTEST_NAME and site in block.text.casefold(),
                amount=bool(_AMOUNT.match(block.text)),
                note=is_note(block.text),
                earnings=tells_earnings(block.text),
            )
        )
    return lines
