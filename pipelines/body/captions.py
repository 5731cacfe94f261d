"""Tells captions of pictures, and closing credit lines, from the article's text."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pipelines.body.alignment import squeezed
from pipelines.body.layout import Layout
from storage.article import BlockKind

# A caption may be long; what is longer than this is text that stands in a figure.
MAX_CAPTION_WORDS = 120
# Credits of agencies and desks stand in the last lines, and are short.
CREDIT_LINES = 3
MAX_CREDIT_WORDS = 14

_CAPTION = re.compile(
    r"(?<![a-z])(?:(?:fig|img|image|photo|picture|media|wp|gallery)?[-_]*captions?|cutline|bildunterschrift|bildtext"
    r"|(?:photo|image|img|picture|media)[-_]*(?:credits?|desc(?:ription)?)|legende|didascalia|pie-?(?:de-?)?foto)(?![a-z])"
)
_TEXT = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_NEVER_CAPTIONS = frozenset({BlockKind.STANDFIRST, BlockKind.TABLE_ROW})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ELSEWHERE = frozenset({"nav", "footer", "form", "aside"})
# Magazines set tables and quotations in figures, too.
_NOT_WITH_PICTURES = _ELSEWHERE | {"blockquote", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
# An element that holds more of the article is no picture's.
MAX_SHARE = 0.1
# A box that is named after pictures, and holds one with a line or two.
_PICTURE = re.compile(r"(?<!\S)(?:image|img|photo|picture)s?(?![a-z])")
MAX_PICTURE_WORDS = 60
# The length of a recording, at the end or the beginning of what is said of it.
_LENGTH = re.compile(r"(?:\A|[\s|•·])\d{1,3}:[0-5]\d\s?min\b\.*\Z|\A\d{1,3}:[0-5]\d\s?min\b", re.I)
_AGENCIES = (
    r"(?:AFP|AP|dpa(?:-\w+)?|Reuters|Bloomberg|EFE|ANSA|ANP|APA|PAP|TASS|Xinhua|Kyodo|PTI|ANI|IANS|UPI|Interfax|"
    r"Associated Press|The Associated Press|Agence France-Presse|Europa Press|SDA|Keystone-SDA|KNA|epd|SID|NTB|TT|"
    r"Ritzau|STT|Belga|Lusa|Anadolu|共同|時事|AAP|PA(?: Media)?)"
)
_SOURCE = re.compile(
    rf"\A\W*(?:source|quelle|fuente|fonte|bron|źródło|källa|kilde)n?\s*[:：]\s*{_AGENCIES}(?:\s*(?:,|/|&)\s*{_AGENCIES})*\W*\Z",
    re.I,
)
_CREDIT = re.compile(
    r"\bcontributed (?:reporting|to (?:this|the) (?:report|story|article))"
    r"|\A[(\[]?mit (?:material|informationen) (?:von|der)\b|\A[(\[]?avec (?:l[’'])?(?:afp|ap|reuters|agences?)\b"
    r"|\A[(\[]?con informaci[oó]n de\b|\A[(\[]?com informações d",
    re.I,
)


def mark(layout: Layout) -> None:
    """Give captions and credits their kinds, and add the captions inside the article that the extractor left out."""
    for item in layout.found():
        if item.block.kind in _NEVER_CAPTIONS:
            continue
        if (
            is_caption(layout, item.first)
            or (item.block.kind in _TEXT and is_with_picture(layout, item.first))
            or _LENGTH.search(item.block.text)
        ):
            item.turn(BlockKind.CAPTION)
    starts = [item.first for item in layout.found()]
    if starts:
        heading = next((i for i in range(min(starts), -1, -1) if "h1" in layout.leaves[i].inside), min(starts))
        said = {squeezed(item.block.text) for item in layout.placed}
        for index in range(heading, max(starts)):
            if index in layout.taken or not is_caption(layout, index):
                continue
            text = squeezed(layout.leaves[index].text)
            if text not in said:
                said.add(text)
                layout.insert(index, BlockKind.CAPTION)
    for item in layout.placed:
        if item.block.kind is BlockKind.PARAGRAPH and _SOURCE.match(item.block.text):
            item.turn(BlockKind.CREDIT)
    closing = [item for item in layout.placed if item.block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)]
    for item in closing[-CREDIT_LINES:]:
        if len(item.block.text.split()) <= MAX_CREDIT_WORDS and _CREDIT.search(item.block.text):
            item.turn(BlockKind.CREDIT)


def is_caption(layout: Layout, index: int) -> bool:
    """Whether a leaf is a picture's caption or credit, by its element or a class."""
    leaf = layout.leaves[index]
    inside = leaf.inside
    if leaf.links > 0.5 or not inside.isdisjoint(_ELSEWHERE) or layout.words(index) > MAX_CAPTION_WORDS:
        return False
    if "figcaption" in inside:
        return "blockquote" not in inside and "table" not in inside
    return any(_names_caption(name) for _, name in _names(layout, leaf.element))


def is_with_picture(layout: Layout, index: int) -> bool:
    """Whether a leaf stands in a figure, or with a picture in a box that is named so and holds few words."""
    leaf = layout.leaves[index]
    inside = leaf.inside
    if leaf.links > 0.5 or not inside.isdisjoint(_NOT_WITH_PICTURES) or layout.words(index) > MAX_CAPTION_WORDS:
        return False
    if "figure" in inside:
        figure = next(above for above in layout.above(leaf.element) if above.tag == "figure")
        return "li" not in inside and _is_short(layout, figure, index)
    return any(
        _names_picture(name)
        and next(element.iter("img", "picture"), None) is not None
        and _is_short(layout, element, index)
        for element, name in _names(layout, leaf.element)
    )


def _is_short(layout: Layout, element: Any, index: int) -> bool:
    """Whether an element holds no more words than say what a picture shows."""
    return sum(map(layout.words, layout.span(element, index))) <= MAX_PICTURE_WORDS


def _names(layout: Layout, element: Any) -> Iterator[tuple[Any, str]]:
    """The classes of an element and of those around it, where they have some and hold little of the article."""
    for above in layout.above(element)[:3]:
        name = above.get("class")
        if name and layout.boxes.share(above) < MAX_SHARE:
            yield above, name


@lru_cache(maxsize=4096)  # A page has hundreds of lines and some ten classes that these stand in.
def _names_caption(name: str) -> bool:
    return _CAPTION.search(_as_words(name)) is not None


@lru_cache(maxsize=4096)
def _names_picture(name: str) -> bool:
    return _PICTURE.search(_as_words(name)) is not None


def _as_words(name: str) -> str:
    return _CAMEL.sub("-", name).lower()
