"""Reads an article out of a page's bytes."""

import re
from importlib.metadata import version

import lxml.html
import py3langid
import trafilatura
from trafilatura.settings import Document

from pipelines.access import gates, scramble
from pipelines.access.listings import is_listing
from pipelines.access.verdict import Claims, Verdict, judge, suspicious
from pipelines.access.walls import wall
from pipelines.body import page_leaves, unseen
from pipelines.body.blocks import blocks_of
from pipelines.body.compose import compose
from pipelines.fields.guesses import Guesses
from pipelines.fields.metadata import Metadata, read_metadata
from pipelines.page import NotArticle, PageBytes
from pipelines.parts.pager import find_pager
from pipelines.rules.apply import apply
from storage.article import APART, Access, Article, Block, Pager
from storage.markup.decode import BodyTooLarge, UnknownEncoding, decode_body, decode_text, scrub
from storage.markup.parsing import parse
from storage.rules import SiteRules

# Raised with every change of this room that makes another article of the same bytes.
REVISION = 6
EXTRACTOR = f"trafilatura {version('trafilatura')}, backissue {REVISION}"

# Below this a page without article markup is a menu, a login form or an error message.
MIN_WORDS = 25
# News flashes of one sentence exist, and say that they are articles.
MIN_WORDS_WITH_MARKUP = 8

# What a detector needs to be surer than the page's own declaration, in characters.
DETECTABLE = 200
# 1 ms for a thousand characters, 6.5 for the average article, and the same answer.
DETECTED = 1000

_HTML_TYPES = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|main|div|p|title|meta)\b", re.IGNORECASE)
_BINARY_START = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"RIFF", b"\x00\x00\x00")


def extract(page: PageBytes, rules: SiteRules | None = None) -> Article | NotArticle:
    """The article of a page, or why it is none. The same bytes and rules give the same article, in any order and
    process."""
    if not page.body:
        return NotArticle("empty", f"{page.url} answered with an empty body. Try again later.")
    try:
        decoded = decode_body(page.body, page.content_encoding)
    except BodyTooLarge as error:
        return NotArticle("too_large", str(error))
    except UnknownEncoding as error:
        return NotArticle("unknown_encoding", str(error))
    declared = (page.content_type or "").partition(";")[0].strip().lower()
    if not _looks_like_html(decoded.data, declared):
        what = declared or "of an unknown kind"
        return NotArticle("not_html", f"{page.url} is {what}, not a web page: kept as a WARC record only.")
    text = decode_text(decoded.data, page.content_type).text
    parsed = parse(text)
    tree = parsed.tree
    if tree is None:
        return NotArticle("no_text", f"{page.url} holds no article that could be found: kept as a WARC record only.")
    metadata = read_metadata(tree, page.url, guesses=Guesses(tree, page.url))
    unseen.drop(tree, text)
    leaves = page_leaves.walk(tree)
    # Of the whole page, before rules take something out: what a site repeats is learnt from these.
    seen = page_leaves.keys(leaves)
    stated = metadata.origins.get("published_at", "htmldate") not in ("html", "htmldate")
    # Before rules take its links out. A list has pages too, and is no article.
    pager = find_pager(tree, page.url) if metadata.article_markup or stated else None
    ruled = apply(tree, rules, page.url)
    metadata = ruled.metadata(metadata)
    if ruled.lines:
        leaves = page_leaves.walk(tree)
    blocks = scramble.mark(ruled.kept(compose(_lines(tree, page.url), leaves, metadata)))
    body = [block for block in blocks if block.kind not in APART]
    words = sum(len(block.text.split()) for block in body)
    characters = sum(len(block.text) for block in body)
    dated = metadata.article_markup and metadata.origins.get("published_at", "htmldate") not in ("html", "htmldate")
    if gate := gates.gate(tree, text, page.url, words=words, marked=metadata.article_markup, dated=dated):
        return Article(
            extractor=EXTRACTOR, title=_clean(metadata.title), access=gate.access, signs=tuple(map(scrub, gate.signs))
        )
    if is_listing(tree, page.url, blocks, is_article=dated, kinds=metadata.page_types):
        return NotArticle("listing", f"{page.url} lists articles and is none: kept as a WARC record only.")
    if pager and is_listing(tree, page.url, blocks, is_article=False, kinds=metadata.page_types):
        # What calls itself an article and has pages like a list is a list.
        pager = None
    verdict = _verdict(tree, metadata, blocks, one_page=pager is None)
    # Scripts without spaces have few "words" in long paragraphs.
    needed = MIN_WORDS_WITH_MARKUP if metadata.article_markup else MIN_WORDS
    if words < needed and characters < needed * 6 and verdict.access not in (Access.TEASER, Access.PAYWALL):
        why = parsed.lost or "no article could be found on it"
        return NotArticle("no_text", f"{page.url}: {why}. It is kept as a WARC record only.")
    cut_off = "the body was cut off before its end" if page.truncated or not decoded.complete else None
    return ruled.finished(_article(metadata, blocks, seen, verdict, pager, cut_off or parsed.lost))


def _lines(tree: lxml.html.HtmlElement, url: str) -> tuple[Block, ...]:
    """The article's lines as trafilatura sees them. Scripts and styles, which it takes for no text but copies five
    times, are taken out of the tree; not linked data, which it reads."""
    for element in list(tree.iter("script", "style")):
        if "json" not in (element.get("type") or "").lower():
            element.drop_tree()
    # Of the format "txt" it makes no text of the body's elements, which are what is read here.
    document = trafilatura.bare_extraction(
        tree, url=url, include_comments=False, include_tables=True, with_metadata=False, output_format="txt"
    )
    return blocks_of(document.body) if isinstance(document, Document) else ()


def _article(
    metadata: Metadata,
    blocks: tuple[Block, ...],
    leaves: bytes,
    verdict: Verdict,
    pager: Pager | None,
    degraded: str | None,
) -> Article:
    return Article(
        extractor=EXTRACTOR,
        title=_clean(metadata.title),
        authors=tuple(scrub(author) for author in metadata.authors),
        published_at=metadata.published_at,
        published_raw=_clean(metadata.published_raw),
        modified_at=metadata.modified_at,
        modified_raw=_clean(metadata.modified_raw),
        language=_language(blocks, metadata.language),
        section=_clean(metadata.section),
        tags=tuple(scrub(tag) for tag in metadata.tags),
        canonical_url=_clean(metadata.canonical_url),
        image=_clean(metadata.image),
        description=_clean(metadata.description),
        site_name=_clean(metadata.site_name),
        access=verdict.access,
        signs=tuple(map(scrub, verdict.signs)),
        degraded=degraded,
        origins=dict(metadata.origins),
        pager=pager,
        blocks=blocks,
        leaves=leaves,
        noindex=metadata.noindex,
    )


def _clean(text: str | None) -> str | None:
    return scrub(text) if text is not None else None


def _looks_like_html(data: bytes, declared: str) -> bool:
    if data.startswith(_BINARY_START):
        return False
    if declared in ("text/html", "application/xhtml+xml"):
        return True
    if declared and declared not in _HTML_TYPES and declared != "application/octet-stream":
        return False
    return _HTML_START.search(data[:2048]) is not None


def _verdict(tree: lxml.html.HtmlElement, metadata: Metadata, blocks: tuple[Block, ...], *, one_page: bool) -> Verdict:
    claims = Claims(
        free=metadata.free,
        tier=metadata.tier,
        # Of all parts, where there are several.
        word_count=metadata.word_count if one_page else None,
        body_words=metadata.body_words if one_page else None,
    )
    found = wall(tree, blocks, metadata.paywalled_selectors) if suspicious(claims, blocks) else None
    return judge(claims, blocks, found)


def _language(blocks: tuple[Block, ...], declared: str | None) -> str | None:
    text = " ".join(block.text for block in blocks)[:DETECTED]
    if len(text) < DETECTABLE and declared:
        return declared
    found: str = py3langid.classify(text)[0]
    return found


# Loaded with the module, so that a worker that replaces a killed one is ready at once.
py3langid.classify("warm up the model")
