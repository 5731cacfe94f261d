"""Tells a headline from what sites put around it."""

import re
from collections.abc import Iterable, Sequence

import attrs
from lxml.html import HtmlElement

from pipelines.fields.bylines import key
from pipelines.fields.jsonld import clean

# Google reads headlines of up to 110 characters, so sites cut the longer ones; what is this short is whole.
MAX_WHOLE_HEADLINE = 107
# What is longer is no title, and not worth the time.
MAX_TITLE = 1000
# A shorter beginning may be any word's.
MIN_NAME_LETTERS = 4
# Two texts that share this many letters say the same thing; fewer may be chance.
MIN_SHARED_LETTERS = 12

BREAK = re.compile(r"\s+(?:[|–—·•»«~/-]|<|>|--|::)\s+|\s*[|»]\s*|:\s+")
WORD = re.compile(r"\w{3,}")
# What stands over a headline, or unseen beside it, in the h1 itself, by the names that style sheets give it.
KICKER = re.compile(
    r"kicker|overline|topline|over-?title|dachzeile|roofline|eyebrow|strap-?line|super-?title|pre-?title|antetitulo"
    r"|surtitre|occhiello|rubri[ck]|visually-?hidden|sr-only|screen-?reader",
    re.I,
)
BREADCRUMB = re.compile(r"bread-?crumb", re.I)


def is_whole(headline: str) -> bool:
    """Whether a headline in structured data is the whole of it."""
    return len(headline) <= MAX_WHOLE_HEADLINE and not headline.endswith(("…", "..."))


def is_kicker_and(long: str, short: str) -> bool:
    """Whether the one title is the other behind a kicker: "Economy: Rates rise" and "Rates rise"."""
    return len(key(short)) >= MIN_SHARED_LETTERS and key(long) != key(short) and key(long).endswith(key(short))


def _keys(values: Iterable[str]) -> frozenset[str]:
    return frozenset(map(key, values)) - {""}


@attrs.frozen(kw_only=True)
class Affixes:
    """What a site puts before and after its titles: its names and, at the end, those of its sections."""

    names: frozenset[str] = attrs.field(converter=_keys)
    sections: frozenset[str] = attrs.field(converter=_keys)

    def strip(self, title: str) -> str:
        """The title without them."""
        if len(title) > MAX_TITLE:
            return title
        for _ in range(3):  # "Headline | Section | Site"
            breaks = [match for match in BREAK.finditer(title) if match.start()]
            cut = next((match for match in breaks if self._is_name(title[match.end() :], match[0])), None)
            if not cut and breaks and "|" in breaks[-1][0] and key(title[breaks[-1].end() :]) in self.sections:
                cut = breaks[-1]
            if not cut:
                break
            title = title[: cut.start()]
        for match in BREAK.finditer(title):
            if match.end() < len(title) and self._is_name(title[: match.start()], ""):
                return title[match.end() :]
        return title

    def _is_name(self, part: str, mark: str) -> bool:
        """Whether it is one of the site's names. Behind a bar, which no headline has, a form of one is enough."""
        folded = key(part)
        if folded in self.names or any(folded in ("the" + name, name + "online", name + "com") for name in self.names):
            return True
        if "|" not in mark or len(folded) < MIN_NAME_LETTERS:
            return False
        long = (name for name in self.names if len(name) >= MIN_NAME_LETTERS)
        return any(folded.startswith(name) or name.startswith(folded) for name in long)


def heading(elements: Sequence[HtmlElement], titles: Sequence[str]) -> str | None:
    """The h1 that is the article's headline, among a page's h1 elements, in view of its other titles, best first.

    It is the one that says what a title says, else the one in the article, else the only one if it shares a third of
    its words with the titles. Many pages have the site's name or "Comments" in an h1.
    """
    elements = [element for element in elements if not _is_breadcrumb(element)] or elements
    texts = [(element, _own_text(element)) for element in elements]
    headings = [(element, text, key(text)) for element, text in texts if text]
    wanted = [folded for folded in map(key, titles) if folded]
    for _, text, folded in headings:
        if folded in wanted:
            return text
    for _, text, folded in headings:
        if wanted and share(folded, wanted[0]):
            return text
    words = {word for title in titles for word in WORD.findall(title.casefold())}
    for element, text, _ in headings:
        own = set(WORD.findall(text.casefold()))
        related = not words or len(own & words) * 3 >= len(own)
        inside = any(above.tag in ("article", "main") for above in element.iterancestors())
        if inside or (related and len(headings) == 1):
            return text
    return None


def _own_text(heading: HtmlElement) -> str | None:
    """A heading's text without the kicker that stands in an element of its own, where something is left."""
    text = clean(heading.text_content()[:MAX_TITLE])
    children = [child for child in heading if isinstance(child.tag, str)]
    if not text or not any(KICKER.search(child.get("class") or "") for child in children):
        return text
    parts = [heading.text or ""]
    for child in children:
        parts += ["" if KICKER.search(child.get("class") or "") else child.text_content()[:MAX_TITLE], child.tail or ""]
    rest = (clean(" ".join(parts)) or "").lstrip(" -–—:|/•·")
    return rest if len(key(rest)) >= MIN_SHARED_LETTERS and 2 * len(key(rest)) > len(key(text)) else text


def _is_breadcrumb(heading: HtmlElement) -> bool:
    """Whether it is the last step of a breadcrumb trail, which some sites make an h1."""
    above = [heading, *heading.iterancestors()][:4]
    return any(BREADCRUMB.search(element.get("class") or "") for element in above) or any(
        element.tag in ("li", "nav") for element in above
    )


def share(one: str, other: str) -> bool:
    """Whether one of two folded titles holds the other."""
    return min(len(one), len(other)) >= MIN_SHARED_LETTERS and (one in other or other in one)
