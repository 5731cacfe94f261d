"""Puts back the posts of others that an article shows and the extractor left out."""

from typing import Any

from pipelines.body.layout import Layout
from storage.article import BlockKind

# What Twitter's own code for embedding writes: the post's text stands in it, for readers without scripts.
_CLASS = "twitter-tweet"


def restore(layout: Layout) -> None:
    """Add the lines of embedded posts between the article's first and last line, inside its container."""
    for index in layout.gaps():
        leaf = layout.leaves[index]
        if "blockquote" in leaf.inside and is_post(layout, leaf.element):
            layout.insert(index, BlockKind.QUOTE)


def is_post(layout: Layout, element: Any) -> bool:
    """Whether it stands in an embedded post."""
    return any(_CLASS in (above.get("class") or "").split() for above in layout.above(element)[:3])
