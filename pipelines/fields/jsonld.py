"""Finds the article among the JSON-LD that a page carries, whatever shape it is in."""

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from storage.markup.decode import scrub

Node = dict[str, Any]

# schema.org's kinds of article, most telling first: where a page describes itself twice, the first kind wins.
NEWS = """NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle ReviewNewsArticle
BackgroundNewsArticle AskPublicNewsArticle LiveBlogPosting Report AdvertiserContentArticle"""
OTHER = """Article BlogPosting SatiricalArticle TechArticle ScholarlyArticle MedicalScholarlyArticle SocialMediaPosting
DiscussionForumPosting"""
NEWS_TYPES = frozenset(NEWS.split())
ARTICLE_TYPES = {kind: rank for rank, kinds in enumerate((NEWS, OTHER)) for kind in kinds.split()}

# Articles under these properties are others than the page's own.
ELSEWHERE = {"liveBlogUpdate", "comment", "review", "citation", "isPartOf", "isBasedOn", "relatedLink", "mentions"}
ELSEWHERE |= {"author", "creator", "publisher", "sourceOrganization", "image", "video", "breadcrumb", "potentialAction"}
# Those under these are other pages', unless their URL is the page's.
LISTS = frozenset({"itemListElement", "hasPart"})
# Far more than any page has; a live blog of a day has some 500.
MAX_NODES = 20_000

WRAPPING_BEFORE = re.compile(r"(?:\s|//|/\*|\*/|<!--|<!\[CDATA\[)*")
WRAPPING_AFTER = ("-->", "*/", "]]>", "/*", "//", ";")
OPENING = re.compile(r"[{\[]")
TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
# Soft hyphens and characters without width: of no meaning, and found in the middle of words.
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def load(script: str) -> list[Any]:
    """The values in a script, repaired where that is cheap; none where it is not."""
    decoder = json.JSONDecoder(strict=False)  # Line breaks and tabs inside strings are common.
    bare = _unwrap(script)
    repairs: tuple[Callable[[str], str], ...] = (
        str,
        lambda text: TRAILING_COMMA.sub("", text),
        lambda text: BAD_ESCAPE.sub("", text),
        lambda text: html.unescape(text) if text.startswith(("{&quot;", "[{&quot;", "{ &quot;")) else text,
    )
    for repair in repairs:  # Each on top of those before it.
        bare = repair(bare)
        try:
            return [decoder.decode(bare)]
        except (ValueError, RecursionError):
            continue
    values: list[Any] = []
    position = 0
    try:  # Several objects in a row, or whole ones before a broken one.
        while match := OPENING.search(bare, position):
            value, position = decoder.raw_decode(bare, match.start())
            values.append(value)
    except (ValueError, RecursionError):
        pass
    return values


def _unwrap(script: str) -> str:
    opening = WRAPPING_BEFORE.match(script)
    bare = script[opening.end() if opening else 0 :].rstrip()
    for _ in range(8):
        suffix = next(filter(bare.endswith, WRAPPING_AFTER), "")
        bare = bare.removesuffix(suffix).rstrip()
    return bare


def text(value: Any) -> str | None:
    """The first text in a value, in one line, without markup and entities."""
    for _ in range(4):  # A list of named things is the deepest that makes sense.
        if isinstance(value, list):
            value = next(filter(None, value), None)
        elif isinstance(value, dict):
            value = value.get("@value") or value.get("name") or value.get("@id") or value.get("url")
    return clean(value) if isinstance(value, str) else None


def clean(value: str) -> str | None:
    """A string in one line, without markup and entities; None where nothing is left."""
    if "&" in value:
        value = html.unescape(html.unescape(value))
    if "<" in value:
        value = TAG.sub(" ", value)
    return " ".join(INVISIBLE.sub("", scrub(value)).split()) or None


def items(value: Any) -> list[Any]:
    """A value as a list: schema.org lets any property be one or many."""
    return value if isinstance(value, list) else [] if value is None else [value]


def types(node: Node) -> set[str]:
    return {re.split(r"[/:#]", kind)[-1] for kind in items(node.get("@type")) if isinstance(kind, str)}


def free(node: Node) -> bool | None:
    """`isAccessibleForFree`, which is found as a boolean, a word and a schema.org address."""
    value = node.get("isAccessibleForFree")
    word = str(value) if isinstance(value, (bool, int)) else text(value) or ""
    return BOOLEANS.get(re.split(r"[/:#]", word)[-1].strip().lower())


@attrs.frozen(kw_only=True)
class LinkedData:
    """A page's JSON-LD."""

    articles: tuple[Node, ...]
    """The nodes that are this page's article, best first. Empty where it has none."""

    by_id: dict[str, Node]
    """Nodes that others may refer to."""

    pages: tuple[Node, ...] = ()
    """The nodes that describe the page itself: WebPage, CollectionPage and the like, outermost first."""

    def resolve(self, value: Any) -> Any:
        """What a `{"@id": …}` refers to, where the page has it."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and "name" not in value:
            return self.by_id.get(value["@id"], value)
        return value


def read(scripts: Iterable[str], is_this_page: Callable[[str], bool]) -> LinkedData:
    """Collects the nodes of all scripts and chooses those that are about the page."""
    by_id: dict[str, Node] = {}
    found: list[tuple[tuple[bool, int, int, int], Node]] = []
    pages: list[Node] = []
    for script in scripts:
        for depth, listed, node in _nodes(load(script)):
            if isinstance(name := node.get("@id"), str) and len(node) > 1:
                by_id.setdefault(name, node)
            if not listed and any(kind.endswith("Page") for kind in types(node)):
                pages.append(node)
            ranks = [ARTICLE_TYPES[kind] for kind in types(node) if kind in ARTICLE_TYPES]
            if not ranks:
                continue
            here = any(map(is_this_page, _urls(node)))
            if here or not listed:
                found.append(((not here, min(ranks), depth, len(found)), node))
    found.sort(key=lambda pair: pair[0])
    matching = [node for (elsewhere, *_), node in found if not elsewhere]
    return LinkedData(articles=tuple(matching or [node for _, node in found[:1]]), by_id=by_id, pages=tuple(pages))


def _nodes(values: list[Any]) -> Iterator[tuple[int, bool, Node]]:
    """(depth, inside a list of other pages, node), outermost first."""
    level: list[tuple[bool, Any]] = [(False, value) for value in values]
    depth = seen = 0
    while level and seen < MAX_NODES:
        below: list[tuple[bool, Any]] = []
        for listed, value in level:
            if isinstance(value, list):
                below += [(listed, item) for item in value if isinstance(item, (dict, list))]
            elif isinstance(value, dict):
                seen += 1
                yield depth, listed, value
                below += [
                    (listed or key in LISTS, item)
                    for key, item in value.items()
                    if isinstance(item, (dict, list)) and key not in ELSEWHERE
                ]
        level, depth = below, depth + 1


def _urls(node: Node) -> Iterator[str]:
    for key in ("@id", "url", "mainEntityOfPage"):
        for value in items(node.get(key)):
            if isinstance(value, dict):
                value = value.get("@id") or value.get("url")
            if isinstance(value, str):
                yield value
