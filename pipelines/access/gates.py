"""Recognises pages that stand in the article's place: bot checks, consent walls, login forms, "not found" with 200."""

import re
from typing import cast
from urllib.parse import urlsplit

import attrs
from lxml import etree
from lxml.html import HtmlElement

from pipelines.access.challenges import by_markup
from pipelines.access.walls import asks
from storage.article import Access

# A page with more text than this is read as an article, whatever else stands on it. A consent wall has its small print.
MAX_WORDS = 350
# Bot checks, login forms and error pages say less.
MAX_SHORT_WORDS = 120
MAX_QUESTION_WORDS = 20
# A page that says in a sentence that it has no article says little else, and a heading of that kind is no longer.
MAX_NOTICE_WORDS = 60
MAX_NOTICE_HEAD_WORDS = 16

_PASSWORDS = etree.XPath("//input[@type='password']")
_FORMS = etree.XPath("//form|//iframe[@src]")
_HEADS = etree.XPath("//title|//h1")
_LINES = etree.XPath("//p[not(ancestor::footer or ancestor::nav)]|//h2|//main//li[not(a)]")
_BODY_CLASS = etree.XPath("string(//body/@class)")

_NOT_FOUND = re.compile(
    r"\b(?:error|fehler|erreur|errore|erro)?\W{0,3}404\b(?!\s*(?:km|m|million|euro|dollar|people|menschen))"
    r"|\b(?:page|article|story|content|document|file|url)\b.{0,20}\b(?:not (?:be )?found|does(?:n.t"
    r"| not) exist|no longer (?:exists|available)|isn.t available|unavailable)"
    r"|\bnot found\b|\b(?:seite|artikel|beitrag|inhalt)\b.{0,20}\b(?:nicht (?:\w+ )?(?:gefunden|verfügbar"
    r"|vorhanden)|existiert nicht)"
    r"|\b(?:page|article) (?:introuvable|non trouvée?|inexistante?|n.existe (?:pas|plus))"
    r"|\bp[aá]gina no (?:encontrada|existe|disponible)|\bno (?:se )?(?:ha )?encontr(?:ado|amos"
    r"|ada)\b.{0,20}\b(?:p[aá]gina|art[ií]culo|noticia)"
    r"|\bp[aá]gina n[aã]o (?:foi )?(?:encontrada|existe)|\bpagina (?:non (?:trovata|esiste|disponibile)"
    r"|niet gevonden|bestaat niet)"
    r"|\b(?:sid(?:an|en)|artikkelen|artikeln|artiklen)\b.{0,20}\b(?:ikke (?:funnet|fundet)|ble ikke funnet"
    r"|blev ikke fundet|finns (?:inte|ej)|hittades inte|kunde inte hittas|finnes ikke|findes ikke)"
    r"|\bsivua ei löyd|\bnie znaleziono\b|\bstrona nie istnieje"
    r"|\bstránka (?:ne|nebyla )(?:existuje|nalezena)"
    r"|\ba(?:z)? oldal nem található|\bpagina nu (?:a fost găsită|există)"
    r"|страниц[аы] не (?:найдена|существует)"
    r"|сторінк[аиу] не (?:знайдено|існує)|\bsayfa bulunamadı"
    r"|η σελίδα δεν βρέθηκε|\bhalaman tidak ditemukan|\bkhông tìm thấy trang"
    r"|ページが(?:見つかりません|存在しません)"
    r"|お探しのページ|页面(?:不存在|未找到|没有找到)|找不到(?:页面|網頁|頁面)|페이지를 찾을 수 없"
    r"|الصفحة غير موجودة"
    r"|لم يتم العثور|पृष्ठ नहीं मिला|הדף לא נמצא",
    re.I,
)
# Whole sentences that say so. No article of a page's few words has them, and none is headed so.
_NOT_FOUND_SENTENCE = re.compile(
    r"\b(?:can(?:.t|not| not)|could(?:n.t| not)|unable to|not able to) (?:find|locate) (?:that|the|this|your)"
    r" (?:requested )?(?:web ?)?(?:page|article|story|post|content|document)\b"
    r"|\b(?:page|article|story|post|content|document|url|address|link)s? (?:that |which )?"
    r"(?:you(?:.re| are| were|.ve| have)? (?:looking for|trying to|requested|asked for|followed|entered|tried)"
    r"|(?:was )?requested)\b"
    r"|\b(?:this|the|that) (?:page|article|story|post|content|item|document)s? (?:(?:has|have) been|was|were|is|are)"
    r"(?: \w+)? (?:removed|deleted|withdrawn|retracted|unpublished|taken (?:down|offline)|no longer available)\b"
    r"|^\W*(?:page|article|story|post|content) (?:removed|deleted|withdrawn|unpublished|expired)\W*$"
    r"|\bdie (?:von ihnen )?(?:gewünschte|angeforderte|gesuchte|aufgerufene) seite\b"
    r"|\b(?:seite|artikel|beitrag|inhalt) (?:wurde|ist) (?:leider )?(?:gelöscht|entfernt|nicht mehr verfügbar)"
    r"|\b(?:page|article) (?:que vous (?:recherchez|cherchez|avez demandée?)|demandée?|recherchée?)\b"
    r"|\b(?:cette page|cet article|ce contenu) (?:a été|n.est plus)\b"
    r"|\b(?:página|noticia|contenido) (?:que (?:busca|buscas|está buscando|estás buscando|solicitó)|solicitada)\b"
    r"|\bpágina que (?:você )?(?:procura|está procurando|tentou)|\bpagina che (?:stai cercando|cerchi|hai richiesto)"
    r"|\bpagina die (?:je|u) zoekt",
    re.I,
)
_CONSENT_TITLE = re.compile(
    r"\b(?:cookies?|consent|privacy|gdpr|dsgvo|tcf|before you continue|we value your privacy|einwilligung"
    r"|zustimm\w*|datenschutz\w*"
    r"|consentement|confidentialité|vie privée|consentimiento|privacidad|consenso|consentimento|toestemming"
    r"|samtycke|samtykke"
    r"|evästee\w*|zgod[aęy]|prywatno\w+|souhlas|çerez\w*|gizlilik)\b|\bcookie|同意|プライバシー|隐私|согласи",
    re.I,
)
_CONSENT_PLACE = re.compile(
    r"consent|gdpr|cmp[-_/]|privacy-?(?:gate|wall|mgmt|center)|zustimmung|didomi|onetrust|usercentrics"
    r"|quantcast|sp_message|cookie-?wall",
    re.I,
)
_CONSENT_STEP = re.compile(
    r"(?:cookie-?)?consent|collectconsent|zustimmung|einwilligung|privacy-?(?:gate|wall)|cookie-?wall", re.I
)
_LOGIN_PLACE = re.compile(
    r"(?:^|[/._-])(?:log-?in|sign-?in|sso|auth|account|anmelden|anmeldung|connexion|acceso|accedi|entrar"
    r"|inloggen|logga-in|logg-inn)(?:$|[/._?-])",
    re.I,
)


@attrs.frozen
class Gate:
    """What stands in the article's place."""

    access: Access
    signs: tuple[str, ...]


def gate(tree: HtmlElement, markup: str, url: str, *, words: int, marked: bool, dated: bool) -> Gate | None:
    """What stands in the place of the article on a page from which `words` were extracted; None: nothing does.

    `marked`: the page calls itself an article; `dated`: and says when it was published, as no form does.
    """
    if words > MAX_WORDS or dated:
        return None
    short = words <= MAX_SHORT_WORDS
    # A bare question is also at the end of a comment form, below news of one paragraph.
    if short and (service := by_markup(markup)) and not (service == "captcha" and words > MAX_QUESTION_WORDS):
        return Gate(Access.BLOCKED, (f"bot check: {service}",))
    heads = [_line(head) for head in cast(list[HtmlElement], _HEADS(tree))[:12]]
    if short and (sign := _not_found(tree, heads)):
        return Gate(Access.SOFT_404, (sign,))
    if words <= MAX_NOTICE_WORDS and not marked and (sign := _says_so(tree, heads)):
        return Gate(Access.SOFT_404, (sign,))
    if sign := _consent(tree, heads, url, short=short and not marked):
        return Gate(Access.CONSENT, (sign,))
    named = _LOGIN_PLACE.search(_path(url)) or any(len(head.split()) < 8 and asks(head) for head in heads[:3])
    if short and named and _PASSWORDS(tree):
        return Gate(Access.LOGIN, ("a form that asks for a password, and no article",))
    return None


def _not_found(tree: HtmlElement, heads: list[str]) -> str | None:
    names = str(_BODY_CLASS(tree)).lower().split()
    if "error404" in names or "page-404" in names or "error-404" in names:
        return "body of class error404"
    # In a headline of eight words and more it is what the article is about.
    found = next((head for head in heads if len(head.split()) < 8 and _NOT_FOUND.search(head)), None)
    return f"headed {found!r}" if found else None


def _says_so(tree: HtmlElement, heads: list[str]) -> str | None:
    """A sentence by which a page that is no article says that there is none."""
    lines = [_line(line) for line in cast(list[HtmlElement], _LINES(tree))[:20]]
    heads = [head for head in heads if len(head.split()) <= MAX_NOTICE_HEAD_WORDS]
    short = [line for line in lines if 0 < len(line.split()) <= MAX_NOTICE_WORDS]
    found = next((line for line in (*heads, *short) if _NOT_FOUND_SENTENCE.search(line)), None)
    return f"says {found[:80]!r}" if found else None


def _consent(tree: HtmlElement, heads: list[str], url: str, *, short: bool) -> str | None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    forms = cast(list[HtmlElement], _FORMS(tree))
    places = [f"{form.get('action')} {form.get('src')} {form.get('id')} {form.get('class')}" for form in forms]
    asks = any(_CONSENT_PLACE.search(place) for place in places)
    if host.startswith(("consent.", "cmp.")):
        return "an address that asks for consent"
    if short and any(_CONSENT_STEP.fullmatch(step) for step in _path(url).split("/")):
        return "an address that asks for consent"
    named = next((head for head in heads[:2] if len(head.split()) < 14 and _CONSENT_TITLE.search(head)), None)
    return f"headed {named!r}, with a form that asks for consent" if named and asks else None


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _line(element: HtmlElement) -> str:
    return " ".join(element.text_content()[:300].split())
