"""Judges how much of its article a page shows, and says by which signs."""

import re
from collections.abc import Iterable, Sequence

import attrs

from pipelines.access import scramble
from pipelines.access.walls import Wall, before_wall
from storage.article import APART, Access, Block

# Of 86 real pages that call themselves paid and are whole, 7 have fewer words than this: short, and no sign alone.
SHORT_WORDS = 120
# A page's own count takes in captions, boxes and bylines; below half of it text is missing.
MIN_SHARE = 0.5
# Counts below this are of the standfirst, or in another unit.
MIN_COUNT = 100
# Of 61 real pages that are called paid and are whole none has fewer; what is left then is a standfirst.
MIN_PAID_WORDS = 50
# Less is a headline and no text.
MIN_TEXT_WORDS = 10
# As much as this of its own count is the whole, whatever else speaks against it.
WHOLE_SHARE = 0.8
# Of the median of its site: chosen, not measured, and a weak sign.
MIN_SHARE_OF_HABIT = 0.2

# How a sentence ends: a mark, and quotation marks or brackets that close behind it.
_ENDS = re.compile(r"[.!?…:;。！？।؟۔։።။៕]['\"’”“»«›‹)\]\u300d\u300f\s]*\Z|[\"”»)\]]\Z")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*\Z")
# A credit, a place or a place and time ends an article without a mark; a sentence that breaks off is longer.
MIN_BROKEN_WORDS = 12
# What is shorter is a button or a label behind the text.
MIN_LINE_WORDS = 4
ELLIPSIS = "ends in an ellipsis"
MID_SENTENCE = "ends in mid-sentence"
# Scripts that part no words: Thai, kana, Han. Korean parts them.
_UNPARTED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@attrs.frozen(kw_only=True)
class Claims:
    """What a page says of its own access and length."""

    free: bool | None = None
    """Whether all may read it (JSON-LD isAccessibleForFree)."""
    tier: str | None = None
    """`article:content_tier`: free, metered, locked."""
    word_count: int | None = None
    body_words: int | None = None
    """Words of JSON-LD's articleBody."""

    @property
    def paid(self) -> bool:
        """Whether the page says that not everybody may read it."""
        return self.free is False or self.tier in ("locked", "metered")


@attrs.frozen
class Verdict:
    """How much a page shows."""

    access: Access
    signs: tuple[str, ...]


def judge(claims: Claims, blocks: Sequence[Block], wall: Wall | None = None, *, habit: int | None = None) -> Verdict:
    """The access of an article from what the page claims, its blocks and the wall that was looked for.

    `habit`: the median number of words of its site's articles, where the archive knows it. That a page calls itself
    paid does not mean that it is cut off: it takes a strong sign, two weak ones, or a weak one at a wall.
    """
    shown = [block for block in blocks if block.kind not in APART]
    clear = [block for block in shown if scramble.SIGN not in block.signs]
    body = before_wall(clear)
    words = count_words(block.text for block in body)
    strong = [*_short_of(words, claims)]
    if len(clear) < len(shown):
        strong.append("scrambled text")
    elif _is_whole(words, claims):
        wall = None
    if wall is not None and wall.empty_part:
        strong.append(f"its paid part {wall.empty_part} is empty")
    ending = None if _is_whole(words, claims) else _ending(body)
    weak = [ending] if ending else []
    if words < SHORT_WORDS:
        weak.append(f"only {words} words")
    if habit is not None and words < MIN_SHARE_OF_HABIT * habit:
        weak.append(f"{words} words where the site has {habit}")
    walls = []
    if wall is not None and wall.ends_text:
        walls.append("a wall after the text")
    if wall is not None and wall.line:
        walls.append(f"a line that asks to subscribe: {wall.line[:80]}")
    marked = ["isAccessibleForFree: false"] if claims.free is False else []
    if claims.tier in ("locked", "metered"):
        marked.append(f"content tier {claims.tier}")
    signs = (*marked, *strong, *weak, *walls)
    if words < MIN_TEXT_WORDS and (walls or marked):
        return Verdict(Access.PAYWALL, signs)
    known = bool(marked or walls or len(clear) < len(shown))
    # A sentence that breaks off may be a list's last item or a stray line: beside a wall alone it does not count.
    telling = [sign for sign in weak if sign != MID_SENTENCE or marked]
    if (
        (strong and known)
        or (telling and walls)
        or (marked and len(weak) > 1)
        or (marked and words < MIN_PAID_WORDS)
        or (claims.tier == "locked" and weak)
    ):
        return Verdict(Access.TEASER, signs)
    if marked:
        return Verdict(Access.METERED, tuple(marked))
    return Verdict(Access.OPEN, ("isAccessibleForFree: true",) if claims.free else ())


def suspicious(claims: Claims, blocks: Sequence[Block]) -> bool:
    """Whether it is worth the time to look for a wall: the page is called paid, is short, or ends as teasers do."""
    if claims.paid:
        return True
    body = before_wall([block for block in blocks if block.kind not in APART])
    words = count_words(block.text for block in body)
    return words < 2 * SHORT_WORDS or _ending(body) == ELLIPSIS or bool(_short_of(words, claims))


def count_words(texts: Iterable[str]) -> int:
    """Words, also of scripts that part none: two characters of those are about a word."""
    return sum(len(_UNPARTED.sub("", text).split()) + len(_UNPARTED.findall(text)) // 2 for text in texts)


def _is_whole(words: int, claims: Claims) -> bool:
    counts = [count for count in (claims.word_count, claims.body_words) if count is not None and count >= MIN_COUNT]
    return bool(counts) and words >= WHOLE_SHARE * max(counts)


def _short_of(words: int, claims: Claims) -> list[str]:
    signs = []
    if claims.word_count is not None and claims.word_count >= MIN_COUNT and words < MIN_SHARE * claims.word_count:
        signs.append(f"{words} of {claims.word_count} words")
    if claims.body_words is not None and claims.body_words >= MIN_COUNT and words < MIN_SHARE * claims.body_words:
        signs.append(f"{words} of {claims.body_words} words of its articleBody")
    return signs


def _ending(body: Sequence[Block]) -> str | None:
    if not body:
        return None
    last = next((block.text for block in reversed(body) if len(block.text.split()) >= MIN_LINE_WORDS), body[-1].text)
    if _ELLIPSIS.search(last) or _ELLIPSIS.search(body[-1].text):
        return ELLIPSIS
    parted = len(last.split()) >= MIN_BROKEN_WORDS
    return MID_SENTENCE if parted and not _ENDS.search(last) else None
