"""Text that XML parsers stop at, mended."""

import re

# XML 1.0, 2.2 "Char". Parsers stop at others, and at references to them; feedparser fails on some.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX](?P<hex>[0-9A-Fa-f]+)|(?P<decimal>[0-9]+))")
# 0x10FFFF has seven decimal digits. What is longer than ten, zeros in front of it included, is no character.
_MOST_DIGITS = 10


def scrubbed(text: str) -> str:
    """The text without the characters that XML does not allow; references to them become U+FFFD."""
    return _REFERENCE.sub(_allowed, _NOT_XML.sub("", text))


def _allowed(reference: re.Match[str]) -> str:
    digits, base = (reference["hex"], 16) if reference["hex"] else (reference["decimal"], 10)
    number = int(digits, base) if len(digits) <= _MOST_DIGITS else 0
    fits = number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    return reference[0] if fits else "&#xFFFD"
