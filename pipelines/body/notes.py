"""Knows the lines that say something of the article itself: where it was published before, what was corrected in it,
whose opinion it is, which study it reports, and who earns by its links."""

import re

from pipelines.body.layout import Layout
from storage.article import BlockKind
from storage.leaves import words

# What goes on at length is text, or a plea that names the article in passing.
MAX_NOTE_WORDS = 60
MAX_EARNINGS_WORDS = 40
MIN_SOURCE_WORDS = 8
MAX_LINKS = 0.6

# Corrections may stand among what is at the foot of an article.
_NEVER = frozenset({"nav", "form", "figure", "figcaption", "button", "dialog", "li", "blockquote"})
_NEVER_EARNINGS = _NEVER | {"footer", "aside", "header"}

# "Editor's note:", "Note:" and signs before what is said.
_OPENING = r"""[\W_]*(?:
    (?:editor['’]?s?['’]?\ |a\ )?note | note\ de\ la\ rédaction | anmerkung(?:\ der\ redaktion)? | hinweis
    | nota(?:\ (?:de\ la|del|de|da|do|della)\ (?:redacción|redação|redazione|editor))?
)?[\W_]*"""
# One language after the other: English, German, French, Italian, Spanish, Portuguese, Dutch, Scandinavian, Polish,
# Russian, Japanese, Chinese.
_ORIGIN = r"""
    (?:(?:a|the|an)\ (?:\w+\ )?version\ of\ )?this\ (?:\w+\ ){0,2}?PIECE
        \ (?:(?:was|is|has|had|been|also|first|originally|initially|previously)\ )*
        (?:published|appeared|appears|adapted|translated|republished|reprinted|excerpted|syndicated|co-published)\b
    | the\ (?:\w+\ )?PIECE\ (?:was\ )?(?:first|originally|initially|previously)\ (?:published|appeared)\b
    | (?:first|originally|previously)\ (?:published|appeared|posted)\ (?:in|on|by|at|as|under)\b
    | (?:dieser|der)\ (?:\w+\ )?(?:artikel|beitrag|text|bericht|essay|kommentar)\ (?:ist|wurde|erschien|stammt)\b
        .{0,80}\b(?:zuerst|ursprünglich|erstmals|übersetzt|übernommen|erschienen)\b
    | zuerst\ erschienen\b
    | cet(?:te)?\ (?:article|texte|tribune|entretien)\b.{0,40}\b(?:publiée?|parue?|traduite?|adaptée?)\b
    | quest[oa]\ (?:articolo|testo|intervista)\ è\b.{0,40}\b(?:pubblicat|appars|tradott|adattat)
    | est[ea]\ (?:artículo|nota|texto|reportaje|entrevista)\ (?:fue|ha\ sido|se|apareció)\b.{0,30}
        \b(?:publicad|publicó|traducid|adaptad|original)
    | est[ea]\ (?:artigo|matéria|texto|reportagem|entrevista)\ (?:foi|é|apareceu)\b.{0,30}
        \b(?:publicad|traduzid|adaptad|original)
    | dit\ (?:artikel|stuk|verhaal)\ (?:verscheen|is|werd)\b.{0,40}
        \b(?:eerder|oorspronkelijk|vertaald|overgenomen)\b
    | (?:den\ här|denne|denna)\ (?:artikeln?|texten?|teksten?|saken|kronikken)\b.{0,40}
        \b(?:först|først|ursprungligen|opprinnelig|oprindeligt|översatt|oversatt|oversat)\b
    | (?:ten\ )?(?:artykuł|tekst)\ (?:ukazał\ się|został)\b.{0,40}\b(?:pierwotnie|opublikowan|przetłumaczon)
    | (?:эта\ |этот\ |настоящая\ )?(?:статья|текст|материал)\ (?:был[аи]?\ )?(?:впервые|первоначально|ранее)\ опублик
    | この記事は.{0,40}(?:に掲載|を翻訳|転載|初出) | 本文(?:转载|轉載|原载|原載|首发|首發|译自|譯自)
"""
# "Correction (12 May): …", "Rectificatif du 12 mai : …"
_DATED = r"(?:\ ?\([^)]{1,40}\)|,?\ [\d./]{1,10}|,?\ (?:to|on|of|from|vom|du|le|del|van|av)\ [^:]{1,60})?\s*[:：]"
_CORRECTION = rf"""
    (?:corrections?|clarifications?|corrigendum|errat(?:um|a)|rectificat(?:if|ion)|korrektur|berichtigung|richtigstellung
        |corrección|rectificación|fe\ de\ (?:errores|erratas)|correção|rettifica|correzione|correctie|rectificatie
        |rättelse|rettelse|oikaisu|sprostowanie|oprava|helyesbítés|düzeltme|исправление|поправка|уточнение|виправлення
        |уточнення|【?訂正】?|更正){_DATED}
    | (?:in\ )?(?:an?|the)\ (?:(?:earlier|previous|original|first)\ )?version\ of\ (?:this|the)\ (?:\w+\ )?PIECE\b
    | this\ (?:\w+\ )?PIECE\ (?:was|has\ been)\ (?:\w+\ )?(?:amended|corrected|clarified)\b
    | in\ (?:einer|der)\ (?:früheren|vorherigen|ersten|älteren|ursprünglichen)\ (?:version|fassung)\b
    | (?:dans\ )?une\ (?:version\ (?:précédente|antérieure)|première\ version)\ de\ c
    | (?:en\ |em\ |in\ )?un[ae]\ vers(?:ión|ão|ione)\ (?:anterior|previa|precedente)\ d
    | in\ een\ eerdere\ versie\ van\b | i\ en\ (?:tidligere|tidigare)\ vers(?:j|i)on\ av\b
    | в\ (?:предыдущей|первой|ранней)\ версии\b
"""
_VIEWS = r"""
    (?:the\ )?(?:views|opinions)\ (?:expressed|reflected|stated)\b.{0,80}\b(?:are|do\ not)\b
    | this\ is\ an\ opinion\ (?:column|piece|article)\b
    | (?:dieser|der)\ (?:beitrag|text|kommentar|gastbeitrag)\ gibt\ .{0,60}\bmeinung\b
    | las\ opiniones\ (?:expresadas|vertidas)\b | les\ opinions\ exprimées\b | as\ opiniões\ expressas\b
    | le\ opinioni\ espresse\b
"""
_SUPPORT = r"""
    (?:this|the)\ (?:work|study|research|project)\ (?:was|is|has\ been)\ (?:\w+\ )?(?:supported|funded)\ by\b
"""
_PIECE = r"(?:article|story|post|piece|essay|report|column|interview|commentary|op-?ed|feature|review|page)"
_NOTE = re.compile(
    f"{_OPENING}(?:{_ORIGIN}|{_CORRECTION}|{_VIEWS}|{_SUPPORT})".replace("PIECE", _PIECE), re.IGNORECASE | re.VERBOSE
)
# Of every work that a scholarly publisher registers: https://www.doi.org/doi-handbook/
_DOI = re.compile(r"\b10\.\d{4,9}/\S")
_EARNINGS = re.compile(
    r"\baffiliate[- ](?:links?|partner|program|commission)|\b(?:earn|receive|get)s? (?:an? )?(?:\w+ )?commission\b"
    r"|\b(?:partner|provisions)-?links?\b|\bprovision\b.{0,60}\b(?:kauf|link|bestell)|\bliens? affiliés?\b"
    r"|\benlaces? de afiliad|\blinks? de afiliad|\blink (?:di )?affilia"
)
# One of these is in each of them: most lines need no more than that.
_EARNING_PARTS = ("affili", "afilia", "commission", "provision", "partnerlink", "partner-link")


def is_note(text: str) -> bool:
    """Whether a line tells of the article's origin, corrections, opinion, support or source."""
    if _NOTE.match(text) is not None:
        return words(text) <= MAX_NOTE_WORDS
    return _DOI.search(text) is not None and MIN_SOURCE_WORDS <= words(text) <= MAX_NOTE_WORDS


def tells_earnings(text: str) -> bool:
    """Whether a line tells that somebody earns by the article's links."""
    plain = text.casefold()
    return (
        any(part in plain for part in _EARNING_PARTS)
        and _EARNINGS.search(plain) is not None
        and words(text) <= MAX_EARNINGS_WORDS
    )


def restore(layout: Layout) -> None:
    """Add the notes inside the article's container that the extractor left out. Outside of it they are the site's.

    Measured on 884 pages: five lines back that belong there, and two that do not. Of 14 outside that tell of
    earnings none does.
    """
    container = layout.boxes.container
    start = next((item.first for item in layout.found() if layout.holds(container, item.first)), None)
    for index in layout.span(container, start) if start is not None else ():
        leaf = layout.leaves[index]
        if index in layout.taken or leaf.links > MAX_LINKS:
            continue
        if (leaf.inside.isdisjoint(_NEVER) and is_note(leaf.text)) or (
            leaf.inside.isdisjoint(_NEVER_EARNINGS) and tells_earnings(leaf.text)
        ):
            layout.insert(index, BlockKind.PARAGRAPH)
