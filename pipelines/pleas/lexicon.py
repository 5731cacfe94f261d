"""The words that pleas are made of, as concepts in many languages: one look-up for a word."""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise

from pipelines.pleas.kept import Kept

CONCEPTS = ("media", "we", "you", "money", "act", "period", "letter", "access", "plight", "read", "mark")
"""What a word file may list: see docs/pleas.md for what each stands for."""

COMMON = "common"
"""The one list that is no concept: words so frequent that sharing them says nothing."""

BIT = {name: 1 << place for place, name in enumerate((*CONCEPTS, COMMON))}

# Of a word that is the first of a pair.
_FIRST = 1 << len(BIT)

# Read beside every other language: signs, buttons and borrowed words are English on pages of any language.
ALWAYS = "en"
# The Norwegian that a detector tells apart from Bokmål, or does not.
_SAME = {"no": "nb", "nn": "nb"}

# A shorter stem than this with a star would catch half a dictionary.
MIN_STEM = 3

# Distinct words kept per language: some 20 MB at the most.
KEPT_WORDS = 100_000

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


def tokens(text: str) -> list[str]:
    """A line's words as written, in order."""
    return _WORD.findall(text.replace("’", "'"))


class Lexicon:
    """The concepts of one language's words and of English ones."""

    def __init__(self, lists: Iterable[Mapping[str, str]]):
        self._exact: dict[str, int] = {}
        self._cased: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._endings: dict[str, int] = {}
        self._pairs: dict[tuple[str, str], int] = {}
        self._firsts: set[str] = set()
        self._parts: list[tuple[str, int]] = []
        self._seen = Kept(self._look_up_whole, KEPT_WORDS)
        for words in lists:
            unspaced = words.get("script") == "unspaced"
            for concept, entries in words.items():
                for entry in entries.split() if concept in BIT else ():
                    self._add(entry, BIT[concept], unspaced)
        lengths = {len(stem) for stem in self._stems}
        self._lengths = tuple(sorted(lengths))
        self._ending_lengths = tuple(sorted({len(ending) for ending in self._endings}))

    def _add(self, entry: str, bit: int, unspaced: bool) -> None:
        if unspaced:
            self._parts.append((entry, bit))
        elif "_" in entry:
            first, _, second = entry.partition("_")
            self._pairs[(first, second)] = self._pairs.get((first, second), 0) | bit
            self._firsts.add(first)
        elif entry.startswith("*"):
            self._endings[entry[1:]] = self._endings.get(entry[1:], 0) | bit
        elif entry.endswith("*"):
            self._stems[entry[:-1]] = self._stems.get(entry[:-1], 0) | bit
        elif entry != entry.casefold():
            self._cased[entry] = self._cased.get(entry, 0) | bit
        else:
            self._exact[entry] = self._exact.get(entry, 0) | bit

    def of_word(self, word: str) -> int:
        """A word's concepts as bits. The same for every page: kept."""
        return self._seen[word] & ~_FIRST

    def _look_up_whole(self, word: str) -> int:
        return self._look_up(word) | (_FIRST if word.casefold() in self._firsts else 0)

    def _look_up(self, word: str) -> int:
        plain = word.casefold()
        found = self._exact.get(plain, 0) | self._cased.get(word, 0)
        for length in self._lengths:
            if length > len(plain):
                break
            found |= self._stems.get(plain[:length], 0)
        for length in self._ending_lengths:
            if length < len(plain) - 1:
                found |= self._endings.get(plain[-length:], 0)
        if "'" in plain:
            # An article or a pronoun run into the word, or a verb into the pronoun: "l'abonnement", "we're".
            for part in word.split("'"):
                found |= self._look_up(part) if part else 0
        return found

    def of_line(self, text: str, words: list[str]) -> int:
        """The concepts in a line as bits; `words` are its tokens."""
        found = 0
        for bits in set(map(self._seen.__getitem__, words)):
            found |= bits
        if found & _FIRST:
            found &= ~_FIRST
            for first, second in pairwise(words):
                if self._seen[first] & _FIRST:
                    found |= self._pairs.get((first.casefold(), second.casefold()), 0)
        for part, bit in self._parts:
            if not found & bit and part in text:
                found |= bit
        return found


def available() -> tuple[str, ...]:
    """The languages that have a word file, as primary subtags."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in _folder().iterdir() if f.name.endswith(".toml")))


@functools.cache
def lexicon(language: str | None) -> Lexicon:
    """The lexicon for a language; English alone where there is no file for it."""
    code = _SAME.get(language or "", language or "")
    names = dict.fromkeys((code, ALWAYS)) if code in available() else (ALWAYS,)
    return Lexicon([read(name) for name in names])


def read(language: str) -> dict[str, str]:
    """A language's word file as it is: concept -> entries parted by white space."""
    return tomllib.loads((_folder() / f"{language}.toml").read_text(encoding="utf-8"))


def names(bits: int) -> tuple[str, ...]:
    """The concepts that are set, in their order."""
    return tuple(name for name in CONCEPTS if bits & BIT[name])


def _folder() -> Traversable:
    return files(__package__) / "words"
