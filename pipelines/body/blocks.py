"""Turns trafilatura's body into blocks."""

import re
from collections.abc import Iterator
from typing import Any

from storage.article import Block, BlockKind
from storage.markup.decode import scrub

_KINDS = {
    "p": BlockKind.PARAGRAPH,
    "ab": BlockKind.PARAGRAPH,
    "head": BlockKind.HEADING,
    "fw": BlockKind.PARAGRAPH,
    "item": BlockKind.LIST_ITEM,
    "quote": BlockKind.QUOTE,
    "code": BlockKind.PARAGRAPH,
    "row": BlockKind.TABLE_ROW,
}
# Blocks inside these are items of their own; everything else in a block belongs to it.
_HOLDERS = frozenset({"body", "main", "div", "list", "table", "quote", "item"})
_SPACE = re.compile(r"[^\S\n]+")


def blocks_of(body: Any) -> tuple[Block, ...]:
    """The blocks of trafilatura's body element, in order. A line break inside an element parts two blocks."""
    return tuple(_walk(body, BlockKind.PARAGRAPH))


def _walk(element: Any, inherited: BlockKind) -> Iterator[Block]:
    tag = element.tag
    kind = _KINDS.get(tag, inherited)
    if tag == "row":
        cells = [" ".join("".join(cell.itertext()).split()) for cell in element]
        yield from _lines(" | ".join(cell for cell in cells if cell), kind)
        return
    holds = tag in _HOLDERS and any(isinstance(c.tag, str) and (c.tag in _KINDS or c.tag in _HOLDERS) for c in element)
    if not holds:
        yield from _lines(_text(element), kind)
        return
    loose = element.text or ""
    for child in element:
        if isinstance(child.tag, str) and (child.tag in _KINDS or child.tag in _HOLDERS):
            yield from _lines(loose, kind)
            loose = ""
            # A paragraph in a quotation or a list item is what its holder is.
            yield from _walk_as(child, kind if tag in ("quote", "item") else BlockKind.PARAGRAPH)
        else:
            loose += _text(child)
        loose += child.tail or ""
    yield from _lines(loose, kind)


def _walk_as(element: Any, kind: BlockKind) -> Iterator[Block]:
    for block in _walk(element, kind):
        own = block.kind is not BlockKind.PARAGRAPH or kind is BlockKind.PARAGRAPH
        yield block if own else Block(kind=kind, text=block.text)


def _text(element: Any) -> str:
    """An element's text with line breaks as newlines, without its tail."""
    if not isinstance(element.tag, str):
        return ""
    if element.tag == "lb":
        return "\n"
    parts = [element.text or ""]
    for child in element:
        parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _lines(text: str, kind: BlockKind) -> Iterator[Block]:
    for line in text.splitlines():
        clean = _SPACE.sub(" ", scrub(line)).strip()
        if clean:
            yield Block(kind=kind, text=clean)
