"""Whether a URL looks like an article's, by its structure alone."""

import re
import unicodedata
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.discovery.navigation import NAVIGATION

Verdict = Literal["article", "asset", "navigation", "not_article_like"]

_FILES = """
css js mjs json map xml rss atom txt csv ico svg png jpg jpeg gif webp avif bmp tif tiff woff woff2 ttf eot otf
mp3 m4a ogg oga wav aac flac mp4 m4v mov webm avi mkv m3u8 pdf epub doc docx xls xlsx ppt pptx zip gz tar rar 7z
exe apk dmg ics swf
"""
_ASSETS = frozenset(_FILES.split())
_PAGES = frozenset(
    {"html", "htm", "xhtml", "shtml", "php", "php3", "asp", "aspx", "jsp", "jspx", "cfm", "cms", "do", "ece", "amp"}
)

# A segment that announces an article. What follows it needs no headline in the URL (bbc.com/news/articles/<id>).
_ANNOUNCED = frozenset(
    {"article", "articles", "artikel", "story", "stories", "articulo", "articulos", "artigo", "articolo", "artykul"}
)
# Query parameters that hold an article's number on sites without speaking URLs. WordPress's `p` does so on the front
# page only; elsewhere it is a page of a list.
_NUMBERED = frozenset(
    {"id", "aid", "nid", "sid", "article", "articleid", "article_id", "artid", "newsid", "news_id", "storyid"}
)

_MONTHS = frozenset({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"})
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTH = re.compile(r"0?[1-9]|1[0-2]")
_DAY = re.compile(r"0?[1-9]|[12]\d|3[01]")
_DATE = re.compile(r"(?:19|20)\d\d[-_]?(?:0[1-9]|1[0-2])[-_]?(?:0[1-9]|[12]\d|3[01])")
_DATE_FIRST = re.compile(_DATE.pattern + r"[-_](?=.)")
# Five digits: four can be a year, and sections are numbered with fewer.
_ID = re.compile(r"\d{5,}")
_ID_LAST = re.compile(r"(?:^|[-_.,a-z])\d{5,}$")
# BBC, Reuters and others: letters and digits mixed, of no meaning.
_OPAQUE_ID = re.compile(r"(?=.*\d.*\d)(?=.*[a-z])[a-z0-9]{8,}")
_PARTS = re.compile(r"[-_+.,~\s]+")
# Scripts that part no words: Han, kana, Hangul syllables in a row, Thai. Two characters are about a word.
_UNPARTED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

# "us-and-canada", "health-and-science" are sections; a headline of so few words is hardly ever a whole slug.
_LABEL_WORDS = 4
# Menu entries have up to three or four words; a headline of five words has some 25 characters in English.
_HEADLINE_WORDS = 5
_HEADLINE_LENGTH = 25


def verdict(url: str, text: str | None) -> Verdict:
    """Judge an absolute URL by its path and query, with the longest text that links to it as supporting evidence.

    An article has a date and something more in its path; or a slug of three and more words; or a number of five and
    more digits; or, as a page in `.html`, a slug of two words; or a shorter slug and a link text of a headline's
    length.
    """
    parts = urlsplit(url)
    segments = [_folded(segment) for segment in parts.path.split("/") if segment]
    if segments and _split(segments[-1])[0] == "index":
        # The folder's own page.
        segments.pop()
    if not segments:
        return "article" if _numbered(parts.query, _NUMBERED | {"p"}) else "navigation"
    stem, extension = _split(segments[-1])
    if extension in _ASSETS:
        return "asset"
    segments[-1] = stem
    dated = _dated(segments)
    # A date outweighs the words before it: an article may stand below /topics/ or /newsletter/.
    if stem in NAVIGATION or _page_number(segments) or (not dated and not NAVIGATION.isdisjoint(segments)):
        return "navigation"
    if dated or _numbered(parts.query, _NUMBERED):
        return "article"
    if _DATE.fullmatch(stem) or _YEAR.fullmatch(stem):
        return "not_article_like"
    if _ID_LAST.search(stem) or any(_ID.fullmatch(segment) for segment in segments[:-1]):
        return "article"
    if len(segments) > 1 and segments[-2] in _ANNOUNCED and (_words(stem) > 1 or _OPAQUE_ID.fullmatch(stem)):
        return "article"
    words = _words(stem)
    if words >= 3:
        return "not_article_like" if _is_label(stem, text) else "article"
    if words == 2 and extension in _PAGES and not _is_label(stem, text):
        return "article"
    # A short number below a folder, or a word or two, is an article's only under a headline.
    deep_enough = words == 2 or (len(segments) > 1 and (words == 1 or stem.isdecimal()))
    return "article" if deep_enough and _is_headline(text) else "not_article_like"


def _folded(segment: str) -> str:
    """A segment unquoted, in lower case, without accents, with `_` as `-`."""
    letters = unicodedata.normalize("NFD", unquote(segment).lower())
    text = unicodedata.normalize("NFC", "".join(c for c in letters if not unicodedata.combining(c)))
    return text.replace("_", "-").replace("ß", "ss")


def _split(segment: str) -> tuple[str, str]:
    stem, dot, extension = segment.rpartition(".")
    return (stem, extension) if dot and stem and extension in _PAGES | _ASSETS else (segment, "")


def _numbered(query: str, names: frozenset[str]) -> bool:
    return any(name.lower() in names and value.isdecimal() and len(value) > 1 for name, value in parse_qsl(query))


def _dated(segments: list[str]) -> bool:
    """Whether there is a date, and something after it that is not the date's own or a page number."""
    for at, segment in enumerate(segments):
        rest = segments[at + 1 :]
        if _DATE_FIRST.match(segment) and _words(segment) > 0:
            return True
        if _DATE.fullmatch(segment) and rest:
            return True
        if _YEAR.fullmatch(segment) and rest:
            if rest[0][:3] in _MONTHS or _MONTH.fullmatch(rest[0]):
                rest = rest[1:]
                if rest and _DAY.fullmatch(rest[0]):
                    rest = rest[1:]
                return bool(rest)
            # A year alone is also an archive's: what follows has to be a slug.
            return _words(rest[-1]) > 1
    return False


def _page_number(segments: list[str]) -> bool:
    return len(segments) > 1 and segments[-2] in ("page", "seite", "pagina", "p") and segments[-1].isdecimal()


def _words(slug: str) -> int:
    """How many words a slug has: parts with a letter, or for scripts without spaces every two characters."""
    unparted = len(_UNPARTED.findall(slug))
    return max(sum(1 for part in _PARTS.split(slug) if any(c.isalpha() for c in part)), unparted // 2)


def _is_label(slug: str, text: str | None) -> bool:
    """Whether the link's text only repeats a short slug, as a menu's does."""
    said = [word for word in re.split(r"\W+", _folded(text or "")) if word]
    return 0 < len(said) < _LABEL_WORDS and _words(slug) <= _LABEL_WORDS and set(said) <= set(_PARTS.split(slug))


def _is_headline(text: str | None) -> bool:
    if not text:
        return False
    words = max(len(text.split()), len(_UNPARTED.findall(text)) // 2)
    length = len(text) + len(_UNPARTED.findall(text))
    return words >= _HEADLINE_WORDS and length >= min(_HEADLINE_LENGTH, 4 * words)
