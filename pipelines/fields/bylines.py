"""Takes bylines apart into the people they name."""

import re
import unicodedata
from collections.abc import Collection, Iterable

# A byline longer than this is a sentence about the author, or a whole paragraph.
MAX_BYLINE = 300
MAX_NAME_WORDS = 7

WORD = re.compile(r"[^\W_]+")
# "By", in the languages of the sites that were measured, and what may lead up to it: "This post was written by".
OPENING = re.compile(
    r"\s*(?:(?!(?:photo|image|picture|video|foto|bild)\w*\s)[\w ]{0,40}\bby"
    r"|von(?!\s+de[rnm]\b)|par|por|(?-i:di)|av|af|door|przez|texte?|texto|testo|szerző|autor(?:in|a)?|authors?|words)"
    r"\s*(?::\s*|\s(?=\S)|\Z)",
    re.I,
)
# What follows a name where a page's text was taken for a byline: "Ada Ito Last updated May 8".
MONTH = "jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez"
CLOSING = re.compile(
    rf"(?:\A|\s+)(?:(?:last\s+)?(?:updated|published|posted)\b.*|(?:{MONTH})[a-z]*\.?\s+\d.*)\Z"
    rf"|\A(?:{MONTH})(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\Z",
    re.I,
)
# Between two people, in the languages of the sites that were measured. Single letters and short words may stand inside
# a name (Ortega y Gasset, Puig i Cadafalch), so they part only what has two words on both sides.
BETWEEN = re.compile(
    r"\s*(?:[;|/•·\n]|&|＆|、|，|،)\s*|\s+(?:and|und|et|och|og|with|mit|avec|en|ja|ve|és|și|dan|y|e|i|a)\s+"
)
COMMA = re.compile(r"\s*,(?!\s*(?:jr|sr)\b)\s*", re.I)
CONTACT = re.compile(r"[(<\[]?(?:https?://|//|www\.|mailto:)\S+|[(<\[]?\S*@\S*", re.I)
NO_NAME = re.compile(r"[{}<>=]|\d{4}|\w{2}\.\w{2,}\.\w{2}")
# What stands behind a name and a comma: a post, a degree.
POST = re.compile(
    r"(?:.*\W)?(?:(?:editor|correspondent|reporter|journalist|writer|columnist|contributor|producer|photographer)s?"
    r"|(?:redakteur|korrespondent|journalist|reporter|autor)(?:in)?|rédact(?:eur|rice)|journaliste|redactora?|periodista"
    r"|giornalista|redacteur|m\.?d|ph\.?d|mba|r\.?n|bsn|esq)\.?",
    re.I,
)
# What publishing systems put in where nobody signed.
GENERIC = {"admin", "administrator", "editor", "editors", "editorial", "redaktion", "redaction", "redacción"}
GENERIC |= {"redazione", "redactie", "redakcja", "staff", "author", "authors", "guest", "unknown", "none", "null"}
GENERIC |= {"undefined", "anonymous", "na", "viewmoreposts"}


def key(name: str) -> str:
    """A name for comparing: letters and digits only, folded."""
    return "".join(WORD.findall(unicodedata.normalize("NFKC", name).casefold()))


def people(bylines: Iterable[str], *, besides: Collection[str] = ()) -> tuple[str, ...]:
    """The people that bylines name, in their order, each once.

    Left out are addresses, words such as "admin", and names whose `key` is in `besides`: the site's own.
    """
    found: dict[str, str] = {}
    for byline in bylines:
        names = split(byline)
        if "," in byline and names and key(names[0]) in besides:
            continue  # The publisher's address: "The Gazette, Springfield, USA".
        for name in names:
            folded = key(name)
            if folded and folded not in besides and folded not in GENERIC:
                found.setdefault(folded, name)
    return tuple(found.values())


def split(byline: str) -> list[str]:
    """The names in one byline: "By Ada Ito and Bo Li" has two."""
    byline = CLOSING.sub("", CONTACT.sub(" ", byline))
    if len(byline) > MAX_BYLINE or NO_NAME.search(byline):
        return []
    names: list[str] = []
    for part in _parts(_opened(byline)):
        commas = COMMA.split(part)
        # "Smith, Ada" is one person; "Ada Smith, Bo Li" are two, and so are "AFP, dpa".
        whole = len(commas) == 2 and all(" " not in name and name.istitle() for name in commas)
        names += [part] if whole else [commas[0], *(name for name in commas[1:] if not POST.fullmatch(name))]
    trimmed = (CLOSING.sub("", _opened(name)).strip(" .,;:-–—*()[]\"'") for name in names)
    return [name for name in trimmed if name and len(name.split()) <= MAX_NAME_WORDS]


def _opened(byline: str) -> str:
    for _ in range(3):  # "Text: By Ada Ito"
        opening = OPENING.match(byline)
        byline = byline[opening.end() :] if opening else byline
    return byline


def _parts(byline: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for match in BETWEEN.finditer(byline):
        left, right = byline[start : match.start()], byline[match.end() :]
        word = match[0].strip()
        if word.isalpha() and (" " not in left.strip() or " " not in right.strip()):
            continue
        parts.append(left)
        start = match.end()
    return [*parts, byline[start:]]


def turned(name: str) -> str:
    """An entry of a bibliography, "Smith, Ada B.", as people say it; other names as they are."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() and "," not in first else name
