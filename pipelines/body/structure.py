"""Cuts what the page's structure says is no part of the article. Goes by the signs that extraction has noted."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipelines.access import scramble
from pipelines.body.interface_lines import is_interface
from pipelines.body.notes import is_note, tells_earnings
from pipelines.body.sentences import is_sentence
from pipelines.fields.bylines import OPENING, key
from pipelines.parts.joining import BEGINS
from storage.article import APART, Block, BlockKind
from storage.leaves import words

# More than this share of the words is never cut: the signs are wrong then, not the text.
MAX_CUT = 0.5
# Signs that cut by themselves. Others ("in aside") are evidence for what weighs several.
CUTTING = frozenset(
    {
        "after the article",
        "teaser card",
        "nested article",
        "list of links",
        "not in articleBody",
        "label and link",
        "in button",
        "for screen readers",
        "another post",
        "another article",
        "box of facts",
        scramble.SIGN,
    }
)
AGAIN = "the text again"
# However many words it is: scrambled letters are no text, a page says itself which posts are others, and of a text that
# stands there twice nothing is lost.
CERTAIN = frozenset({scramble.SIGN, scramble.CLASS_SIGN, "another post", "another article", "box of facts", AGAIN})
# Refrains, recipes and timetables repeat lines; so much of the whole is repeated only where all of it is.
MIN_AGAIN_WORDS = 100
MIN_AGAIN_SHARE = 0.3
# The standfirst stands outside the body, and is called a teaser by many sites.
_STANDFIRST_SIGNS = CUTTING | {"class teaser", "class social"}

LINKED = 0.8
# The text begins with the first paragraph of so many words; names and dates before it are the byline.
BODY_WORDS = 15
MAX_BYLINE_WORDS = 12
# Whose the text is, with a link to those who sell it.
RIGHTS_LINKED = 0.5
MAX_SIGNATURE_WORDS = 6
_NO_BYLINES = frozenset({BlockKind.STANDFIRST, BlockKind.LIVE_ENTRY, BlockKind.TABLE_ROW})
# A line behind the text that is no sentence: a place, a section, a name (of 66 on 380 news pages 54 were no text).
MAX_TRAILING_WORDS = 5
# More of them are a table without its markup.
MAX_TRAILING_LINES = 2

# The share of a teaser's headline that is its link, and what a teaser holds at most.
CARD_LINKED = 0.4
MAX_CARD_WORDS = 45
MIN_CARDS = 3
MAX_CARDS_SHARE = 0.3
# The last lines, among which readers are asked to write.
CLOSING_LINES = 3
MAX_CALL_WORDS = 40
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")
MAX_READING_TIME_WORDS = 8
_MINUTES = re.compile(
    r"\A\W*(?:[^\W\d]+\W+){0,4}\d{1,3}\s?-?(?:min\b|minut\w*|mn\b|perc\w*|мин\w*|хв\w*|λεπτ\w*|dk\b|dakika\w*|menit\b|phút\b|分|분)"
    r"\W*(?:[^\W\d]+\W*){0,2}\Z",
    re.I,
)
_READING = re.compile(
    r"\bread|\blese|\blect|\blett|\bleitura|\bläs|\bles[et]|\blæs|\bluku|\bczyt|\bčten|\bčítan|\bolvas|\bcitire|\bчтен|\bчитан"
    r"|\bανάγνωσ|\bokuma|\bbaca|đọc|読|阅读|閱讀|읽",
    re.I,
)
# Of scripts without spaces each character counts as a word: a moment, and what was done then.
_DATE_ALONE = re.compile(
    r"(?=\W*(?:19|20)\d\d\s?年)(?:[\d\W年月日號号時时点點分秒曜週周火水木金土一二三四五六]"
    r"|更新|公開|配信|掲載|発表|发布|發布|最終|最后|最後|时间|時間|日期){8,60}"
)
_DATE = re.compile(
    r"\b\d{1,2}[:.h]\d\d\b(?!\s*(?:Uhr)?\))|\b\d{1,2}\b.{1,12}\b(?:19|20)\d\d\b|\A\w+ (?:19|20)\d\d\Z|(?:19|20)\d\d年"
    r"|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\A\d+ min(?:ut\w*|s)?\b",
    re.I,
)


def cuts(blocks: Sequence[Block], authors: Sequence[str] = ()) -> dict[int, str]:
    """Position -> reason for every block that goes. Each part of an article over several pages is judged by itself."""
    starts = [0, *(i for i, block in enumerate(blocks) if i and BEGINS in block.signs), len(blocks)]
    return {
        start + i: reason for start, end in pairwise(starts) for i, reason in _cuts(blocks[start:end], authors).items()
    }


def _cuts(blocks: Sequence[Block], authors: Sequence[str]) -> dict[int, str]:
    found = {i: reason for i, block in enumerate(blocks) if (reason := _reason(block))}
    body = [i for i, block in enumerate(blocks) if block.kind not in APART]
    _again(blocks, body, found)
    _byline(blocks, body, authors, found)
    _closing(blocks, body, found)
    _cards(blocks, body, found)
    _trailing(blocks, body, found)
    _emptied(blocks, body, found)
    # Lines that are links are no text that could be lost.
    weighed = [i for i in body if blocks[i].links < LINKED and found.get(i) not in CERTAIN]
    total = sum(words(blocks[i].text) for i in weighed)
    while True:
        weights: Counter[str] = Counter()
        for i in weighed:
            if i in found:
                weights[found[i]] += words(blocks[i].text)
        if weights.total() <= MAX_CUT * total:
            return found
        heaviest = max(weights, key=lambda reason: (weights[reason], reason))
        found = {i: reason for i, reason in found.items() if reason != heaviest}


def _reason(block: Block) -> str | None:
    for sign in block.signs:
        if block.kind is BlockKind.STANDFIRST and sign in _STANDFIRST_SIGNS:
            continue
        if sign in CUTTING or sign.startswith("class "):
            return sign
    if block.kind not in APART and is_interface(block.text):
        return "part of the interface"
    if block.kind is BlockKind.PARAGRAPH and _is_reading_time(block.text):
        return "reading time"
    return None


def _is_reading_time(text: str) -> bool:
    """ "3 min read": minutes, a word for reading, and nothing else."""
    return words(text) <= MAX_READING_TIME_WORDS and bool(_MINUTES.match(text)) and bool(_READING.search(text))


def _again(blocks: Sequence[Block], body: Sequence[int], found: dict[int, str]) -> None:
    """The whole text a second time, line by line: for printing, for machines, for another width of screen."""
    texts = [blocks[i].text for i in body]
    first: dict[str, int] = {}
    for n, text in enumerate(texts):
        first.setdefault(text, n)
    if len(first) == len(texts):
        return
    enough = max(MIN_AGAIN_WORDS, MIN_AGAIN_SHARE * sum(words(text) for text in first))
    n = 0
    while n < len(texts):
        origin = first[texts[n]]
        length = 0
        while origin + length < n and n + length < len(texts) and texts[origin + length] == texts[n + length]:
            length += 1
        if length and sum(words(text) for text in texts[n : n + length]) >= enough:
            found.update(dict.fromkeys(body[n : n + length], AGAIN))
        n += max(1, length)


def _byline(blocks: Sequence[Block], body: Sequence[int], authors: Sequence[str], found: dict[int, str]) -> None:
    """Names and dates between the headline and the text."""
    names = [folded for folded in map(key, authors) if folded]
    for i in body:
        block = blocks[i]
        count = words(block.text)
        if _DATE_ALONE.fullmatch(block.text):
            found.setdefault(i, "date line")
        if block.kind is BlockKind.PARAGRAPH and count >= BODY_WORDS and i not in found:
            return
        if i in found or block.kind in _NO_BYLINES:
            continue
        folded = key(block.text)
        if block.links >= LINKED and (count <= MAX_TRAILING_WORDS or block.kind is BlockKind.HEADING):
            found[i] = "link before the text"
        elif count > MAX_BYLINE_WORDS:
            continue
        elif not is_sentence(block.text) and (any(name in folded for name in names) or _is_signature(block.text)):
            found[i] = "byline"
        elif _DATE.search(block.text) and not is_sentence(block.text) and block.kind is not BlockKind.HEADING:
            found[i] = "date line"


def _is_signature(text: str) -> bool:
    """ "By Ada Ito, Harrow Bay": every word of a name but the small ones begins with a capital."""
    opening = OPENING.match(text)
    rest = text[opening.end() :].split() if opening else []
    capitals = [word for word in rest if word[0].isupper()]
    return 2 <= len(capitals) <= len(rest) <= MAX_SIGNATURE_WORDS and all(
        word[0].isupper() or len(word) <= 3 for word in rest
    )


def _closing(blocks: Sequence[Block], body: Sequence[int], found: dict[int, str]) -> None:
    """ "Do you know more? Write to desk@…" among the last lines."""
    for i in [i for i in body if i not in found][-CLOSING_LINES:]:
        text = blocks[i].text
        if "?" in text and words(text) <= MAX_CALL_WORDS and _MAIL.search(text):
            found[i] = "asks to write"


def _cards(blocks: Sequence[Block], body: Sequence[int], found: dict[int, str]) -> None:
    """Teasers behind the text: linked headings in boxes of their own, with a line or two each, and what heads them."""
    left = [i for i in body if i not in found]
    first, cards = len(left), 0
    for n in range(len(left) - 1, -1, -1):
        block = blocks[left[n]]
        if block.box == 0 or words(block.text) > MAX_CARD_WORDS:
            break
        if block.kind is BlockKind.HEADING:
            first = n
            if block.links < CARD_LINKED:
                break
            # The folded answers to frequent questions are built alike.
            cards += not block.text.endswith("?")
    if cards < MIN_CARDS:
        return
    total = sum(words(blocks[i].text) for i in left)
    if sum(words(blocks[i].text) for i in left[first:]) <= MAX_CARDS_SHARE * total:
        found.update(dict.fromkeys(left[first:], "teaser card"))


def _trailing(blocks: Sequence[Block], body: Sequence[int], found: dict[int, str]) -> None:
    """Links, headings and labels behind the last sentence, also where a note on the article stands behind them."""
    short = 0
    noted = False
    for i in reversed(body):
        block = blocks[i]
        if i in found:
            continue
        if is_note(block.text) or tells_earnings(block.text):
            noted = True
            continue
        if block.links >= LINKED or (block.links >= RIGHTS_LINKED and block.text.startswith(("©", "(c)", "(C)"))):
            found[i] = "link after the text"
        elif block.kind is BlockKind.HEADING and noted:
            break  # It heads the notes: "Sources".
        elif block.kind is BlockKind.HEADING:
            found[i] = "heading after the text"
        elif (
            short < MAX_TRAILING_LINES
            and block.kind is BlockKind.PARAGRAPH
            and words(block.text) <= MAX_TRAILING_WORDS
            and not is_sentence(block.text)
        ):
            found[i] = "short line after the text"
            short += 1
        else:
            break
        noted = False


def _emptied(blocks: Sequence[Block], body: Sequence[int], found: dict[int, str]) -> None:
    """Headings whose section is gone."""
    heading: int | None = None
    gone = False
    for i in [*body, None]:
        if i is None or blocks[i].kind is BlockKind.HEADING:
            if heading is not None and gone and heading not in found:
                found[heading] = "heading of what was cut"
            heading, gone = i, False
        elif i in found:
            gone = True
        else:
            # What stands in another box than a heading beside the text is none of its section.
            if heading is not None and gone and blocks[heading].box not in (0, blocks[i].box):
                found.setdefault(heading, "heading of what was cut")
            heading, gone = None, False
