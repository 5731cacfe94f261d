"""Keys of a page's lines: what two pages of a site have in common shows in them, and takes eight bytes a line."""

import re
import unicodedata
from collections.abc import Iterable

import xxhash

# A line of fewer words is repeated by chance: on 359 real pages 8 words cut one true line of 10,617, 4 words cut 20.
LONG = 8

_NOT_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
# Written without spaces: a character is about half a word there.
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff]")


def plain(text: str) -> str:
    """A line as its words are compared: NFKC, casefolded, without punctuation."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def without_numbers(line: str) -> str:
    """A plain line with every number as "0"."""
    return _DIGITS.sub("0", line)


def folded(text: str) -> str:
    """A line as it is compared: NFKC, casefolded, without punctuation, every number as "0"."""
    return without_numbers(plain(text))


def words(text: str) -> int:
    """Words of a line; two characters count as one in scripts without spaces."""
    unspaced = len(UNSPACED.findall(text))
    return len(UNSPACED.sub(" ", text).split()) + (unspaced + 1) // 2


def key_of(text: str) -> int:
    """xxh64 of the folded line as an unsigned number; its lowest bit says whether the line is long. 0 for no words."""
    return key_of_folded(folded(text))


def key_of_folded(line: str) -> int:
    """The key of a line that is folded already."""
    if not line:
        return 0
    return (xxhash.xxh64_intdigest(line.encode("utf-8", "replace")) & ~1) | (words(line) >= LONG)


def is_long(key: int) -> bool:
    """Whether a key stands for a line of LONG words and more."""
    return bool(key & 1)


def pack(keys: Iterable[int]) -> bytes:
    """Keys, each once, in their order, as little-endian 64-bit numbers."""
    return b"".join(key.to_bytes(8, "little") for key in dict.fromkeys(keys) if key)


def unpack(packed: bytes) -> list[int]:
    """The keys that `pack` packed."""
    return [int.from_bytes(packed[i : i + 8], "little") for i in range(0, len(packed), 8)]
