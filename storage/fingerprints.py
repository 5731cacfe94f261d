"""Fingerprints of a text: the few keys by which texts that share a passage are found, and the exact measure after that.

Winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003): of every window of successive hashes the least is kept, so that
any passage of `window + k - 1` tokens that two texts share gives them a key in common.
"""

import hashlib
import re
from collections.abc import Collection, Sequence
from itertools import accumulate

import attrs
from xxhash import xxh3_64_intdigest

from storage.leaves import UNSPACED, key_of_folded, plain, without_numbers

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

    def shingles(self) -> frozenset[bytes]:
        """Its runs of SHINGLE words."""
        size = SHINGLE * PER_WORD if self.by_character else SHINGLE
        buffer, spans = _spans(self.words, size)
        return frozenset([buffer[start:end] for start, end in spans])

    def keys(self) -> list[int]:
        """Its fingerprint: signed 64-bit keys, each once, ascending. Empty for fewer words than one key takes."""
        factor = PER_WORD if self.by_character else 1
        buffer, spans = _spans(self.words, WORDS * factor)
        hashes = [xxh3_64_intdigest(buffer[start:end]) for start, end in spans]
        if not hashes:
            return []
        window = min(WINDOW * factor, max(_LEAST_WINDOW, len(hashes) // _KEYS_WANTED))
        return sorted(key - (1 << 64) if key >= 1 << 63 else key for key in set(_least(hashes, window)))


def tokens(text: str, *, leave_out: Collection[int] = ()) -> Tokens:
    """The words of a text. `leave_out`: keys (`storage.leaves`) of lines that are known to be no part of it."""
    if leave_out:
        lines = [plain(line) for line in text.splitlines()]
        text = "\n".join(line for line in lines if key_of_folded(without_numbers(line)) not in leave_out)
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


def _spans(words: Sequence[bytes], size: int) -> tuple[bytes, Sequence[tuple[int, int]]]:
    """The words in one piece, and where in it each run of `size` words begins and ends."""
    if len(words) < size:
        return b"", ()
    ends = list(accumulate(len(word) + 1 for word in words))
    starts = [0, *ends]
    return b" ".join(words), [(start, end - 1) for start, end in zip(starts, ends[size - 1 :], strict=False)]


def _least(hashes: Sequence[int], window: int) -> Sequence[int]:
    """The least of every window of successive hashes (van Herk's algorithm: three passes, whatever the window)."""
    if len(hashes) <= window:
        return [min(hashes)]
    forward: list[int] = []
    backward: list[int] = []
    for start in range(0, len(hashes), window):
        block = hashes[start : start + window]
        forward += accumulate(block, min)
        backward += reversed(list(accumulate(reversed(block), min)))
    return list(map(min, backward, forward[window - 1 :]))
