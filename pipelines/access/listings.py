"""Tells section pages, front pages, author pages and search results from articles."""

from collections.abc import Iterable, Sequence
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from pipelines.access.verdict import count_words
from pipelines.fields.bylines import key
from storage.article import APART, Block
from storage.errors import InvalidURL
from storage.urls import is_front_page

# schema.org's kinds of page that list others. WebPage, ItemPage and the like say nothing either way.
LISTING_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage"})

# A linked headline has as many words; menu entries have fewer.
HEADLINE_WORDS = 4
# What stands with a linked headline, a summary and a date; with more it is an article's own section.
CARD_WORDS = 90
# A section shows so many stories. Articles with boxes of others have more (a tenth of the corpora's pages has 12 and
# more linked headings), so the number alone says nothing.
MIN_CARDS = 6
# A page that calls itself a list, or is a front page, needs fewer.
MIN_DECLARED_CARDS = 3
# Of the words that extraction found, the share that stands in links and cards.
MIN_CARD_SHARE = 0.5
# Lines of cards that extraction took for text. One or two are the boxes at the end of a short article.
MIN_CARD_LINES = 4
# What else a list has: a claim, a description of the section, an imprint.
MAX_PROSE_WORDS = 120
# Short keys may stand anywhere.
MIN_KEY = 15

_LINKED = etree.XPath("(//h1|//h2|//h3|//h4|//h5)[.//a[@href] or ancestor::a[@href]]")
_LINKS = etree.XPath("//a[@href][not(ancestor::nav or ancestor::footer or ancestor::p)]")
_UP = frozenset({"body", "main", "html"})


def is_listing(
    tree: HtmlElement, url: str, blocks: Sequence[Block], *, is_article: bool, kinds: Iterable[str] = ()
) -> bool:
    """Whether a page lists articles and is none.

    `is_article`: it calls itself an article and says when it was published. `kinds`: the schema.org types that it gives
    itself. What counts is what extraction found: of a list that is the lines of its cards.
    """
    if is_article:
        return False
    declared = not LISTING_TYPES.isdisjoint(kinds) or _is_front_page(url)
    cards = _cards(tree)
    if len(cards) < (MIN_DECLARED_CARDS if declared else MIN_CARDS):
        return False
    joined = "\n".join(cards)
    of_cards = prose = lines = 0
    for block in blocks:
        if block.kind in APART:
            continue
        words, folded = count_words((block.text,)), key(block.text)
        if len(folded) < MIN_KEY:
            continue  # A label, a date: of either.
        if folded in joined or any(card in folded and 2 * len(card) > len(folded) for card in cards):
            of_cards += words
            lines += 1
        else:
            prose += words
    mostly_cards = of_cards >= MIN_CARD_SHARE * (of_cards + prose)
    if declared:
        return prose < MAX_PROSE_WORDS or mostly_cards
    return prose < MAX_PROSE_WORDS and mostly_cards and (lines >= MIN_CARD_LINES or prose == of_cards == 0)


def _is_front_page(url: str) -> bool:
    try:
        return is_front_page(url)
    except InvalidURL:
        return False


def _cards(tree: HtmlElement) -> list[str]:
    """The folded text of each card, a linked headline with what belongs to it, and of each bare link of its length."""
    headings = [
        heading
        for heading in cast(list[HtmlElement], _LINKED(tree))
        if len(heading.text_content().split()) >= HEADLINE_WORDS
    ]
    holders: dict[HtmlElement, int] = {}
    for heading in headings:
        for above in heading.iterancestors():
            holders[above] = holders.get(above, 0) + 1
    cards: dict[str, None] = {}
    for heading in headings:
        card = heading
        for above in heading.iterancestors():
            if above.tag in _UP or holders[above] > 1 or len(above.text_content().split()) > CARD_WORDS:
                break
            card = above
        cards[key(card.text_content() if card is not heading else _with_siblings(heading))] = None
    for link in cast(list[HtmlElement], _LINKS(tree)):
        if len(link.text_content().split()) >= HEADLINE_WORDS:
            item = next((above for above in link.iterancestors("li", "dd", "tr")), link)
            text = item.text_content()
            cards[key(text if len(text.split()) <= CARD_WORDS else link.text_content())] = None
    return [card for card in cards if card]


def _with_siblings(heading: HtmlElement) -> str:
    """A heading that shares its parent with others, and what follows it up to the next."""
    texts: list[str] = [heading.text_content()]
    for sibling in heading.itersiblings():
        if not isinstance(sibling.tag, str) or sibling.tag == heading.tag:
            break
        texts.append(sibling.text_content())
        if sum(len(text.split()) for text in texts) > CARD_WORDS:
            return texts[0]
    return " ".join(texts)
