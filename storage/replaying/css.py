"""The addresses in a style sheet, and the style sheet with others in their place."""

import re

from storage.replaying.reference import Choose, Kind, Reference, absolute

# CSS Syntax 4: comments, strings and url(…) are tokens of their own; an address in a comment or a string is none.
_TOKENS = re.compile(
    r"""
    (?P<comment>/\*.*?(?:\*/|\Z))
    | (?P<import>@import\s+)(?P<import_quote>["'])(?P<import_url>(?:\\.|(?!(?P=import_quote))[^\\\n])*)(?P=import_quote)
    | (?P<charset>@charset\s+["'][^"'\n]*["']\s*;?)
    | (?P<face>@font-face\b)
    | (?P<sheet>@import\s+)?url\(\s*
      (?: (?P<quote>["'])(?P<quoted>(?:\\.|(?!(?P=quote))[^\\\n])*)(?P=quote)
        | (?P<bare>[^\s"'()\\]*(?:\\.[^\s"'()\\]*)*) )
      \s*\)
    | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    | (?P<end>\})
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)  # fmt: skip
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_NOTHING = "url()"


def rewritten(text: str, base: str, choose: Choose) -> str:
    """A style sheet in which every address is what `choose` says. `base`: the URL that addresses are relative to."""
    in_face = False

    def replace(found: re.Match[str]) -> str:
        nonlocal in_face
        if found["comment"] or found["charset"]:
            # What is written out is UTF-8.
            return ""
        if found["face"]:
            in_face = True
            return found[0]
        if found["end"]:
            in_face = False
            return found[0]
        if found["string"]:
            return found[0]
        imported = found["import"] or found["sheet"]
        named = _unescaped(found["import_url"] or found["quoted"] or found["bare"] or "")
        kind: Kind = "style" if imported else "font" if in_face else "image"
        if named[:5].lower() == "data:" and not imported:
            return f"url({_quoted(named)})"
        url = absolute(named, base)
        chosen = choose(Reference(kind, url)) if url else None
        # A sheet that is not there is imported from nowhere.
        return f"{imported or ''}{f'url({_quoted(chosen)})' if chosen is not None else _NOTHING}"

    return _TOKENS.sub(replace, text)


def _unescaped(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        if found[1]:
            number = int(found[1], 16)
            return chr(number) if 0 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else "\ufffd"
        return "" if found[2] == "\n" else found[2]

    return _ESCAPE.sub(plain, text)


def _quoted(text: str) -> str:
    # As CSS Object Model 2.1 serialises a string; `<` so that a style element is not ended by it.
    escaped = re.sub(r'["\\<\x00-\x1f\x7f]', lambda found: f"\\{ord(found[0]):x} ", text)
    return f'"{escaped}"'
