"""Finds the standfirst: the sentence or two between headline and body, which extractors lose on every fifth page."""

import re
from collections.abc import Sequence

from pipelines.body.captions import is_caption, is_with_picture
from pipelines.body.layout import Layout
from pipelines.body.overlap import Gram, cover, grams, tokens
from pipelines.body.sentences import is_sentence
from storage.article import BlockKind

MIN_WORDS = 8
MAX_WORDS = 90
# A description that the text covers so far is the text's own beginning.
COVERED = 0.75
# A line that covers a description so far is the description.
MATCHED = 0.8
# Between headline and body: pictures, bylines and share buttons take up to this many lines.
MAX_DISTANCE = 40
# Without a telling class, so many words and a full stop make a sentence of it.
SENTENCE_WORDS = 10
# A longer line that names an hour or a year is no byline.
BYLINE_WORDS = 15
# So close to the headline, or where it has no element to the body, stands a standfirst that only its name tells.
NEAR = 6
# A description may run over several lines.
CONTINUED_WORDS = 5

_NAMED = re.compile(
    r"(?<![a-z])(?:stand-?first|dek|deck|sub-?(?:title|head(?:line|ing)?)|lead(?!er)|lede|intro|summary|excerpt|abstract|epigraph"
    r"|vorspann|anrei[sß]|teaser-?text|chapo|chapeau|entradilla|bajada|sumario|sommario|occhiello|catenaccio|ingress"
    r"|manchet|perex|zajawka|lid|underrubrik|ingressi|resumo|linha-fina)(?![a-z])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NEVER = frozenset({"h1", "nav", "footer", "figure", "figcaption", "button"})
_NEVER_UNTOLD = _NEVER | {"form", "aside", "li", "table", "address"}
_BYLINE = re.compile(
    r"\A(?:by|von|par|por|di|av|af|door|przez|text|texte|foto|photo|published|updated|veröffentlicht|publié|publicado"
    r"|pubblicato|actualizado|aktualisiert|stand)\b|\d{1,2}[:.h]\d\d\b|\b(?:19|20)\d\d\b.{0,12}\Z",
    re.I,
)


def place(layout: Layout, descriptions: Sequence[str], titles: Sequence[str], *, news: bool) -> None:
    """Give the standfirst its kind, and add it where the extractor left it out.

    It is what the page's own description says, and shows before the body; else one line between headline and body
    that is named so or, on news pages, looks like one. Never what the page does not show.
    """
    body = layout.body_start()
    if body < 0:
        return
    title_words = {tuple(tokens(title)) for title in titles}
    heading = _heading(layout, body, title_words)
    said = [words for words in map(_untruncated, descriptions) if len(words) >= MIN_WORDS]
    found = _described(layout, range(heading + 1, body), said, title_words)
    if not found and heading >= 0:
        found = _described(layout, range(heading), said, title_words)[:1]
        # What stands before the headline may be a teaser of this very article: not where the text says it anyway.
        if found:
            text = grams([word for item in layout.found() for word in tokens(item.block.text)])
            found = [index for index in found if cover(tokens(layout.leaves[index].text), text) < COVERED]
    if not found:
        distance = MAX_DISTANCE if news else NEAR
        where = range(heading + 1, min(body, heading + 1 + distance)) if heading >= 0 else range(body - NEAR, body)
        found = _looks_like_one(layout, where, title_words, untold=news and heading >= 0)
    for index in found:
        if index in layout.taken:
            for item in layout.found():
                if item.first == item.last == index and item.block.kind is not BlockKind.HEADLINE:
                    item.turn(BlockKind.STANDFIRST)
        else:
            layout.insert(index, BlockKind.STANDFIRST)


def _untruncated(description: str) -> list[str]:
    words = tokens(description)
    # The last word of a description that was cut off may be half a word.
    return words[:-1] if description.rstrip().endswith(("…", "...")) else words


def _heading(layout: Layout, body: int, titles: set[tuple[str, ...]]) -> int:
    """The first `h1` before the body that says the title, else the last one, else the first heading that says it,
    else the only one in the article. -1 where there is none."""
    headings = [i for i in range(body) if not layout.leaves[i].inside.isdisjoint(("h1", "h2"))]
    titled = [i for i in headings if tuple(tokens(layout.leaves[i].text)) in titles]
    first = [i for i in headings if "h1" in layout.leaves[i].inside]
    if first or titled:
        return next((i for i in first if i in titled), first[-1] if first else titled[0])
    inside = [i for i in headings if "article" in layout.leaves[i].inside]
    return inside[0] if len(inside) == 1 else -1


def _described(layout: Layout, where: range, said: list[list[str]], titles: set[tuple[str, ...]]) -> list[int]:
    """The line that a description begins with, and the lines behind it that go on with it."""
    found: list[int] = []
    inside: set[Gram] = set()
    for index in where:
        leaf = layout.leaves[index]
        if leaf.links > 0.5 or not leaf.inside.isdisjoint(_NEVER):
            continue
        words = tokens(leaf.text)
        if found:
            if len(words) < CONTINUED_WORDS or cover(words, inside) < MATCHED:
                break
            found.append(index)
            continue
        if len(words) < MIN_WORDS or tuple(words) in titles:
            continue
        for description in said:
            shorter = min(len(words), len(description))
            begins = shorter >= MIN_WORDS and words[:shorter] == description[:shorter]
            if begins or cover(description, grams(words)) >= MATCHED:
                found.append(index)
                inside = grams(description[len(words) - 2 :]) if begins else set()
                break
    return found


def _looks_like_one(layout: Layout, where: range, titles: set[tuple[str, ...]], *, untold: bool) -> list[int]:
    """The line that is named a standfirst; else, where `untold`, the first that is a sentence or a heading."""
    sentence: list[int] = []
    for index in where:
        if index < 0:
            continue
        leaf = layout.leaves[index]
        if (
            leaf.links > 0.3
            or not leaf.inside.isdisjoint(_NEVER_UNTOLD)
            or not MIN_WORDS <= layout.words(index) <= MAX_WORDS
            or leaf.element.tag in ("td", "time")
            or (layout.words(index) <= BYLINE_WORDS and _BYLINE.search(leaf.text))
            or is_caption(layout, index)
            or is_with_picture(layout, index)
            or tuple(tokens(leaf.text)) in titles
        ):
            continue
        names = " ".join(
            _CAMEL.sub("-", f"{above.get('class') or ''} {above.get('id') or ''}")
            for above in layout.above(leaf.element)[:2]
        ).lower()
        if _NAMED.search(names):
            return [index]
        if (
            untold
            and not sentence
            and layout.words(index) >= SENTENCE_WORDS
            and (is_sentence(leaf.text) or leaf.element.tag == "h2")
        ):
            sentence = [index]
    return sentence
