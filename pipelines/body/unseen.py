"""Takes out of a page what stands in its markup but not in its text: notes that open on pointing, and hidden data."""

import re
from typing import Any, cast

from lxml import etree
from lxml.html import HtmlElement

from pipelines.body.page_leaves import INLINE

# A word in a line with a note that opens when it is pointed at: explanations of terms, portraits of people.
_NOTE = re.compile(r"(?<![a-z])(?:rollover|tool-?tip|pop-?over|hover-?card)", re.I)
_NOTES = etree.XPath(
    "//p//*[@aria-hidden='true' or contains(@class, 'ollover') or contains(@class, 'ooltip')"
    " or contains(@class, 'ool-tip') or contains(@class, 'opover')"
    " or contains(@class, 'ver-card') or contains(@class, 'vercard')]"
)
# Data about the article for search engines, with all of its text, in an element that styles hide.
_DATA = etree.XPath("//*[@itemscope and contains(@itemtype, 'Article') and contains(@style, 'display')]")
_HIDDEN = re.compile(r"(?:^|[;\s])display\s*:\s*none", re.I)
# What only who prints the page sees: "print-only", "d-print-block". The source says sooner than its tree that there is
# none.
_PRINT = re.compile(r"print-(?:only|warning|block)(?![\w-])")
_PRINTED = etree.XPath("//*[contains(@class, 'print')]")
# A page whose whole text is hidden shows it by a script.
MAX_SHARE = 0.5


def drop(tree: HtmlElement, source: str) -> None:
    """Take them out of the tree of a page's source. Metadata has been read by then, and may be of such data."""
    explained: set[Any] = set()
    # Innermost first: what holds words and their note has the same names, and stays.
    for element in reversed(cast(list[Any], _NOTES(tree))):
        if element.tag in INLINE and element not in explained and _is_note(element):
            explained.add(element.getparent())
            element.drop_tree()
    hidden = [element for element in cast(list[Any], _DATA(tree)) if _HIDDEN.search(element.get("style"))]
    if _PRINT.search(source):
        hidden += [element for element in cast(list[Any], _PRINTED(tree)) if _PRINT.search(element.get("class"))]
    whole = _length(tree) if hidden else 0
    for element in hidden:
        if element.getparent() is not None and _length(element) <= MAX_SHARE * whole:
            element.drop_tree()


def _is_note(element: Any) -> bool:
    """Whether it stands behind the words that it explains, or says what the title of these says."""
    parent = element.getparent()
    if parent is None:
        return False
    if _NOTE.search(element.get("class") or ""):
        before = element.getprevious()
        return bool((parent.text or "").strip() or (before is not None and before.text_content().strip()))
    said = " ".join(element.text_content().split())
    return bool(said) and said == " ".join((parent.get("title") or "").split())


def _length(element: Any) -> int:
    return len(str(element.text_content()))
