"""What a document is, in words for a message, when it is not what was asked for."""

from crawler.discovery.prolog import prolog

_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a WebP image or other media file"),
    (b"\0\0\1\0", "an icon"),
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip file"),
    (b"\x1f\x8b", "a damaged gzip file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"ID3", "an audio file"),
)

FEED_ROOTS = frozenset({"rss", "feed", "rdf"})
SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
_HTML_ROOTS = frozenset(
    {"html", "head", "body", "div", "p", "script", "meta", "title", "br", "center", "table", "span"}
)


def binary(body: bytes) -> str | None:
    """What a document is that is no text: "a PNG image". None for what may be text."""
    return next((words for magic, words in _MAGIC if body.startswith(magic)), None)


def describe(body: bytes, text: str) -> str:
    """What a document is, to follow "what came is": "empty", "an HTML page", "JSON"."""
    if words := binary(body):
        return words
    text = text.strip("\ufeff \t\r\n\0")
    if not text:
        return "empty"
    if text[0] in "{[":
        return "JSON"
    name = prolog(text).name
    if "\0" in text[:1000] and not name:
        return "a binary file"
    if text[0] != "<":
        return "text"
    if name in _HTML_ROOTS:
        return "an HTML page"
    if name in FEED_ROOTS:
        return "a feed"
    if name in SITEMAP_ROOTS:
        return "a sitemap"
    return f"XML with the root element <{name[:40]}>" if name else "XML without an element"
