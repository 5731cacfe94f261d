"""Notes on an article's blocks what the page's structure says of them, for cleaning to go by."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pipelines.body.interface_lines import opens_with_phrase
from pipelines.body.layout import Layout
from pipelines.body.overlap import tokens
from pipelines.body.posts import is_post
from pipelines.body.sentences import is_sentence
from pipelines.body.twins import Shape, shape, usual_holders, usual_shapes
from storage.article import BlockKind

# An element of telling class speaks of its own, not of the article, where it holds less than this share of its words.
MAX_SHARE = 0.1
LEVELS = 6
# `paywall`, `widget` and `embed` are not among them: on real sites they wrap the article (23,000 words of 900 pages).
_CLASS = re.compile(
    r"(?<![a-z])(related|newsletter|promo|advert|sponsor|share|sharing|social|subscri|recommend|read-?(?:more|also)"
    r"|teaser|most-?(?:read|popular)|trending|byline|author-?(?:bio|box|info|card)|tooltip|toolbar|comments?(?![a-z])|consent"
    r"|cta(?![a-z])|follow)"
)
# Boxes of facts, which say of themselves that they stand beside the text.
_FACTS = re.compile(
    r"(?<![a-z])(?:fact-?box|info-?box|fakta-?(?:boks|ruta|box|rute)|fakten-?(?:box|kasten)|info-?kasten)(?:es)?(?![a-z])"
)
# What is left without them is an article of its own: they are none of it however long they are.
MIN_TEXT_WORDS = 200
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SCRAMBLED = re.compile(r"(?<![a-z])obfuscated(?![a-z])")
# Names of the sections of a page, for those who cannot see it. Long texts are folded away that way, too.
_UNSEEN = re.compile(r"(?<![a-z])(?:sr-only|visually-?hidden|screen-?reader(?:-?(?:text|only))?)(?![a-z])", re.I)
UNSEEN_WORDS = 5
# What themes of WordPress write around the page and around each post (`body_class`, `post_class`).
_OWN_POST = re.compile(r"(?<!\S)postid-(\d+)(?!\S)")
_POST = re.compile(r"(?<!\S)post-(\d+)(?!\S)")
_POST_TAGS = frozenset({"article", "div", "section", "li"})
# A card: a linked heading with a line or two.
CARD_WORDS = 90
CARD_SHARE = 0.15
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_HEADING_TAGS = _HEADINGS | {"h1"}
LIST_LINKS = 0.8
MAX_LABEL_WORDS = 4
# The share of links is known to two places.
ROUNDING = 0.005
# Names one after the other, each with its link: "Harrow Bay：North Quay、Old Bridge".
_ENUMERATION = re.compile(r"、")
# Behind a label that is known word for word, so much of the line is a link.
PHRASE_LINKS = 0.5
# Lines that are links but for a word or two, under a label.
NEARLY_LINKED = 0.7
MIN_LINK_WORDS = 4
MIN_LINK_LINES = 2
_STANDS_IN = ("nav", "footer", "aside", "form", "button", "header", "figure", "details", "dialog")


def note(layout: Layout, titles: Sequence[str], *, news: bool) -> None:
    """Add its signs to every block that has a place."""
    cards = _cards(layout) if news else set()
    labelled = _labelled_links(layout) if news else set()
    shapes = usual_shapes(layout)
    holders = usual_holders(layout, shapes)
    last = _end_of_article(layout, shapes)
    lists: dict[Any, bool] = {}
    others = _other_posts(layout)
    facts = _facts(layout)
    strangers = _other_articles(layout, titles)
    container_above = (
        frozenset(layout.above(layout.boxes.container)) if layout.boxes.container is not None else frozenset()
    )
    for position, item in enumerate(layout.placed):
        if item.first < 0:
            continue
        leaf = layout.leaves[item.first]
        above = layout.above(leaf.element)
        signs = item.signs
        signs += [
            f"in {tag}" for tag in _STANDS_IN if tag in leaf.inside and not _article_in(layout, tag, container_above)
        ]
        word = telling_class(layout, leaf.element)
        # A teaser is also what a site shows of an article that is for subscribers: its first paragraphs. And a box for
        # social networks may hold the post that the article is about.
        if word and not (
            (word == "teaser" and _is_own_paragraph(leaf.element, shapes))
            or (word == "social" and is_post(layout, leaf.element))
        ):
            signs.append(f"class {word}")
        if (
            0 <= last < item.first
            and layout.boxes.container not in above
            and shape(leaf.element) not in shapes
            and leaf.element.getparent() not in holders
        ):
            signs.append("after the article")
        if layout.words(item.first) <= UNSEEN_WORDS and any(
            _UNSEEN.search(element.get("class") or "") for element in above[:2]
        ):
            signs.append("for screen readers")
        if item.first in others:
            signs.append("another post")
        if item.first in strangers:
            signs.append("another article")
        if item.first in facts:
            signs.append("box of facts")
        if item.first in cards:
            signs.append("teaser card")
        if "article" in leaf.inside and _nested(layout, item.first, container_above):
            signs.append("nested article")
        if news and _is_labelled_link(item.block.kind, item.block.text, leaf.links):
            signs.append("label and link")
        if position in labelled:
            signs.append("list of links")
        if news and "li" in leaf.inside and _link_list(layout, position, lists):
            signs.append("list of links")


def telling_class(layout: Layout, element: Any) -> str | None:
    """The word in the class of an element, or of one around it, that says it is none of the article's."""
    outside = layout.above(layout.boxes.container) if layout.boxes.container is not None else ()
    for above in layout.above(element)[:LEVELS]:
        if above in outside:
            break
        if above not in layout.classes:
            layout.classes[above] = _word(above)
        word = layout.classes[above]
        if word == "obfuscated" or (word and layout.boxes.share(above) < MAX_SHARE):
            return word
    return None


def _is_own_paragraph(element: Any, shapes: set[Shape]) -> bool:
    """Whether it is a paragraph built like most of the article's, in an element of the same class."""
    built = shape(element)
    return built in shapes and element.tag == "p" and bool(built[-1])


def _other_posts(layout: Layout) -> set[int]:
    """The leaves of posts that are not the page's. WordPress names the page's on its body ("postid-12"), and every
    post on its element ("post-12")."""
    found = [item.first for item in layout.found()]
    if not found:
        return set()
    body = next((above for above in layout.above(layout.leaves[found[0]].element) if above.tag == "body"), None)
    own = _OWN_POST.search(body.get("class") or "") if body is not None else None
    if own is None:
        return set()
    posts: dict[Any, str | None] = {}
    number: dict[int, str | None] = {}
    for index in found:
        for above in layout.above(layout.leaves[index].element):
            if above not in posts:
                match = _POST.search(above.get("class") or "") if above.tag in _POST_TAGS else None
                posts[above] = match[1] if match else None
            if posts[above] is not None:
                break
        number[index] = posts[above]
    if own[1] not in number.values():
        return set()
    return {index for index, post in number.items() if post not in (None, own[1])}


def _facts(layout: Layout) -> set[int]:
    """The leaves of boxes of facts, where what stands outside of them is enough of a text."""
    names: dict[Any, bool] = {}
    found: set[int] = set()
    outside = layout.above(layout.boxes.container) if layout.boxes.container is not None else ()
    rest = 0
    for item in layout.found():
        inside = False
        for above in layout.above(layout.leaves[item.first].element)[:LEVELS]:
            if above in outside:
                break
            if above not in names:
                names[above] = _FACTS.search(_CAMEL.sub("-", above.get("class") or "").lower()) is not None
            inside = inside or names[above]
        if inside:
            found.add(item.first)
        else:
            rest += layout.words(item.first)
    return found if rest >= MIN_TEXT_WORDS else set()


def _other_articles(layout: Layout, titles: Sequence[str]) -> set[int]:
    """The leaves of whole articles behind the page's own, as sites append them that scroll on and on: they stand in
    elements of their own, each with a headline, and one of them has the page's."""
    tops: dict[Any, list[int]] = defaultdict(list)
    for item in layout.found():
        top = next((a for a in reversed(layout.above(layout.leaves[item.first].element)) if a.tag == "article"), None)
        tops[top].append(item.first)
    if len(tops) < 2:
        return set()
    known = {tuple(tokens(title)) for title in titles}
    headed: dict[Any, bool] = {}
    for leaf in layout.leaves:
        if "h1" in leaf.inside and "article" in leaf.inside:
            top = next(a for a in reversed(layout.above(leaf.element)) if a.tag == "article")
            headed[top] = headed.get(top, False) or tuple(tokens(leaf.text)) in known
    if not any(own for top, own in headed.items() if top in tops):
        return set()
    return {index for top, found in tops.items() if headed.get(top) is False for index in found}


def _article_in(layout: Layout, tag: str, container_above: frozenset[Any]) -> bool:
    return any(element.tag == tag for element in container_above)


def _word(element: Any) -> str | None:
    names = element.get("class") or ""
    if element.tag not in _HEADING_TAGS:
        # The id of a heading is its text, for links to it.
        names = f"{names} {element.get('id') or ''}"
    if len(names) < 4:
        return None
    names = _CAMEL.sub("-", names).lower()
    if _SCRAMBLED.search(names):
        return "obfuscated"
    match = _CLASS.search(names)
    return match[1] if match else None


def _end_of_article(layout: Layout, shapes: set[Shape]) -> int:
    """The leaf of the last block in the article's container, or of the last paragraph behind it that is built like the
    article's and stands in the same `article`."""
    container = layout.boxes.container
    if container is None:
        return -1
    ends = [item.first for item in layout.found() if layout.holds(container, item.first)]
    top = next((above for above in reversed(layout.above(container)) if above.tag == "article"), None)
    if top is not None:
        ends += [
            item.first
            for item in layout.found()
            if item.block.kind is BlockKind.PARAGRAPH
            and shape(layout.leaves[item.first].element) in shapes
            and layout.holds(top, item.first)
        ]
    return max(ends, default=-1)


def _cards(layout: Layout) -> set[int]:
    """The leaves of teaser cards: elements that hold a linked heading and little else, after the first paragraph."""
    found: set[int] = set()
    start = layout.body_start()
    for item in layout.found():
        leaf = layout.leaves[item.first]
        if item.first <= start or leaf.links < 0.8 or leaf.inside.isdisjoint(_HEADINGS) or item.first in found:
            continue
        card = range(item.first, item.first + 1)
        for element in layout.above(leaf.element)[1:]:
            span = layout.span(element, item.first)
            if layout.boxes.share(element) >= CARD_SHARE or sum(map(layout.words, span)) > CARD_WORDS:
                break
            card = span
        if len(card) > 1:
            found.update(card)
    return found


def _is_labelled_link(kind: BlockKind, text: str, links: float) -> bool:
    """ "Read also: all of it a link"."""
    if kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.HEADING):
        return False
    if links >= PHRASE_LINKS and opens_with_phrase(text):
        return True
    label, colon, rest = text.partition("：") if "：" in text else text.partition(": ")
    if not colon or not rest or len(label.split()) > MAX_LABEL_WORDS or _ENUMERATION.search(rest):
        return False
    return links + ROUNDING >= 0.98 * len(rest) / len(text)


def _labelled_links(layout: Layout) -> set[int]:
    """Positions of a label and of the lines under it that are nothing but links: a list without its markup."""

    def is_link(position: int) -> bool:
        item = layout.placed[position]
        return (
            item.first >= 0
            and item.block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
            and layout.leaves[item.first].links >= NEARLY_LINKED
            and layout.words(item.first) >= MIN_LINK_WORDS
        )

    found: set[int] = set()
    for position, item in enumerate(layout.placed):
        text = item.block.text
        if (
            item.first < 0
            or item.block.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING)
            or layout.words(item.first) > MAX_LABEL_WORDS
            or layout.leaves[item.first].links >= 0.5
            or (is_sentence(text) and not text.endswith((":", "…")))
        ):
            continue
        end = position + 1
        while end < len(layout.placed) and is_link(end):
            end += 1
        if end - position > MIN_LINK_LINES:
            found.update(range(position, end))
    return found


def _nested(layout: Layout, index: int, container_above: frozenset[Any]) -> bool:
    """Whether it stands in a short article inside the page's article, or in one beside it."""
    articles = [above for above in layout.above(layout.leaves[index].element) if above.tag == "article"]
    inner = articles[0] if articles else None
    if inner is None or inner in container_above:
        return False
    if len(articles) < 2 and not layout.boxes.share(inner) < CARD_SHARE:
        return False
    return sum(map(layout.words, layout.span(inner, index))) <= CARD_WORDS


def _link_list(layout: Layout, position: int, known: dict[Any, bool]) -> bool:
    """Whether it stands in a list that is nearly all links, and that no line with a colon introduces."""
    item = layout.placed[position]
    above = layout.above(layout.leaves[item.first].element)
    holder = next((element for element in above if element.tag in ("ul", "ol")), None)
    if holder is None:
        return False
    if holder not in known:
        span = layout.span(holder, item.first)
        length = sum(len(layout.leaves[i].text) for i in span)
        linked = sum(len(layout.leaves[i].text) * layout.leaves[i].links for i in span)
        before = next((p for p in reversed(layout.placed[:position]) if p.first < span.start), None)
        introduced = before is not None and before.block.text.rstrip().endswith((":", "："))
        known[holder] = linked >= LIST_LINKS * length and not introduced
    return known[holder]
