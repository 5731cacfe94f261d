"""Finds the byline and the date that a page shows, for pages that name nobody but themselves in their metadata."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from pipelines.fields.bylines import key, split
from pipelines.fields.jsonld import clean

# A byline with two posts and a place is shorter; what is longer is a sentence about the author.
MAX_BYLINE = 160
# A name alone has two to four words in most of the world's languages.
NAME_WORDS = range(2, 5)
MAX_NAME_WORDS = 5
# What stands in the middle of names in small letters.
_PARTICLES = frozenset({"von", "vom", "zu", "zur", "van", "der", "den", "de", "del", "della", "di", "da", "dos", "das"})
_PARTICLES |= {"du", "des", "la", "le", "el", "al", "bin", "ibn", "y", "i", "e", "ten", "ter", "af", "av"}
# A card about an author holds his picture, name and post; an element that holds more is not his byline.
MAX_PEOPLE = 6

# "Author" and "byline" as class names have them, in the languages whose sites name their classes in their own.
_STEMS = ["byline", "author", "autor", "auteur", "autore", "writer", "verfasser", "skribent", "journalist", "reporter"]
_STEMS += ["contributor", "redakteur", "redacteur", "yazar", "kirjoittaja", "szerzo", "penulis", "forfatter"]
_WORDS = frozenset(stem + ending for stem in _STEMS for ending in ("", "s", "e", "en", "in", "es", "name", "names"))
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
# Around an author's name, and no byline: his portrait, his life, his other articles, readers who write.
_ELSEWHERE = re.compile(
    r"comment|bio\b|biograph|avatar|portrait|related|recommend|teaser|card\b|promo|sidebar|footer", re.I
)
_ASIDE = frozenset({"nav", "footer", "aside", "figure", "form", "button", "script", "style", "noscript", "template"})
_CANDIDATES = etree.XPath("//*[@class or @rel or @itemprop]")
_FOLLOWING = etree.XPath("following::p[position() <= 20]")
_PEOPLE_LINKS = etree.XPath(".//a[@href]")

_LABEL_OF_AUTHOR = re.compile(
    r"(?:autor(?:in|en|es|a)?(?:\s*/\s*autor(?:in)?)?|authors?|auteurs?|autori?|autore|written by|author\(s\)|yazar"
    r"|forfatter|skribent|szerző|автор|penulis|作者)\s*:?",
    re.I,
)
_LABEL_OF_DATE = re.compile(r"(?:datum|date|fecha|data|dato|dátum|tarih|дата|published|veröffentlicht|日期)\s*:?", re.I)
_LABELS = ("strong", "b", "dt", "th", "span")
_AND = r"(?:,|;|/|\||&|and|und|et|och|og|en|y|e|i)"
_JOINS = re.compile(rf"{_AND}(?!\w)", re.I)
_JOINED = re.compile(rf"(?<!\w){_AND}\Z", re.I)
_EMPHASIS = frozenset({"strong", "b", "em", "i"})

# With dots a day comes first, wherever it is written; with other marks, 05/04 means two days.
DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)\d\d)(?![\d.])")


def byline(tree: HtmlElement, *, besides: frozenset[str] = frozenset()) -> list[str]:
    """The names in the first byline that a page shows; `besides`: keys of what is no name here (the site's own).

    Looks at elements that say that they hold an author, then at "Author:" labels, then at a name that stands alone,
    in bold, in the article's first paragraph.
    """
    for finder in (_declared, _labelled, _alone):
        for text in finder(tree):
            names = [name for name in split(text) if key(name) not in besides and not _is_of(key(name), besides)]
            # A place or a post stands behind the name: "Ada Ito, Madrid".
            people = [name for name in names if _may_be_name(name)]
            if people and len(people) <= MAX_PEOPLE and people[0] == names[0]:
                return people
    return []


def date(tree: HtmlElement, titles: Sequence[str]) -> str | None:
    """The day that a page's title ends in, or that stands behind a "Date:" label, as "2031-03-12"."""
    for title in titles:
        match = DOTTED.search(title, max(0, len(title) - 14))
        if match and match.end() == len(title.rstrip()):
            return _iso(match)
    for text in _values(tree, _LABEL_OF_DATE):
        if match := DOTTED.match(text.strip()):
            return _iso(match)
    return None


def _iso(match: re.Match[str]) -> str:
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"


def _is_of(name: str, keys: frozenset[str]) -> bool:
    """Whether it is a longer form of the site's name: "Gazette Newsroom"."""
    return any(len(site) > 2 and name.startswith(site) for site in keys)


def _may_be_name(name: str) -> bool:
    """Two to five words that begin as names do; a script without capitals has none to begin with."""
    words = name.split()
    if any(c.isdigit() for c in name):
        return False
    if len(words) == 1:
        return not (name[0].isupper() or name[0].islower()) and len(name) in NAME_WORDS
    return len(words) <= MAX_NAME_WORDS and all(not w[0].islower() or w in _PARTICLES for w in words)


def _lines(element: HtmlElement) -> list[str]:
    return [line for text in cast(Iterator[str], element.itertext()) if (line := clean(text))]


def _named(lines: Sequence[str]) -> str:
    """The part of an element's lines that names people: what leads up to the names, the first name, and those that a
    comma or an "and" joins to it. A post or a date on a line of its own is none of them."""
    taken: list[str] = []
    joined = True
    for line in lines:
        if not joined and not _JOINS.match(line):
            break
        taken.append(line)
        joined = _JOINED.search(line) is not None or not split(" ".join(taken))
    return " ".join(taken)


def _declared(tree: HtmlElement) -> Iterator[str]:
    found = [element for element in cast(list[HtmlElement], _CANDIDATES(tree)) if _tells(element)]
    inside = {above for element in found for above in element.iterancestors()}
    innermost = [element for element in found if element not in inside and not _is_aside(element)]
    # By the elements themselves, which must live as long: lxml gives a number that `id` gave to another element.
    groups: dict[HtmlElement, list[str]] = {}
    for element in innermost:
        lines = _lines(element)
        if not lines or sum(map(len, lines)) > MAX_BYLINE:
            continue
        links = [" ".join(_lines(link)) for link in cast(list[HtmlElement], _PEOPLE_LINKS(element))]
        named = [link for link in links if link and _may_be_name(link)]
        # Authors of one article stand side by side: same parent, or the parents' parent.
        parent = element.getparent()
        above = parent.getparent() if parent is not None else None
        group = groups.setdefault(above if above is not None else element, [])
        group.append("; ".join(named) if named else _named(lines))
    for texts in groups.values():
        yield "; ".join(texts)


def _tells(element: HtmlElement) -> bool:
    if element.tag in ("meta", "link", "img") or not isinstance(element.tag, str):
        return False
    if "author" in (element.get("rel") or "").split() or "author" in (element.get("itemprop") or "").split():
        return True
    return _holds_author(element.get("class") or "")


@lru_cache(maxsize=4096)  # A page has thousands of elements and some hundred class names.
def _holds_author(names: str) -> bool:
    folded = names.lower()
    if not any(stem in folded for stem in _STEMS):
        return False
    return any(part.lower() in _WORDS for part in _PART.findall(names))  # "post_author", "ByLine", "authorName"


def _is_aside(element: HtmlElement) -> bool:
    if _ELSEWHERE.search(element.get("class") or ""):
        return True
    return any(
        above.tag in _ASIDE
        or (above.tag not in ("body", "html") and _ELSEWHERE.search(f"{above.get('class')} {above.get('id')}"))
        for above in element.iterancestors()
    )


def _values(tree: HtmlElement, label: re.Pattern[str]) -> Iterator[str]:
    """What follows the elements whose whole text is a label."""
    for element in tree.iter(*_LABELS):
        text = element.text
        if not text or len(element) or len(text) > 30 or not label.fullmatch(text.strip()):
            continue
        if tail := clean(element.tail or ""):
            yield tail
        elif (after := element.getnext()) is not None and isinstance(after.tag, str):
            yield after.text_content()[:MAX_BYLINE]


def _labelled(tree: HtmlElement) -> Iterator[str]:
    for text in _values(tree, _LABEL_OF_AUTHOR):
        yield text.strip(" :")


def _alone(tree: HtmlElement) -> Iterator[str]:
    """The first paragraph after the headline, where it is a name in bold and nothing else."""
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return
    for paragraph in cast(list[HtmlElement], _FOLLOWING(heading)):
        text = clean(paragraph.text_content()[: MAX_BYLINE + 1])
        if not text:
            continue
        parts = re.split(r"\s*/\s*", text)
        bold = len(paragraph) == 1 and paragraph[0].tag in _EMPHASIS and not (paragraph.text or "").strip()
        bold = bold and not (paragraph[0].tail or "").strip()
        if bold and all(len(part.split()) in NAME_WORDS and _is_capitalised(part) for part in parts):
            yield text
            return
        if len(text) > MAX_BYLINE:
            return


def _is_capitalised(text: str) -> bool:
    return all(word[0].isupper() and re.sub(r"[-'’.]", "", word).isalpha() for word in text.split())
