"""What of a text is indexed: its words, folded, one space apart; and where they stand in it.

Whatever is indexed and whatever is searched goes through here, so that the two meet. The index splits at spaces and
does nothing else.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# What makes other words of the same text raises it; the migration or `reindex` then indexes anew.
FORM = 1

# Scripts that are written without spaces between words: Thai and Lao, Myanmar, Khmer, and Chinese and Japanese.
_UNSEGMENTED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e80-\u0eff\u1000-\u103f\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u3099\u309a"
    "\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
# Letters and digits are \w; the marks that stand on or around them are not, and belong to the word all the same.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3\u0816-\u082d\u0859-\u085b"
    "\u08d3-\u08ff\u0900-\u0963\u0971-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u3099\u309a\ufe20-\ufe2f"
)
# The underscore is \w as well, and belongs to none: it is made a space first.
_WORD = re.compile(f"\\w+(?:[{_MARKS}]+\\w*)*")
_ASCII_WORD = re.compile("[a-z0-9]+")
_RUN = re.compile(f"[{_UNSEGMENTED}]+|[^{_UNSEGMENTED}]+")
_HAS_UNSEGMENTED = re.compile(f"[{_UNSEGMENTED}]")
# Accents of Latin, Greek and Cyrillic letters, the points of Hebrew and the vowel signs of Arabic.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]+"
)


def fold(word: str) -> str:
    """Without case, accents and compatibility forms: "Ça" and "CA" are one."""
    if word.isascii():
        return word.lower()
    word = unicodedata.normalize("NFKC", word).casefold()
    # Apart, to take off the accents, and together again: Hangul comes apart as well.
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))


def form(text: str | None) -> str:
    """The words of a text, as they are indexed. Runs of a script without spaces are indexed by pairs of letters."""
    if not text:
        return ""
    if text.isascii():
        return " ".join(_ASCII_WORD.findall(text.lower()))
    words = (word.lower() if word.isascii() else _indexed(word) for word in _words(text))
    return " ".join(filter(None, words))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("_", " "))


def _indexed(word: str) -> str:
    return _known(word) if len(word) <= _LONGEST_KNOWN else " ".join(_pieces(fold(word)))


# Words that are not plain come again and again; a sentence in a script without spaces, which is one word here, does
# not. Some 10 MB where it is full.
_LONGEST_KNOWN = 24


@lru_cache(1 << 16)
def _known(word: str) -> str:
    return " ".join(_pieces(fold(word)))


def names_form(value: str | None) -> str:
    """The words of a list of names, kept as JSON."""
    return form("\n".join(json.loads(value))) if value else ""


def _pieces(folded: str) -> Iterator[str]:
    """What a folded word is indexed as: mostly itself. What folds to several words ("½") is split once more."""
    for word in _words(folded):
        if not _HAS_UNSEGMENTED.search(word):
            yield word
            continue
        for run in _RUN.findall(word):
            yield from pairs(run) if _HAS_UNSEGMENTED.match(run) else (run,)


def pairs(run: str) -> list[str]:
    """Every letter with the one that follows, and the last one alone: as many as there are letters."""
    return [run[at : at + 2] for at in range(len(run))]


def is_unsegmented(word: str) -> bool:
    """Whether a piece belongs to a script that is written without spaces."""
    return _HAS_UNSEGMENTED.match(word) is not None


def words(text: str) -> list[str]:
    """The words of what is searched for, in the order of the text."""
    return form(text).split()


def places(text: str) -> list[tuple[str, int, int]]:
    """Each indexed piece of a text with where it begins and ends in it, in the order of the index."""
    if text.isascii():
        return [(match[0], *match.span()) for match in _ASCII_WORD.finditer(text.lower())]
    found: list[tuple[str, int, int]] = []
    for match in _WORD.finditer(text.replace("_", " ")):
        word, start, end = match[0], match.start(), match.end()
        if word.isascii():
            found.append((word.lower(), start, end))
            continue
        folded = fold(word)
        pieces = list(_pieces(folded))
        if len(folded) == len(word) and sum(map(_letters, pieces)) == len(word):
            at = start
            for piece in pieces:
                found.append((piece, at, min(at + len(piece), end)))
                at += _letters(piece)
        elif len(pieces) > 1 and any(map(is_unsegmented, pieces)):
            found += _stretched(word, start, pieces)
        else:
            found += [(piece, start, end) for piece in pieces]
    return found


def _letters(piece: str) -> int:
    """By how many letters of its word a piece moves on: a pair by one."""
    return 1 if is_unsegmented(piece) else len(piece)


def _stretched(word: str, start: int, pieces: list[str]) -> Iterator[tuple[str, int, int]]:
    """Places in a word that is longer or shorter when folded."""
    origin = [at for at, letter in enumerate(word) for _ in fold(letter)]
    at = 0
    for piece in pieces:
        first = origin[min(at, len(origin) - 1)]
        last = origin[min(at + len(piece) - 1, len(origin) - 1)]
        yield piece, start + first, start + last + 1
        at += _letters(piece)
