"""Fingerprints of a text: the few keys by which texts that share a passage are found, and the exact measure after that.

Winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003): of every window of successive hashes the least is kept, so that
any passage of `window + k - 1` tokens that two texts share gives them a key in common.
"""

import hashlib
import re
from collections.abc import Callable
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from storage.leaves import UNSPACED, key_of_folded, plain, without_numbers
from storage.relations import Likeness, likeness

# Runs of 6 words in windows of 32 give some 52 keys an article. Measured by `bench/dedup.py` on mutated real articles
# that begin at 200 words, where every seventh word is another: runs of 8 words find 97.4 %, of 6 words 99.7 %, at the
# same size of index. All other kinds of copies are found by either.
WORDS, WINDOW = 6, 32
# Shingles of five words, as the thresholds of `storage.relations` were measured.
SHINGLE = 5
# In scripts without spaces two characters take a word's place.
PER_WORD = 2

# The densest window, for short texts: keys of a wide window are keys of each narrower one too.
_LEAST_WINDOW, _KEYS_WANTED = 4, 8

# Of a longer text the beginning is compared: no article has more, and a file of data should cost no more than a book's
# chapter. Its digest is of all of it.
MAX_TOKENS = 20_000

# Lower case, and a space for what is no letter or digit.
_ASCII = bytes(ord(chr(c).lower()) if chr(c).isalnum() else 32 for c in range(128)) + bytes(range(128, 256))
_EASTERN = re.compile("[\u0e00-\uffff]")

# One for each place in a run: powers of the 64-bit golden ratio, which is odd.
_ODD = [np.uint64(pow(0x9E3779B97F4A7C15, place + 1, 1 << 64)) for place in range(max(WORDS, SHINGLE) * PER_WORD)]

Hashes = NDArray[np.uint64]


@attrs.frozen(kw_only=True)
class Tokens:
    """The folded words of a text."""

    words: tuple[bytes, ...]
    """At most MAX_TOKENS."""
    count: int
    """Of the whole text."""
    by_character: bool
    digest: bytes
    """The first 16 bytes of SHA-256 of all words: that of every text with the same words."""

    @cached_property
    def _hashes(self) -> Hashes:
        """Of each word. Keys and shingles are made of the same ones."""
        return np.array([xxh3_64_intdigest(word) for word in self.words], np.uint64)

    @cached_property
    def _shingles(self) -> Hashes:
        return np.unique(_runs(self._hashes, SHINGLE * PER_WORD if self.by_character else SHINGLE))

    def shingles(self) -> Hashes:
        """Its runs of SHINGLE words, as hashes: ascending, each once."""
        return self._shingles

    def keys(self) -> list[int]:
        """Its fingerprint: signed 64-bit keys, each once, ascending. Empty for fewer words than one key takes."""
        factor = PER_WORD if self.by_character else 1
        hashes = _runs(self._hashes, WORDS * factor)
        if not len(hashes):
            return []
        window = min(WINDOW * factor, max(_LEAST_WINDOW, len(hashes) // _KEYS_WANTED))
        found: list[int] = np.unique(_least(hashes, window)).view(np.int64).tolist()
        return sorted(found)


def tokens(text: str, *, leave_out: Callable[[int], bool] | None = None) -> Tokens:
    """The words of a text. `leave_out`: whether a line with that key (`storage.leaves`) is known to be none of it."""
    if leave_out is not None:
        lines = [plain(line) for line in text.splitlines()]
        text = "\n".join(line for line in lines if not leave_out(key_of_folded(without_numbers(line))))
    words, unspaced = _words(text)
    # A name in Latin letters makes no text one of words.
    by_character = 2 * unspaced > len(words)
    return Tokens(
        words=tuple(words[:MAX_TOKENS]),
        count=len(words),
        by_character=by_character,
        digest=hashlib.sha256(b" ".join(words)).digest()[:16],
    )


def _words(text: str) -> tuple[list[bytes], int]:
    """The words of a text, and how many of them are characters of a script without spaces."""
    if text.isascii():
        # The same words as below, in a tenth of the time.
        return text.encode().translate(_ASCII).split(), 0
    folded = plain(text)
    unspaced = len(UNSPACED.findall(folded)) if _EASTERN.search(folded) else 0
    if unspaced:
        folded = UNSPACED.sub(lambda found: f" {found.group()} ", folded)
    return folded.encode("utf-8", "replace").split(), unspaced


def alike(one: Hashes, other: Hashes) -> Likeness:
    """How alike two texts are, by their shingles."""
    return likeness(len(one), len(other), shared(one, other))


def shared(one: Hashes, other: Hashes) -> int:
    """How many hashes two texts have in common, both ascending and each once."""
    return len(np.intersect1d(one, other, assume_unique=True))


def _runs(hashes: Hashes, size: int) -> Hashes:
    """A hash for each run of `size` words: the xxh3-64 of its words, each times an odd number for its place."""
    count = len(hashes) - size + 1
    if count < 1:
        return np.empty(0, np.uint64)
    runs = np.zeros(count, np.uint64)
    for place in range(size):
        runs += hashes[place : place + count] * _ODD[place]
    # What is mixed in last decides the low bits alone; the least of a window should be any of them.
    runs ^= runs >> np.uint64(29)
    runs *= np.uint64(0xBF58476D1CE4E5B9)
    runs ^= runs >> np.uint64(32)
    return runs


def _least(hashes: Hashes, window: int) -> Hashes:
    """The least of every window of successive hashes: of two windows of half its width, of these in turn."""
    if len(hashes) <= window:
        return np.array([hashes.min()], np.uint64)
    width, least = 1, hashes
    while width < window:
        step = min(width, window - width)
        least = np.minimum(least[:-step], least[step:])
        width += step
    return least
