"""What kind of change a hunk is. The rules, with an example each, are in docs/compare.md."""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

import attrs
import regex
from rapidfuzz.distance import OSA

from storage.compare.quotations import Quotations
from storage.compare.sentences import TITLES
from storage.compare.words import Words, fold, is_word, unspaced, words_of


class Kind(StrEnum):
    """The kinds, the weightiest first."""

    CORRECTION = "correction"
    ADDITION = "addition"
    REMOVAL = "removal"
    NUMBER = "number"
    NAME = "name"
    QUOTE = "quote"
    REWRITE = "rewrite"
    WORDING = "wording"
    INSERTION = "insertion"
    DELETION = "deletion"
    MOVE = "move"
    TYPO = "typo"
    PUNCTUATION = "punctuation"
    TYPOGRAPHY = "typography"
    BOILERPLATE = "boilerplate"
    """Also drift of the extraction: nothing that an editor wrote."""


COSMETIC = frozenset({Kind.TYPO, Kind.PUNCTUATION, Kind.TYPOGRAPHY, Kind.BOILERPLATE, Kind.MOVE})
"""Kinds after which the text says what it said before."""

# How newsrooms head their notices, in the languages of the archive's sites.
_CORRECTION = regex.compile(
    r"^\W*(?:(?:an?\s+)?(?:earlier|previous)\s+version\s+of\s+this|this\s+(?:article|story|post|report|piece|headline)"
    r"\s+(?:has\s+been|was)\s+(?:\w+\s+)?(?:corrected|updated|amended|edited|clarified|changed)|(?:\w+'s\s+)?"
    r"(?:corrections?|clarifications?|editor'?s'?\s+note|errat(?:um|a)|update[ds]?)\b[^.]{0,40}[:—–-]|"
    r"correction\s*$|(?:korrektur|berichtigung|richtigstellung|anmerkung\s+der\s+redaktion|hinweis\s+der\s+redaktion)\b"
    r"|in\s+einer\s+(?:früheren|ersten|vorherigen)\s+(?:version|fassung)|rectificati(?:f|on)\b|"
    r"une\s+version\s+(?:antérieure|précédente)|correcci[oó]n\b|fe\s+de\s+errat|rettifica\b|correção\b|rectificatie\b)"
    r"|\b(?:we|which|article|story)\s+(?:incorrectly|mistakenly|wrongly)\s+(?:stated|said|reported|identified)\b"
    r"|\bhas\s+been\s+corrected\s+to\b|\bwe\s+regret\s+the\s+error\b",
    regex.IGNORECASE,
)
# Characters of a side, from which its kind is told.
MOST_OF_A_HUNK = 20_000
# Characters of a line; a notice says at once what it is.
MOST_OF_A_NOTICE = 1_000
# What a site's frame or a content system leaves in the text, and never an editor.
_FRAME = regex.compile(
    r"^\W*(?:advertisements?|photo|image|video|gallery|share(?:\s+this)?(?:\s+(?:on|article)\b.*)?|tweet|print|comments?|"
    r"(?:continue|keep)\s+reading\b.*|read\s+more\b.{0,80}|related\s+(?:articles?|stories|content|topics)\b.{0,40}|"
    r"sign\s+up\b.{0,120}|subscribe\b.{0,120}|follow\s+us\b.{0,80}|skip\s+to\b.*|click\s+here\s+to\b.{0,60}|"
    r"most\s+(?:read|popular)|recommended|trending|anzeige|werbung|mehr\s+zum\s+thema|lesen\s+sie\s+auch\b.*|publicité|"
    r"lire\s+aussi\b.*|publicidad|lea\s+también\b.*)\W*$",
    regex.IGNORECASE,
)
_MARKUP = regex.compile(
    r"<\s*/?\s*\w+|\w\s*/?\s*>|\[\s*/?\s*\w+(?:\s+[\w-]+)?\s*=|-\s*-\s*-\s*$|\{\s*[{%]|&\s*(?:nbsp|amp|quot|lt|gt)\s*;|"
    r"\b(?:slug|expirydate|shortcode)\s*:|!\s*\[",
)
_TITLES = TITLES | frozenset(
    [
        "sir",
        "lord",
        "lady",
        "king",
        "queen",
        "president",
        "minister",
        "judge",
        "mx",
    ]
)
_NUMBER_WORDS = frozenset(
    [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "thousand",
        "million",
        "billion",
        "trillion",
        "dozen",
        "half",
        "twice",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "zwei",
        "drei",
        "vier",
        "fünf",
        "sechs",
        "sieben",
        "acht",
        "neun",
        "zehn",
        "elf",
        "zwölf",
        "hundert",
        "tausend",
        "millionen",
        "milliarden",
        "deux",
        "trois",
        "quatre",
        "cinq",
        "sept",
        "huit",
        "neuf",
        "dix",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
    ]
)


def classify(old: str, new: str, old_context: str, new_context: str) -> Kind:
    """The kind of a hunk: the words that went and came, and the sentence or paragraph on each side that holds them.

    A context is empty where the whole sentence is added or removed.
    """
    ours, theirs = _forms(old), _forms(new)
    return _whole(old, new, ours, theirs, old_context, new_context) or _edited(
        old, new, ours, theirs, quoted=_in_quotation(old, old_context) or _in_quotation(new, new_context),
        begins=_begins(old or new, old_context if old else new_context),
    )  # fmt: skip


@attrs.frozen
class Said:
    """One side of a hunk."""

    text: str
    """As it stood."""
    forms: Sequence[str] = attrs.field(eq=False)
    """Its words and signs, in the form that is compared."""

    @classmethod
    def of(cls, words: Words, part: range) -> "Said":
        """Some words of a text: no more of them than the kind is told from."""
        text = words.quote(part.start, part.stop)
        if len(text) > MOST_OF_A_HUNK:
            text = text[:MOST_OF_A_HUNK]
            return cls(text, words_of(text).forms)
        return cls(text, words.forms[part.start : part.stop])


@lru_cache(maxsize=4096)
def kind_of(old: Said, new: Said, *, whole: bool, quoted: bool, begins: bool) -> Kind:
    """The same where it is known whether whole sentences came or went, whether the words are somebody's own, and
    whether they begin a sentence."""
    context = ["" if whole and not side.text.strip() else "…" for side in (old, new)]
    return _whole(old.text, new.text, old.forms, new.forms, *context) or (
        _edited(old.text, new.text, old.forms, new.forms, quoted=quoted, begins=begins)
    )


def _forms(text: str) -> Sequence[str]:
    return words_of(text).forms


def _whole(
    old: str, new: str, ours: Sequence[str], theirs: Sequence[str], old_context: str, new_context: str
) -> Kind | None:
    if new.strip() and _notice(new) and not _notice(old):
        return Kind.CORRECTION
    if _is_frame(old, new) or _glued(ours, theirs):
        return Kind.BOILERPLATE
    if not ours and not old_context.strip() and any(map(is_word, theirs)):
        return Kind.ADDITION
    if not theirs and not new_context.strip() and any(map(is_word, ours)):
        return Kind.REMOVAL
    return None


def _notice(text: str) -> bool:
    return any(_CORRECTION.search(line[:MOST_OF_A_NOTICE]) for line in text.splitlines())


def _is_frame(old: str, new: str) -> bool:
    sides = [side for side in (old, new) if side.strip()]
    if any(_MARKUP.search(side[:MOST_OF_A_NOTICE]) for side in sides):
        return True
    if len(sides) == 1:
        said = sides[0].strip()
        # A label in capitals ("HIGHLIGHT BOX") is a placeholder of the content system.
        label = said.isupper() and len(said) >= 5 and said.replace(" ", "").isalpha() and len(said.split()) <= 3
        return label or all(_FRAME.match(line) for line in said.splitlines() if line.strip())
    return False


def _glued(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Two words run together where a sign or a tag was lost ("Dissenter—A" → "DissenterA")."""
    fewer, more = sorted(("".join(filter(is_word, side)), sum(map(is_word, side))) for side in (ours, theirs))
    if fewer[0] != more[0] or fewer[1] == more[1]:
        return False
    joined, apart = (ours, theirs) if sum(map(is_word, ours)) < sum(map(is_word, theirs)) else (theirs, ours)
    return any(regex.search(r"\p{Ll}\p{Lu}", form) for form in joined) and not any(
        regex.search(r"\p{Ll}\p{Lu}", form) for form in apart
    )


def _edited(old: str, new: str, ours: Sequence[str], theirs: Sequence[str], *, quoted: bool, begins: bool) -> Kind:
    """Inside a sentence that stayed."""
    went, came = ([form for form in side if is_word(form)] for side in (ours, theirs))
    if ours == theirs or _plain(ours) == _plain(theirs):
        return Kind.TYPOGRAPHY
    if "".join(went).casefold() == "".join(came).casefold():
        return Kind.PUNCTUATION
    if _number(went, came):
        return Kind.NUMBER
    if _typo(went, came, begins):
        return Kind.TYPO
    if _name(went, came, begins):
        return Kind.NAME
    if quoted:
        return Kind.QUOTE
    if not went and not ours:
        return Kind.INSERTION
    if not came and not theirs:
        return Kind.DELETION
    # "IdeaBox.Monte Desai leads …" → "IdeaBox": what is left begins it, in mid-word for want of a space.
    if came and len(went) > 3 and old.startswith(new):
        return Kind.DELETION
    if went and len(came) > 3 and new.startswith(old):
        return Kind.INSERTION
    if len(went) >= 3 and came:
        return Kind.REWRITE
    if not went and len(came) > 1:
        return Kind.INSERTION
    if not came and len(went) > 1:
        return Kind.DELETION
    return Kind.WORDING


def _plain(forms: Sequence[str]) -> str:
    return "".join(unicodedata.normalize("NFKC", fold(form)) for form in forms).casefold()


def _numbers(words: Sequence[str]) -> list[str]:
    return [word for word in words if any(map(str.isdigit, word)) or word.lower() in _NUMBER_WORDS]


def _number(went: Sequence[str], came: Sequence[str]) -> bool:
    """A figure, a date or a number word became another, and little else is in the hunk."""
    before, after = _numbers(went), _numbers(came)
    if not before or not after or before == after:
        return False
    return len(before) * 2 >= len(went) and len(after) * 2 >= len(came)


def _typo(went: Sequence[str], came: Sequence[str], begins: bool) -> bool:
    """One word, a letter or two apart: a slip that was mended, or made."""
    if len(went) != 1 or len(came) != 1 or unspaced(went[0]):
        return False
    one, other = went[0].casefold(), came[0].casefold()
    # "We're" and "I'm", "on" and "in", "2020" and "2021" are other words.
    if min(len(one), len(other)) < 4 or any(map(str.isdigit, one + other)):
        return False
    distance = OSA.distance(one, other)
    if one.startswith(other) or other.startswith(one):
        return distance == 1
    # Two spellings in capitals may be two names.
    if went[0][0].isupper() and came[0][0].isupper() and not begins:
        return False
    return distance == 1 or (distance == 2 and min(len(one), len(other)) >= 6 and one[:1] == other[:1])


def _name(went: Sequence[str], came: Sequence[str], begins: bool) -> bool:
    """Names became others, came or went: capitals where no sentence begins."""
    sides = [_bare(side) for side in (went, came) if side]
    if not sides or any(not side for side in sides) or max(map(len, sides)) > 6:
        return False
    if not all(_capital(word) for side in sides for word in side):
        return False
    if len(sides) == 2:
        # "PPT" → "PowerPoint" is one name, spelt out.
        if any(len(side) == 1 and side[0].isupper() for side in sides) and sides[0][0][0] == sides[1][0][0]:
            return False
        return not begins or all(len(side) > 1 for side in sides)
    titled = any(word.lower().rstrip(".") in _TITLES for word in went or came)
    return titled or (len(sides[0]) in (2, 3) and not begins)


def _bare(words: Sequence[str]) -> list[str]:
    """Without what stands around and inside of names."""
    small = ("and", "of", "the", "de", "von", "van", "der", "und", "et", "y", "la", "al", "bin")
    return [word for word in words if word not in small]


def _capital(word: str) -> bool:
    return word[0].isupper() or (word[0].isdigit() and any(map(str.isupper, word)))


def _place(part: str, context: str) -> tuple[int, int] | None:
    """Where a hunk stands in its context; its words may be parted by spaces that the context has not."""
    said = regex.sub(r"\s+", "", part)
    if not said:
        return None
    places = [i for i, sign in enumerate(context) if not sign.isspace()]
    at = "".join(context[i] for i in places).find(said)
    return (places[at], places[at + len(said) - 1] + 1) if at >= 0 else None


def _in_quotation(part: str, context: str) -> bool:
    place = _place(part, context)
    return place is not None and Quotations(context).hold(*place)


def _begins(part: str, context: str) -> bool:
    place = _place(part, context)
    return place is not None and not any(map(str.isalnum, context[: place[0]]))
