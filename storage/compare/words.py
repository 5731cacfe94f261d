"""Words of a text, after Unicode, in a form that is compared; the original keeps its offsets."""

import unicodedata
from collections.abc import Sequence

import attrs
import regex

# Word boundaries of UAX 29 ((?w), full Unicode rules): Chinese and Thai have one after each character or cluster,
# Japanese also between scripts, and the full stop in 3.5 and the apostrophe in can't are none.
_PIECE = regex.compile(r"(?ws).+?\b|.+")
_FOLDED = str.maketrans({
    **dict.fromkeys("‘’‚‛′`´ʼ＇", "'"),
    **dict.fromkeys("“”„‟″«»＂‹›", '"'),
    **dict.fromkeys("‐‑‒–—―−－", "-"),
    "\u00ad": None,
    "\u200b": None,
    "\ufeff": None,
})  # fmt: skip
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?()[]'\"-/%&")


@attrs.frozen(kw_only=True)
class Words:
    """A text as a row of words and signs."""

    text: str
    forms: Sequence[str]
    """What is compared of each: NFKC, one kind of quotation mark, dash and apostrophe."""
    starts: Sequence[int]
    """Offset of each into the text."""
    ends: Sequence[int]

    def __len__(self) -> int:
        return len(self.forms)

    def span(self, first: int, after: int) -> tuple[int, int] | None:
        """Offsets from one word up to another; None for no word."""
        return (self.starts[first], self.ends[after - 1]) if after > first else None

    def quote(self, first: int, after: int) -> str:
        """The original from one word up to another."""
        return self.text[self.starts[first] : self.ends[after - 1]] if after > first else ""


def fold(word: str) -> str:
    """The form in which a word is compared."""
    if _PLAIN.issuperset(word):
        return word
    return unicodedata.normalize("NFKC", word).translate(_FOLDED)


def words_of(text: str, start: int = 0, stop: int | None = None) -> Words:
    """The words and signs of a text, or of a part of it; white space, and what folds to nothing, is between them."""
    forms, starts, ends, known = [], [], [], dict[str, str]()
    at = start
    for piece in _PIECE.findall(text, start, len(text) if stop is None else stop):
        end = at + len(piece)
        form = known.get(piece)
        if form is None:
            form = known[piece] = fold(piece).strip()
        if form:
            forms.append(form)
            starts.append(at)
            ends.append(end)
        at = end
    return Words(text=text, forms=forms, starts=starts, ends=ends)


def is_word(form: str) -> bool:
    """Whether it has a letter or a digit."""
    return form[0].isalnum() or any(map(str.isalnum, form))


def unspaced(form: str) -> bool:
    """Whether it is of a script that does not part words: Chinese, Japanese, Thai, Lao, Khmer, Burmese."""
    first = form[0]
    return first > "\u0e00" and (
        "\u0e00" <= first <= "\u0eff"
        or "\u1000" <= first <= "\u109f"
        or "\u1780" <= first <= "\u17ff"
        or "\u3040" <= first <= "\u9fff"
        or first >= "\U00020000"
    )
