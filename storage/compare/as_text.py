"""A comparison for a terminal, and as Markdown."""

import textwrap
from collections.abc import Callable

from storage.compare.comparison import Comparison
from storage.compare.pieces import Piece, folded, paragraphs, pieces_of

_PLAIN = {"gone": ("[−", "−]"), "come": ("{+", "+}"), "moved": ("⟦↷№ ", "⟧"), "away": ("⟦№ moved: ", "↷⟧")}
_MARKDOWN = {"gone": ("~~", "~~"), "come": ("**", "**"), "moved": ("⟦↷№ ", "⟧"), "away": ("⟦№ moved: ", "↷⟧")}
# Control characters in a page's text would act on the reader's terminal.
_UNSAFE = (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = dict.fromkeys(_UNSAFE, "\N{REPLACEMENT CHARACTER}")
_MARKS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|~"})


def as_text(made: Comparison, *, width: int, context: int = 1) -> str:
    """Paragraphs with a change and so many around them, wrapped to `width` columns."""
    return _lines(made, context, lambda piece: _wrapped(piece, _PLAIN, piece.text.translate(_CONTROLS)), width)


def as_markdown(made: Comparison, *, context: int = 1) -> str:
    """The same for Markdown, unwrapped, one paragraph a line."""
    return _lines(made, context, lambda piece: _wrapped(piece, _MARKDOWN, piece.text.translate(_MARKS)), None)


def _lines(made: Comparison, context: int, shown: Callable[[Piece], str], width: int | None) -> str:
    said = []
    for line in folded(paragraphs(pieces_of(made)), context):
        if isinstance(line, int):
            said.append(f"… {line} unchanged …")
            continue
        text = "".join(map(shown, line))
        said.append(textwrap.fill(text, max(20, width), break_on_hyphens=False) if width else text)
    return "\n\n".join(said)


def _wrapped(piece: Piece, marks: dict[str, tuple[str, str]], text: str) -> str:
    if piece.kind not in marks:
        return text
    before, after = marks[piece.kind]
    # Markdown's marks stand next to a letter, not to a space.
    lead, trail = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
    core = text.strip()
    return text[:lead] + before.replace("№", piece.label) + core + after + (text[len(text) - trail :] if trail else "")
