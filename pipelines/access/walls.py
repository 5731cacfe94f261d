"""Finds the wall at which a paid article ends: the element after the text that asks to subscribe or to sign in."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import cast

import attrs
from lxml import etree
from lxml.html import HtmlElement

from storage.article import Block

# What walls are called in style sheets. A page may carry one for readers who have used up their free articles, beside
# an article that is whole: a wall alone says nothing.
_NAMES = re.compile(
    r"pay-?_?wall|(?:reg|regi|registration|login|subscri(?:be|ber|ption)|member|premium|plus|meter|offer|soft"
    r"|hard)[-_]?"
    r"(?:wall|gate|barrier|lock)|bezahlschranke|abo-?(?:schranke|wall|teaser|box)|piano-?(?:inline|container|offer)"
    r"|tp-(?:container|modal)|article-?(?:locked|gate|lock)|content-?(?:locked|gate|lock)|locked-?content|truncated"
    r"|reserved-?(?:content|article)|premium-?(?:teaser|overlay|message)|fade-?out-?overlay",
    re.I,
)
# To subscribe, to sign in, to register, to be a member, to read on.
_ASKS = re.compile(
    r"\bsubscri(?:be|ber|bers|ption|ptions)\b|\b(?:log|sign) ?in\b|\bregister\b|\bcreate (?:a|an"
    r"|your)? ?(?:free )?account|\bmembers?\b"
    r"|\babonn\w*|\babo\b|\bdigitalabo|\bplus-abo|\bangemeldet|\banmelden|\beinloggen|\bregistrier\w*"
    r"|\bfreischalten|\bweiterlesen"
    r"|\binscri\w+|\bconnectez|\bse connecter|\bidentifiez|\bréservée? aux abonnés"
    r"|\bsuscr[ií]\w*|\binicia(?:r)? sesión|\bregístrate|\bacceder\b|\bhazte socio"
    r"|\babbonat\w*|\baccedi\b|\bregistrati|\bassin(?:e|ante|antes|atura)\b|\bentrar\b|\bfaça login"
    r"|\babonne\w*|\binloggen|\blog in\b|\bword lid|\bprenumer\w*|\blogga in|\blogg inn|\blog ind\b|\bkjøp tilgang"
    r"|\btilaa\w*|\bkirjaudu|\bsubskry\w+|\bprenumerat\w*|\bzaloguj|\bwykup|\bpředpl\w+|\bpřihlás\w+"
    r"|\belőfizet\w*|\bbejelentkez\w*"
    r"|подпи\w+|войти|войдите|підпи\w+|увійти|συνδρομ\w+|σύνδεση|\babone\w*|\bgiriş yap|\bberlangganan|\bđăng nhập"
    r"|会員|購読|ログイン|登録|订阅|訂閱|登录|登入|會員|구독|로그인|اشترك|تسجيل الدخول|सब्सक्राइब|लॉग ?इन|מנוי|התחבר",
    re.I,
)
# That there is more.
_MORE = re.compile(
    r"\b(?:to (?:read|continue|access|unlock|view)|(?:read|unlock|access) (?:the|this) (?:full|rest|whole"
    r"|entire|article|story)|continue reading|keep reading|already (?:a|have)|exclusive to|only for"
    r"|for subscribers)\b"
    r"|\b(?:um weiterzulesen|weiterlesen|jetzt (?:lesen|testen|freischalten)|vollständige?n? artikel"
    r"|exklusiv für|bereits (?:abonnent|registriert|kunde))"
    r"|\b(?:lire la suite|la suite (?:de cet article|est réservée)|il vous reste|pour (?:lire|accéder)"
    r"|déjà abonné)|réservée? aux abonnés"
    r"|\b(?:para (?:seguir|continuar|leer|ler)|seguir leyendo|sigue leyendo|continuar lendo|continue lendo"
    r"|exclusiv[oa]s? para|ya (?:eres|tienes)|já é assinante)"
    r"|\b(?:per (?:continuare|leggere)|continua a leggere|riservat[oa] agli abbonati|sei già abbonato)"
    r"|\b(?:om (?:verder te|dit artikel)|lees verder|verder lezen|al abonnee|läs (?:vidare|hela)|les (?:videre"
    r"|hele)|læs (?:videre|hele)|lue (?:koko|lisää)|czytaj dalej|dokážete číst|olvasson tovább|devamını oku"
    r"|читать (?:далее|полностью)|読む|続きを|全文|この記事は|继续阅读|閱讀全文|계속 읽)",
    re.I,
)
_ELEMENTS = etree.XPath("//*[@class or @id]")
_AFTER = etree.XPath("following::p[not(ancestor::footer or ancestor::aside or ancestor::nav)][position() <= 60]")
_IGNORED = frozenset(
    {"html", "body", "head", "script", "style", "link", "meta", "nav", "header", "footer", "a", "button"}
)

# A wall's offers and small print; more than this is an article inside an element that is called `paywall`.
MAX_WALL_WORDS = 250
# A paragraph of the article, which no wall has.
PARAGRAPH_WORDS = 25
# Where the wall's own lines were taken for article text they are the last.
LAST_BLOCKS = 12


@attrs.frozen(kw_only=True)
class Wall:
    """What was found of a wall."""

    ends_text: bool
    """Whether an element that is called a wall, and asks for money or a name, stands after the text."""
    line: str | None
    """A line among the last of the text that asks the same. None: there is none."""
    empty_part: str | None
    """A CSS selector that the page names as its paid part, and that holds no text. None: there is none."""


def wall(tree: HtmlElement, blocks: Sequence[Block], paid: Iterable[str]) -> Wall:
    """What a page shows of a wall. `paid`: the CSS selectors of its paid parts, as it names them."""
    return Wall(ends_text=_ends_text(tree), line=_line(blocks), empty_part=_empty(tree, paid))


def asks(text: str) -> bool:
    """Whether a line asks to subscribe, to register or to sign in."""
    return _ASKS.search(text) is not None


@lru_cache(maxsize=4096)
def _named(names: str) -> bool:
    return _NAMES.search(names) is not None


def _ends_text(tree: HtmlElement) -> bool:
    for element in cast(list[HtmlElement], _ELEMENTS(tree)):
        if element.tag in _IGNORED or not _named(f"{element.get('class') or ''} {element.get('id') or ''}"):
            continue
        text = element.text_content()
        if len(text.split()) > MAX_WALL_WORDS or not _ASKS.search(text):
            continue
        if any(above.tag in ("nav", "header", "footer") for above in element.iterancestors()):
            continue
        after = cast(list[HtmlElement], _AFTER(element))
        if not any(len(p.text_content().split()) >= PARAGRAPH_WORDS for p in after):
            return True
    return False


def before_wall(blocks: Sequence[Block]) -> list[Block]:
    """The blocks before the wall, where its lines were taken for text: a run of short last lines that ask."""
    start = _wall_start(blocks)
    return list(blocks if start is None else blocks[:start])


def _line(blocks: Sequence[Block]) -> str | None:
    start = _wall_start(blocks)
    return None if start is None else blocks[start].text


def _wall_start(blocks: Sequence[Block]) -> int | None:
    """Where the last run of short lines begins to ask, if they say as well that there is more to read."""
    first = max(len(blocks) - LAST_BLOCKS, 0)
    long = (i for i in reversed(range(first, len(blocks))) if len(blocks[i].text.split()) > PARAGRAPH_WORDS)
    run = range(next(long, first - 1) + 1, len(blocks))
    if not any(_MORE.search(blocks[i].text) for i in run):
        return None
    return next((i for i in run if _ASKS.search(blocks[i].text)), None)


def _empty(tree: HtmlElement, paid: Iterable[str]) -> str | None:
    for selector in paid:
        simple = re.fullmatch(r"([.#])([\w-]+)", selector.strip())
        if simple is None:
            continue
        kind, name = simple.groups()
        if kind == "#":
            found = tree.xpath("//*[@id=$name]", name=name)
        else:
            found = tree.xpath("//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", name=f" {name} ")
        elements = cast(list[HtmlElement], found)
        if elements and not any(_has_text(element) for element in elements):
            return selector
    return None


def _has_text(element: HtmlElement) -> bool:
    return any(len(text.split()) >= 5 for text in cast(Iterable[str], element.itertext("p", "div", "span", "section")))
