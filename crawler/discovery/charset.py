"""From the bytes of a listing to text, whatever they are said to be."""

import codecs
import re
from collections.abc import Iterable, Iterator

from w3lib.encoding import resolve_encoding

_MARKS = (
    # UTF-32 before UTF-16, whose little-endian mark it begins with.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# XML 1.0, appendix F: how `<?` begins without a byte order mark.
_STARTS = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))

# Python's names for character encodings. Its list of codecs also holds what is none (zlib, punycode, unicode_escape).
# UTF-16 and UTF-32 are left out: their documents are known by their first bytes, and a label alone is always wrong.
_CHARSETS = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp\d+|koi8-\w+|mac-\w+|gb\w+|big5\w*|euc_\w+|shift_jis\w*|iso2022_\w+|hz|johab|tis-620"
)

_XML_LABEL = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META_LABEL = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_HEADER_LABEL = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)

# WHATWG HTML, "prescan a byte stream": browsers look for the label in the first 1024 bytes. Some pages have it later.
_PRESCAN = 4096


def xml_label(body: bytes) -> str | None:
    """The encoding that an XML declaration names."""
    found = _XML_LABEL.match(body[:_PRESCAN])
    return found[1].decode("ascii") if found else None


def html_label(body: bytes) -> str | None:
    """The encoding that an HTML page names in a meta element."""
    found = _META_LABEL.search(body[:_PRESCAN])
    return found[1].decode("ascii") if found else None


def header_label(content_type: str | None) -> str | None:
    """The encoding that a Content-Type header names."""
    found = _HEADER_LABEL.search(content_type or "")
    return found[1] if found else None


def encoding_of(body: bytes, *labels: str | None) -> str:
    """Python's name for the encoding of a document, of which `body` may be only the beginning; never fails.

    A byte order mark decides; then the first of `labels` that fits every byte; then UTF-8 where it fits; then the
    first label that is known, else windows-1252.
    """
    for start, name in (*_MARKS, *_STARTS):
        if body.startswith(start):
            return name
    known = [name for name in map(_codec, labels) if name]
    for name in (*known, "utf-8"):
        try:
            codecs.getincrementaldecoder(name)().decode(body)
        except UnicodeDecodeError:
            continue
        return name
    return known[0] if known else "cp1252"


def decode(body: bytes, *labels: str | None) -> str:
    """The text of a document, with U+FFFD for what does not fit its encoding; never fails."""
    return body.decode(encoding_of(body, *labels), "replace").removeprefix("\ufeff")


def decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The text of a document that comes in pieces, in an encoding that `encoding_of` gave."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for piece in pieces:
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _codec(label: str | None) -> str | None:
    # resolve_encoding reads labels as browsers do: iso-8859-1 is windows-1252, gb2312 is gb18030.
    name = resolve_encoding(label) if label else None
    return name if name and _CHARSETS.fullmatch(name) else None
